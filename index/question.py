"""Understanding a question: its clean text, and the earlier turns it leans on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.errors import InvalidInput
from kb.text.normalise import normalise

MAX_QUESTION_CHARACTERS = 10_000
MAX_SEARCHED_CHARACTERS = 1_000  # More than the encoder reads; a pasted page is searched by its beginning.
MAX_TURNS = 50
SHORT_QUESTION = 12  # Characters; a question this short seldom names its own subject.
RECENT_TURNS = 2
# Openings and pronouns that point at something said before.
LEANING = re.compile(
    r"^(那|那么|这个|那个|它|他们|这样|还有|然后|所以|要是这样|如果这样|同样|也|and\b|then\b|what about|how about)"
    r"|这个呢|那个呢|呢[?？]?$|\b(it|that|this|those|them)\b"
)


class QuestionEmpty(InvalidInput):
    """There is nothing to search for."""

    code = "question_empty"


class QuestionTooLong(InvalidInput):
    """The question is longer than anything a customer asks."""

    code = "question_too_long"


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for: `raw` as asked, `text` with the turns it leans on."""

    raw: str
    text: str
    turns_used: int


def read_question(raw: str, turns: Sequence[str] = ()) -> Question:
    """Return the question ready to be searched; raises `QuestionEmpty` or `QuestionTooLong`."""
    if len(raw) > MAX_QUESTION_CHARACTERS:
        raise QuestionTooLong(
            f"The question has {len(raw):,} characters; at most {MAX_QUESTION_CHARACTERS:,} are taken. "
            "Send the customer's last message, and earlier ones as `turns`."
        )
    text = normalise(raw)
    if not any(character.isalnum() for character in text):
        raise QuestionEmpty("The question has no words in it. Send what the customer asked as `question`.")
    recent = [normalise(turn) for turn in turns[-RECENT_TURNS:]] if leans_on_turns(text) else []
    recent = [turn for turn in recent if turn]
    searched = text[:MAX_SEARCHED_CHARACTERS]
    room = max(MAX_SEARCHED_CHARACTERS - len(searched) - 1, 0)
    before = " ".join(recent)[-room:] if room else ""
    return Question(raw=raw, text=f"{before} {searched}".strip(), turns_used=len(recent))


def leans_on_turns(text: str) -> bool:
    """Tell whether a question can hardly be understood without what was said before it."""
    return len(text) <= SHORT_QUESTION or bool(LEANING.search(text))
