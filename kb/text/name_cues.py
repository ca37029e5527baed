"""Find names where a text may or may not go on with one: after 我是, 找, 寄给, before 收, beside 女士.

There only what can be nothing else is taken for a name: a family name, characters that given names are written with, no
ordinary word, and an end behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.text.name_shapes import credible_name_length, is_edge, name_words, surname_length

_HAN = "\u4e00-\u9fff"
_KIN = (
    "女儿|儿子|老公|老婆|妈妈|妈|爸爸|爸|先生|太太|爱人|妹妹|妹|弟弟|弟|姐姐|姐|哥哥|哥|同事|朋友|室友|同学|对象|家人"
    "|男朋友|女朋友|男友|女友|媳妇|婆婆|公公|爷爷|奶奶|外婆|外公|父亲|母亲|丈夫|妻子|领导|老板|助理|邻居|亲戚"
)
_CUE = re.compile(
    rf"(?:(?:我|俺|咱|他|她)的?(?:{_KIN})|(?:{_KIN})(?=叫|是)|本人|买家|卖家|下单人?|用户|会员|客户|顾客|业主|租客"
    r"|(?:代收|代领|代取|提货|自提|收款|付款|转账|汇款|退款|申请|经办|投保|持卡|开票|预约|报修|订购|委托|负责|法)人"
    r"|户主|账户|实名(?:认证|信息)?|实名制|真实姓名|身份信息|收货信息|收件信息|个人信息|抬头|个人|发件|寄件|收件|收货"
    r"|寄给|发给|送给|转交给|转交|转给|交给|打给|退给|留给|拨给|通知|联系|找|叫|请写|写成?|填成?|备注|署名|签名|落款"
    r"|应该?(?:是|为|叫)|改(?:成|为)|换(?:成|为)|变更(?:成|为)|更正为|更改为|我是|这里是|这边是|这是|我叫|给|让|请|和|跟"
    r"|(?:帮我?|请|麻烦|给我|再|来|想|可以|能)?(?:查一?下|看一?下|催一?下|找一?下|处理一?下))"
    r"的?(?:姓名|名字|名称|名)?(?:叫做|叫|是|为|写的?是?|填的?是?|改成|换成)?[\s:：,，、\"“'‘(（《【-]{0,3}"
)
_BEFORE_TAKER = re.compile(
    r"(?:亲自|本人)?(?:收|签收|代收|代签|自提|自取|来取|来拿|去取|去拿)(?:货|件)?(?=$|[\s,，。.!！?？;；、)）吧吗的了就即可])"
)
_OWNED = re.compile(r"的(?:订单|快递|包裹|账号|帐号|电话|手机|地址|号码|名字|身份证|会员|退款|件|单子|货)")
_TITLE = re.compile("先生|女士|小姐|太太|老师|阿姨")
# What may stand before a family name with a title where no sign does; behind anything else it may be part of a word.
_BEFORE_TITLED = frozenset("给找是叫系人写我请和跟转让为到由与成向问姓联填寄交送替帮位")
_NOT_TITLED = frozenset("各位和诸老小大新单那这某该男女于对同本我你他她个请给找")
_LATIN_CUE = re.compile(
    r"\b(?i:i\s?am|i'm|this\s+is|(?:recipient|receiver|consignee|addressee|contact(?:\s+person)?|attn|customer)"
    r"(?:'s)?(?:\s+name)?(?:\s+is)?|sign(?:ed)?\s+(?:for\s+)?by|c/o)\s{0,2}[:：]?\s{0,2}"
)
_LATIN_FULL = re.compile(r"[A-Z][A-Za-z'’-]{1,20}(?:\s[A-Z]\.)?\s[A-Z][A-Za-z'’-]{1,20}(?:\s[A-Z][A-Za-z'’-]{1,20})?")


def find_cued_names(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of names that a weak cue, a taker's verb or a title gives away; they may overlap."""
    for cue in _CUE.finditer(text):
        is_announced = cue[0].rstrip(" \"“'‘(（《【").endswith((":", "："))
        if length := credible_name_length(text, cue.end(), is_announced=is_announced):
            yield cue.end(), cue.end() + length
    for follower in (_BEFORE_TAKER, _OWNED):
        for match in follower.finditer(text):
            yield from _name_before(text, match.start())
    for title in _TITLE.finditer(text):
        yield from _titled_name(text, title.start(), title.end())
    for cue in _LATIN_CUE.finditer(text):
        name = _LATIN_FULL.match(text, cue.end())
        if name is not None and name[0].split()[0].lower() not in name_words("not_a_name"):
            yield name.span()


def _name_before(text: str, end: int) -> Iterator[tuple[int, int]]:
    """Yield the name that ends here and begins after a sign, if there is one."""
    for length in (4, 3, 2):
        start = end - length
        if start >= 0 and _starts_at_edge(text, start) and credible_name_length(text[:end], start) == length:
            yield start, end
            return


def _titled_name(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for length in (4, 3, 2, 1):
        begin = start - length
        name = text[max(begin, 0) : start]
        if begin < 0 or not (_starts_at_edge(text, begin) or text[begin - 1] in _BEFORE_TITLED):
            continue
        is_family = surname_length(f"{name}某", allow_rare=False) == length and name not in _NOT_TITLED
        if is_family or (length > 1 and credible_name_length(name, 0) == length):
            yield begin, end
            return


def _starts_at_edge(text: str, start: int) -> bool:
    return start == 0 or is_edge(text[start - 1])
