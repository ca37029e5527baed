"""What a rule of synonyms would change: recent questions matched with it and without it, before it is saved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from index.matcher import Matcher
from index.question import QuestionEmpty, read_question
from index.solutions import MatchRequest
from kb.changes import ItemKind
from kb.feedback.repository import list_matches
from kb.synonyms.models import Synonym
from kb.synonyms.service import list_synonyms
from kb.text.normalise import normalise

RECENT_MATCHES = 500
MOST_MATCHED = 100  # Each is matched twice, which takes a few seconds; reading alone takes next to nothing.
COMPARED = 3  # What an agent sees without scrolling.


@dataclass(frozen=True, slots=True)
class FoundSolution:
    """A solution that a question finds."""

    kind: ItemKind
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class ChangedQuestion:
    """A question whose first solutions a rule changes, best first."""

    question: str
    before: Sequence[FoundSolution]
    after: Sequence[FoundSolution]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule would do to the questions tried.

    asked      how many were read: the newest recorded ones, and the rule's own terms
    touched    how many of these are read otherwise with the rule
    matched    how many of those were matched both ways, at most `MOST_MATCHED`
    changed    how many of those find other first solutions, or in another order: the `questions`
    """

    asked: int
    touched: int
    matched: int
    changed: int
    questions: Sequence[ChangedQuestion]


def preview_synonym(matcher: Matcher, synonym: Synonym) -> Preview:
    """Return what saving a rule would change for agents; one that has the id of a rule would replace it."""
    with matcher.live.database.read() as session:
        rules = {rule.id: rule for rule in list_synonyms(session)}
        recent = _list_recent_questions(session)
    replaced = rules.get(synonym.id)
    terms = [*synonym.terms, *(replaced.terms if replaced else ())]
    # Both sides get their rules from here: what somebody else saves meanwhile is no change of this rule's.
    before = matcher.with_synonyms(list(rules.values()))
    after = matcher.with_synonyms(list({**rules, synonym.id: synonym}.values()))
    return compare_matchers(before, after, _list_distinct([*terms, *recent]))


def compare_matchers(before: Matcher, after: Matcher, questions: Sequence[str]) -> Preview:
    """Return which questions find other first solutions; only those that are read otherwise are matched."""
    touched = [question for question in questions if before.read(question) != after.read(question)]
    matched = touched[:MOST_MATCHED]
    compared = (ChangedQuestion(one, _find(before, one), _find(after, one)) for one in matched)
    changed = [one for one in compared if one.before != one.after]
    return Preview(len(questions), len(touched), len(matched), len(changed), changed)


def _find(matcher: Matcher, question: str) -> list[FoundSolution]:
    result = matcher.match(MatchRequest(question, limit=COMPARED))
    return [FoundSolution(solution.kind, solution.id, solution.title) for solution in result.solutions]


def _list_recent_questions(session: Session) -> list[str]:
    """Return what was asked in the newest recorded matches, newest first."""
    questions = [match.question for match in list_matches(session, newest=RECENT_MATCHES)]
    return [question for question in reversed(questions) if _has_words(question)]


def _has_words(question: str) -> bool:
    try:
        read_question(question)
    except QuestionEmpty:  # One row that holds nothing must not fail every preview.
        return False
    return True


def _list_distinct(questions: Iterable[str]) -> list[str]:
    """Return the questions without those that another writing of them stands before."""
    distinct: dict[str, str] = {}
    for question in questions:
        distinct.setdefault(normalise(question), question)
    return list(distinct.values())
