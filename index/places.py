"""Places in the list: the best ranked take them, and copies of a solution stand with it instead of filling the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from index.asking import LOOKED_AT
from index.duplicates import say_the_same
from index.explanation import Explainer
from index.loading import LoadedItem, Shelf
from index.ranking import RankedCandidate
from index.solutions import MAX_LIMIT, MatchRequest, Solution
from kb.conditions import Condition


@dataclass(frozen=True, slots=True)
class Place:
    """Who stands here, with its shown passage, and the ids of the copies found for it, best first."""

    candidate: RankedCandidate
    item: LoadedItem
    condition: Condition
    passage: str
    copies: list[str] = field(default_factory=list)

    def is_same_as(self, other: Place) -> bool:
        """Tell whether both are of one kind and audience, ask the same of the order, and say the same."""
        one, another = self.item, other.item
        return (
            one.key.kind is another.key.kind
            and one.audience is another.audience
            and one.outcome == another.outcome
            and one.template == another.template
            and self.condition == other.condition
            and say_the_same(self.passage, other.passage)
        )


def fill_places(
    shelf: Shelf, explainer: Explainer, ranked: Sequence[RankedCandidate], request: MatchRequest
) -> list[Place]:
    """Give the best candidates a place; one that may not be shown, or is a copy, makes room for the next.

    There are always as many as a question to ask back is chosen by. Nothing is compared once they are filled.
    """
    wanted = max(request.limit, LOOKED_AT)
    places: list[Place] = []
    for start in range(0, len(ranked), wanted):
        comparable = request.fold_copies and start < MAX_LIMIT
        for place in _load_places(shelf, explainer, ranked[start : start + wanted], request):
            leader = _find_leader(place, places) if comparable else None
            if leader is not None:
                leader.copies.append(place.item.key.id)
                continue
            places.append(place)
            if len(places) == wanted:
                return places
    return places


def explain_places(explainer: Explainer, places: Sequence[Place]) -> list[Solution]:
    """Return the solutions that the places are shown as; none is shown as surer than one before it."""
    solutions: list[Solution] = []
    for rank, place in enumerate(places, 1):
        made = explainer.make_solution(place.item, place.candidate, place.passage, rank=rank)
        most = solutions[-1].confidence if solutions else made.confidence
        solutions.append(replace(made, copies=place.copies, confidence=min(made.confidence, most)))
    return solutions


def _load_places(
    shelf: Shelf, explainer: Explainer, page: Sequence[RankedCandidate], request: MatchRequest
) -> list[Place]:
    snapshot, rows = explainer.snapshot, explainer.candidates.best_passages
    keys = [snapshot.catalogue.entries[candidate.ordinal].key for candidate in page]
    loaded = shelf.load(keys, audience=request.audience)
    return [
        Place(
            candidate,
            loaded[key],
            snapshot.catalogue.condition(candidate.ordinal),
            snapshot.texts.read(int(rows[candidate.position])),
        )
        for key, candidate in zip(keys, page, strict=True)
        if key in loaded
    ]


def _find_leader(place: Place, places: Sequence[Place]) -> Place | None:
    return next((leader for leader in places if place.is_same_as(leader)), None)
