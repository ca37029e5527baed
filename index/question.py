"""Understanding a question: its clean text, and what was said before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.errors import InvalidInput
from kb.text.emoji import find_emoji
from kb.text.normalise import normalise

MAX_QUESTION_CHARACTERS = 10_000
MAX_SEARCHED_CHARACTERS = 1_000  # More than the encoder reads; a pasted page is searched by its beginning.
MAX_TURNS = 50
RECENT_TURNS = 3
# Openings that leave behind what was said before.
NEW_SUBJECT = re.compile(
    r"^(对了|另外|顺便|话说回来|换个(问题|话题|事)|再问(一个|个|一下)?别的|还有(一|个|件|一件|一个)(别的)?(事|问题)"
    r"|by the way\b|btw\b|another (question|thing)\b|different (question|thing)\b|on another note\b)"
)


class QuestionEmpty(InvalidInput):
    """There is nothing to search for."""

    code = "question_empty"


class QuestionTooLong(InvalidInput):
    """The question is longer than anything a customer asks."""

    code = "question_too_long"


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for: `raw` as asked, `text` clean, and `before`: the last turns, if the subject is the same."""

    raw: str
    text: str
    before: str = ""
    turns_used: int = 0

    @property
    def in_context(self) -> str:
        """The question behind what was said before it."""
        return f"{self.before} {self.text}".strip()


def read_question(raw: str, turns: Sequence[str] = ()) -> Question:
    """Return the question ready to be searched; raises `QuestionEmpty` or `QuestionTooLong`."""
    if len(raw) > MAX_QUESTION_CHARACTERS:
        raise QuestionTooLong(
            f"The question has {len(raw):,} characters; at most {MAX_QUESTION_CHARACTERS:,} are taken. "
            "Send the customer's last message, and earlier ones as `turns`."
        )
    text = normalise(raw)
    if not any(character.isalnum() for character in text):
        text = " ".join(word for _, _, word in find_emoji(text))
    if not any(character.isalnum() for character in text):
        raise QuestionEmpty("The question has no words in it. Send what the customer asked as `question`.")
    recent = [] if starts_new_subject(text) else [normalise(turn) for turn in turns[-RECENT_TURNS:]]
    recent = [turn for turn in recent if turn]
    searched = text[:MAX_SEARCHED_CHARACTERS]
    room = max(MAX_SEARCHED_CHARACTERS - len(searched) - 1, 0)
    before = " ".join(recent)[-room:] if room else ""
    return Question(raw=raw, text=searched, before=before.strip(), turns_used=len(recent))


def starts_new_subject(text: str) -> bool:
    """Tell whether a normalised question says that it is about something else than what was said before it."""
    return bool(NEW_SUBJECT.match(text))
