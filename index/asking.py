"""What to ask back: the one question whose answer is expected to tell most about which solution is the right one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.catalogue import Catalogue
from index.ranking import RankedCandidate, score_if
from index.recipe import STANDARD, Recipe
from index.solutions import Ask
from index.worlds import VERDICTS_BY_SIGN, FloatArray, Unknown, Worlds, find_unknowns, make_worlds
from kb.articles.models import Audience
from kb.conditions import Verdict, question_for
from kb.orders.context import OrderContext
from kb.orders.words import Language

LOOKED_AT = 5  # Solutions an agent takes in at a glance.
# Fitted to which of the five best is right: 0.35 on the sample, anything from 0.3 to 0.5 costs less than 0.03 nats.
TEMPERATURE = 0.35
LEAST_GAIN = 0.02  # A question costs the customer a turn: not for less than two in a hundred.
ORDER_ID = "order.id"
WHICH_ORDER = {"zh": "请问您咨询的是哪一笔订单？", "en": "Which order is this about?"}
CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Question:
    """Words to ask with, the fact they are named by, and all that an answer tells."""

    fact: str
    words: str
    told: Sequence[Unknown]


@dataclass(frozen=True, slots=True)
class Asker:
    """Chooses what to ask back about the solutions of one match."""

    catalogue: Catalogue
    context: OrderContext
    audience: Audience = Audience.INTERNAL
    recipe: Recipe = STANDARD

    def choose(self, ranked: Sequence[RankedCandidate], text: str) -> Ask | None:
        """Return the question with the largest expected gain; None where no answer would tell the solutions apart."""
        shown = ranked[:LOOKED_AT]
        questions = self._list_questions(self._find_unknowns(shown), language_of(text))
        if not questions:
            return None
        worlds = make_worlds([question.told for question in questions], self.context)
        # What a question does not tell stays unknown, as it will be when the next match is ranked.
        beliefs = weigh_scores(self._score(shown, worlds)) * worlds.weights
        ids = [self.catalogue.entries[candidate.ordinal].key.id for candidate in shown]
        asks = [weigh_question(q, beliefs[:, of], ids) for q, of in zip(questions, worlds.groups, strict=True)]
        best = max(asks, key=lambda ask: ask.gain, default=None)
        return best if best is not None and best.gain >= LEAST_GAIN else None

    def _find_unknowns(self, shown: Sequence[RankedCandidate]) -> list[Unknown]:
        ordinals = [candidate.ordinal for candidate in shown if candidate.applies is Verdict.UNKNOWN]
        entries = self.catalogue.entries
        return find_unknowns([(self.catalogue.condition(o), entries[o].met_share) for o in ordinals], self.context)

    def _list_questions(self, unknowns: Sequence[Unknown], language: Language) -> list[Question]:
        """Return what can be asked; facts that one answer tells are one question."""
        by_words: dict[str, list[Unknown]] = {}
        for unknown in unknowns:
            words = question_for(unknown.fact, language)
            if words is not None:
                by_words.setdefault(words, []).append(unknown)
        questions = [Question(told[0].fact, words, told) for words, told in by_words.items()]
        if self.context.order is None and questions:
            # The order tells whatever a customer could. First, so that it is asked for where another tells as much.
            everything = [unknown for question in questions for unknown in question.told]
            questions.insert(0, Question(ORDER_ID, WHICH_ORDER[language], everything))
        return questions

    def _score(self, shown: Sequence[RankedCandidate], worlds: Worlds) -> FloatArray:
        """Return the final score of each solution, a row each, in each world, as ranking would give it there."""
        scores = np.empty((len(shown), len(worlds.weights)))
        for place, candidate in enumerate(shown):
            if candidate.applies is not Verdict.UNKNOWN:
                scores[place] = candidate.score
                continue
            by_sign = [
                score_if(candidate, verdict, self.catalogue, audience=self.audience, recipe=self.recipe)
                for verdict in VERDICTS_BY_SIGN
            ]
            scores[place] = np.array(by_sign)[worlds.judge(self.catalogue.condition(candidate.ordinal)) + 1]
        return scores


def weigh_question(question: Question, beliefs: FloatArray, ids: Sequence[str]) -> Ask:
    """Return a question with its gain: how much likelier the likeliest solution is expected to be with the answer.

    `beliefs` has a row a solution and a column an answer: how likely that answer is, and the solution after it. The
    gain is the mean over the answers of the highest belief after each, less the highest that one solution has on
    average: by Jensen's inequality never below 0 (Howard, Information value theory, IEEE Transactions 1966).
    """
    highest = beliefs.max(axis=0)
    gain = float(highest.sum() - beliefs.sum(axis=1).max())
    likeliest = sorted(set(beliefs.argmax(axis=0)[highest > 0].tolist()))
    return Ask(question.fact, question.words, round(max(0.0, gain), 3), tuple(ids[place] for place in likeliest))


def weigh_scores(scores: FloatArray) -> FloatArray:
    """Return the scores of each column as probabilities; all 0 where nothing can be shown."""
    highest = scores.max(axis=0)
    weights = np.exp((scores - np.where(np.isfinite(highest), highest, 0.0)) / TEMPERATURE)
    return np.asarray(weights / np.maximum(weights.sum(axis=0), 1e-300))


def ask_which_order(question: str) -> Ask:
    """Return the question for the order itself, where it is asked whatever it may tell."""
    return Ask(ORDER_ID, WHICH_ORDER[language_of(question)])


def language_of(text: str) -> Language:
    """Return the language to answer in: Chinese as soon as one character is."""
    return "zh" if CHINESE.search(text) else "en"
