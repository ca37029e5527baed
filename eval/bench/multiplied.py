"""A base of any size made of a real one: titles and sentences of different articles put together, numbers changed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from eval.datasets import Dataset
from index.deadline import Deadline
from index.encoder import Encoder, EncoderFingerprint, FloatMatrix, FloatVector
from kb.articles.models import Article, Audience
from kb.errors import InvalidInput
from kb.text.sentences import split_sentences

SEED = 20_261_115
LONGEST_PIECE = 120
SENTENCES_OF_A_BODY = 2
SEPARATOR = "\n"
DIGITS = re.compile(r"[0-9]+")
MOST_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Pieces:
    """What bases are put together from: titles, and the sentences below them."""

    titles: Sequence[str]
    sentences: Sequence[str]


def read_pieces(dataset: Dataset) -> Pieces:
    """Return the titles and sentences of a dataset; raises `InvalidInput` where it has none."""
    titles = [article.title for article in dataset.articles] + [case.question for case in dataset.cases]
    bodies = [article.body for article in dataset.articles] + [case.solution for case in dataset.cases]
    sentences = [sentence.strip() for body in bodies for sentence in split_sentences(body)]
    pieces = Pieces(_keep_short(titles), _keep_short(sentences))
    if not pieces.titles or not pieces.sentences:
        raise InvalidInput(f"The dataset {dataset.name!r} holds no text to make a base of.")
    return pieces


def multiply(pieces: Pieces, count: int) -> Iterator[Article]:
    """Yield so many articles of one passage each: a title with half of another, two sentences from anywhere."""
    chance = random.Random(SEED)
    for number in range(count):
        title = pieces.titles[number % len(pieces.titles)]
        if number >= len(pieces.titles):
            title = f"{title}{SEPARATOR}{chance.choice(pieces.titles)}"
        body = SEPARATOR.join(chance.choice(pieces.sentences) for _ in range(SENTENCES_OF_A_BODY))
        yield Article(
            id=f"a{number}",
            title=_change_numbers(title, chance).replace(SEPARATOR, " "),
            body=_change_numbers(body, chance).replace(SEPARATOR, " "),
            audience=Audience.PUBLIC,
        )


def _keep_short(texts: Sequence[str]) -> list[str]:
    clean = (" ".join(text.split())[:LONGEST_PIECE].strip() for text in texts)
    return [text for text in dict.fromkeys(clean) if any(character.isalnum() for character in text)]


def _change_numbers(text: str, chance: random.Random) -> str:
    return DIGITS.sub(lambda found: _draw_number(len(found[0]), chance), text)


def _draw_number(digits: int, chance: random.Random) -> str:
    shown = min(digits, MOST_DIGITS)
    return str(chance.randrange(10 ** (shown - 1), 10**shown))


class MixingEncoder:
    """Gives each text the mean of a few vectors that were really encoded, chosen by the text, and a little noise.

    So that a hundred thousand vectors lie as real ones do, and take no hour to encode; what encoding them would have
    taken is told apart, from the rate of the encoder.
    """

    MIXED, NOISE = 3, 0.02

    def __init__(self, encoder: Encoder, texts: Sequence[str]) -> None:
        self.fingerprint: EncoderFingerprint = encoder.fingerprint
        self._encoder = encoder
        self._real = encoder.encode_passages(texts)
        self.encoded = 0

    def encode_questions(self, texts: Sequence[str]) -> FloatMatrix:
        """Return one vector of length 1 for each heading."""
        return self.encode_passages(texts)

    def encode_question(
        self, text: str, *, beside: Callable[[], None], deadline: Deadline | None = None
    ) -> FloatVector:
        """Encode a question truly."""
        return self._encoder.encode_question(text, beside=beside, deadline=deadline)

    def encode_passages(self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None) -> FloatMatrix:
        """Return one vector of length 1 for each passage."""
        self.encoded += len(texts)
        chance = np.random.default_rng(self.encoded)
        rows = chance.integers(len(self._real), size=(len(texts), self.MIXED))
        noise = chance.standard_normal((len(texts), self._real.shape[1]), np.float32) * np.float32(self.NOISE)
        mixed = self._real[rows].mean(axis=1) + noise
        if on_progress is not None:
            on_progress(len(texts))
        vectors: FloatMatrix = (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32)
        return vectors
