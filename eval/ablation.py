"""What each part of matching is worth: the same questions asked with one part turned off at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from eval.compare import SIGNIFICANT, Comparison, compare_runs
from eval.datasets import Dataset
from eval.records import Run
from eval.resampling import correct_for_many
from eval.runner import run_recipe
from eval.workbench import Workbench, open_workbench
from index.build import Progress, report_nothing
from index.encoder import Encoder
from index.fusion import Source
from index.lexical import CHARACTERS, WORDS
from index.recipe import STANDARD, Recipe
from kb.errors import InvalidInput
from kb.settings import Settings


class PartUnknown(InvalidInput):
    """There is no part of that name to turn off."""

    code = "part_unknown"


@dataclass(frozen=True, slots=True)
class Worth:
    """A part, and what it changes: the comparison goes from matching without it to matching with it."""

    part: str
    comparison: Comparison


def _without(*sources: Source) -> Recipe:
    return replace(STANDARD, weights={s: weight for s, weight in STANDARD.weights.items() if s not in sources})


def _without_terms(field: str) -> Recipe:
    return replace(STANDARD, term_fields={name: w for name, w in STANDARD.term_fields.items() if name != field})


# Parts that are turned off when matching.
RECIPES: Mapping[str, Recipe] = {
    "order context": replace(STANDARD, order_counts=False),
    "rarity of conditions": replace(STANDARD, rarity_counts=False),
    "earlier turns": replace(STANDARD, turns_count=False),
    "other wordings": replace(STANDARD, wording_counts=False),
    "synonyms": replace(STANDARD, synonyms_count=False),
    "headings": _without(Source.DENSE_HEADING, Source.LEXICAL_HEADING),
    "headings by vectors": _without(Source.DENSE_HEADING),
    "headings by terms": _without(Source.LEXICAL_HEADING),
    "passages by vectors": _without(Source.DENSE_PASSAGE),
    "whole text by terms": _without(Source.LEXICAL_FULL),
    "all vectors": _without(Source.DENSE_HEADING, Source.DENSE_PASSAGE),
    "all terms": _without(Source.LEXICAL_HEADING, Source.LEXICAL_FULL),
    "characters": _without_terms(CHARACTERS),
    "words": _without_terms(WORDS),
    "identifiers": _without(Source.IDENTIFIER),
}


def _drop_variants(dataset: Dataset) -> Dataset:
    return replace(dataset, articles=tuple(a.model_copy(update={"questions": []}) for a in dataset.articles))


def _drop_bodies(dataset: Dataset) -> Dataset:
    return replace(dataset, articles=tuple(a.model_copy(update={"body": ""}) for a in dataset.articles))


# Parts that are left out of the texts: each needs an index of its own.
CORPORA: Mapping[str, Callable[[Dataset], Dataset]] = {
    "question variants": _drop_variants,
    "article bodies": _drop_bodies,
}
PARTS = (*RECIPES, *CORPORA)


@dataclass(frozen=True, slots=True)
class Ablation:
    """A dataset, and what its runs need; parts are turned off one at a time."""

    dataset: Dataset
    encoder: Encoder
    settings: Settings
    on_progress: Progress = report_nothing

    def measure(self, parts: tuple[str, ...] = PARTS) -> list[Worth]:
        """Return what each part is worth; raises `PartUnknown`."""
        check_parts(parts)
        with self._open(self.dataset) as bench:
            full = self._run("all parts", bench, STANDARD)
            runs = {part: self._run(part, bench, RECIPES[part]) for part in parts if part in RECIPES}
        for part in parts:
            if part in CORPORA:
                with self._open(CORPORA[part](self.dataset)) as bench:
                    runs[part] = self._run(part, bench, STANDARD)
        return [Worth(part, compare_runs(runs[part], full)) for part in parts]

    def _run(self, part: str, bench: Workbench, recipe: Recipe) -> Run:
        return run_recipe(part, bench, recipe, on_progress=self.on_progress)

    def _open(self, dataset: Dataset) -> AbstractContextManager[Workbench]:
        return open_workbench(dataset, self.encoder, self.settings, on_progress=self.on_progress)


def find_significant(worths: Sequence[Worth], measures: Sequence[str]) -> frozenset[tuple[str, str]]:
    """Return the (part, measure) pairs that differ by more than chance, corrected for the number of all these pairs."""
    p_values = {
        (worth.part, difference.measure): difference.p_value
        for worth in worths
        for difference in worth.comparison.differences
        if difference.measure in measures
    }
    corrected = correct_for_many(p_values)
    return frozenset(pair for pair, p_value in corrected.items() if p_value < SIGNIFICANT)


def check_parts(parts: tuple[str, ...]) -> None:
    """Raise `PartUnknown` where a part cannot be turned off."""
    for part in parts:
        if part not in PARTS:
            raise PartUnknown(f"There is no part {part!r} to turn off. The parts are: {', '.join(PARTS)}.")
