"""What is bought, by its words: the question's characters and words against the items of each order."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from index.which_order.evidence import Finding, tell_apart
from kb.orders.order import Item, Order
from kb.orders.words import Words
from kb.text.function_characters import FUNCTION_CHARACTERS
from kb.text.normalise import normalise
from kb.text.segment import Segmenter, character_grams

LONE_CHARACTER = 0.5  # 床 alone says less than 冰箱.
MEASURED = 0.5  # 那双 may be shoes or socks.
MAX_SHOWN_WORDS = 3
MAX_ITEMS = 10
# Characters that stand in names and questions alike without naming a thing.
_EMPTY = FUNCTION_CHARACTERS | frozenset(
    "大小多少新老好坏用来去上下前后里外中天日月年号送发货退换买件款单位家品装电个人手能会要想可以到收"
)
_HAN = re.compile("[\u3400-\u9fff]+")
# What a measure word counts, by words of names and categories.
MEASURE_WORDS: Mapping[str, str] = {
    "双": "鞋|靴|袜|手套",
    "台": "电器|电脑|机|冰箱|空调|电视|显示器",
    "部": "手机|相机",
    "副": "耳机|眼镜|手套",
    "支": "口红|笔|牙刷",
    "本": "书|笔记本",
    "册": "书|册",
    "套书": "书|册",
    "床": "被|床品|毯",
    "张": "床|桌|沙发|卡",
    "把": "椅|刀|伞|键盘",
    "口": "锅",
    "条": "裤|裙|毯|围巾|毛巾",
    "顶": "帽",
    "瓶": "油|酒|露|水|乳",
    "罐": "奶粉|茶",
    "袋": "米|豆|零食",
    "桶": "油|水",
    "箱": "奶|水果|纸",
    "辆": "车",
    "盏": "灯",
    "块表": "表",
    "件衣": "服饰|衣|羽绒|衫",
}
_MEASURED = re.compile(
    rf"[这那哪几两一二三四五六七八九十0-9](?P<measure>{'|'.join(sorted(MEASURE_WORDS, key=len, reverse=True))})"
)


def weigh_names(text: str, orders: Sequence[Order], segmenter: Segmenter) -> list[Finding]:
    """Return what the words of a normalised text tell of the orders; nothing of those in none or all of them."""
    terms = [read_terms(tuple(map(describe_item, (order.items or ())[:MAX_ITEMS]))) for order in orders]
    asked = {term for term in _list_terms(text) if len(term) > 1} | _list_lone_words(text, segmenter)
    shared = [asked & own for own in terms]
    values = [sum(LONE_CHARACTER if len(term) == 1 else 1.0 for term in one) for one in shared]
    findings = []
    if any(values) and len(set(values)) > 1:
        fits = tuple(1 - math.exp(-value) for value in values)
        findings.append(
            Finding(fits, tuple(_say(_find_said(text, one) or sorted(one)) if one else None for one in shared))
        )
    return [*findings, *_weigh_measures(text, orders)]


def _list_lone_words(text: str, segmenter: Segmenter) -> set[str]:
    """Return the characters that are words by themselves, as 锅 is, or with an ending, as in 裙子."""
    words = [word for _, word in segmenter.cut(text)]
    lone = {word[0] for word in words if len(word) == 1 or (len(word) == 2 and word[1] in "子儿")}
    return {character for character in lone if _tells(character)}


def describe_item(item: Item) -> str:
    """Return all words an item is named by: its name, and what kind of thing it is."""
    return _describe((item.name or "", *(item.category or ()), *(item.tags or ())))


@lru_cache(maxsize=4096)
def _describe(words: tuple[str, ...]) -> str:
    return normalise(" ".join(words))


@lru_cache(maxsize=4096)
def read_terms(texts: tuple[str, ...]) -> frozenset[str]:
    """Return the telling terms of several texts."""
    return frozenset(term for text in texts for term in _list_terms(text))


def _list_terms(text: str) -> set[str]:
    return {term for term in character_grams(text) if _tells(term)}


def _tells(term: str) -> bool:
    """Tell whether a term may name a thing: numbers do not, nor characters that stand everywhere."""
    if not _HAN.fullmatch(term):
        return len(term) > 2 and not term.isdecimal()
    return not any(character in _EMPTY for character in term) if len(term) == 1 else not set(term) <= _EMPTY


def _find_said(text: str, terms: Iterable[str]) -> list[str]:
    """Return the stretches of a text that consist of these terms, the longest first."""
    covered = [False] * len(text)
    for term in terms:
        for match in re.finditer(re.escape(term), text):
            covered[match.start() : match.end()] = [True] * len(term)
    runs = ("".join(text[n] for n, _ in run) for is_said, run in groupby(enumerate(covered), itemgetter(1)) if is_said)
    return sorted(dict.fromkeys(runs), key=len, reverse=True)[:MAX_SHOWN_WORDS]


def _weigh_measures(text: str, orders: Sequence[Order]) -> Iterable[Finding]:
    for match in _MEASURED.finditer(text):
        kinds = re.compile(MEASURE_WORDS[match["measure"]])
        fits = [any(kinds.search(describe_item(item)) for item in order.items or ()) for order in orders]
        reason = Words(f"商品论“{match['measure']}”", f"an item counted in {match['measure']}")
        yield from tell_apart(fits, reason, weight=MEASURED)


def _say(words: Sequence[str]) -> Words:
    return Words(f"商品与“{'、'.join(words)}”相符", f"an item named {', '.join(words)}")
