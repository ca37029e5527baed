"""Training pairs: a question and a text that answers it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from index.adaptation.split import Side, Split
from index.adaptation.texts import AskedQuestion, KnownItem, Text, TextKind, find_words
from kb.text.normalise import normalise


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, a text of an item that answers it, and the group that both are of.

    Two pairs of one group never share a batch, where each would count the other's right answer as a wrong one.
    """

    question: AskedQuestion
    item: str
    answer: Text
    group: str


def ask_headings(items: Iterable[KnownItem]) -> Iterator[AskedQuestion]:
    """Yield every heading of an item that teaches as the question that the item answers."""
    for item in items:
        for number, heading in enumerate(item.of_kind(TextKind.HEADING) if item.teaches else ()):
            words = find_words(heading.words)
            if words is not None:
                yield AskedQuestion(f"{item.name}#{number}", words, right=(item.name,))


def make_pairs(
    items: Mapping[str, KnownItem],
    questions: Sequence[AskedQuestion],
    split: Split,
    *,
    held_out: Collection[str],
) -> list[Pair]:
    """Return the pairs of the questions that are trained on; no text of them is among those `held_out`.

    A question goes with one heading and one passage of each right item, taken in turn: an item of thirty variants
    would else give nine hundred pairs, and be all that is learnt.
    """
    pairs: dict[tuple[str, str], Pair] = {}
    for place, question in enumerate(questions):
        if split.side_of(question) is not Side.TRAIN or normalise(question.words) in held_out:
            continue
        for turn, name in enumerate(question.right, place):
            for answer in choose_answers(items[name], question.words, turn):
                if not is_among(answer, held_out):
                    pair = Pair(question, name, answer, split.group_of(question))
                    pairs.setdefault((question.words, normalise(answer.words)), pair)
    return list(pairs.values())


def choose_answers(item: KnownItem, words: str, turn: int) -> Iterator[Text]:
    """Yield a heading and a passage that say something else than the question, which ones by `turn`.

    Where heading and passage say the same, one of them: a short text is its own heading, and is learnt under either
    prompt in turn.
    """
    said, seen = normalise(words), set[str]()
    for kind in (TextKind.HEADING, TextKind.PASSAGE) if turn % 2 else (TextKind.PASSAGE, TextKind.HEADING):
        telling = [text for text in (take_out(text, said) for text in item.of_kind(kind)) if text is not None]
        text = telling[turn // 2 % len(telling)] if telling else None
        if text is not None and normalise(text.bare) not in seen:
            seen.add(normalise(text.bare))
            yield text


def take_out(text: Text, said: str) -> Text | None:
    """Return a text without what the question says already: nothing is learnt from finding the same words again."""
    if normalise(text.bare) == said:
        return None
    return replace(text, words=text.bare) if said in normalise(text.words) else text


def is_among(text: Text, texts: Collection[str]) -> bool:
    """Tell whether a text, with or without its title, is one of some normalised texts."""
    return normalise(text.words) in texts or normalise(text.bare) in texts
