"""Adapting the encoder, step by step: learn, train, export, compare, keep. What a killed run had done is not redone."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from eval.adaptation.bases import Base, read_base
from eval.adaptation.own_base import load_own_base
from eval.adaptation.verdict import RANKING, Verdict, judge
from eval.compare import GATED, Comparison, compare_runs
from eval.datasets import Dataset, load_dataset
from eval.fitting import FEWEST_QUESTIONS, Question, fit_recipe, hash_datasets, read_questions
from eval.records import Run
from eval.runner import run_recipe
from eval.storage import write_run
from eval.summary import summarise
from eval.use_dataset import Window
from eval.workbench import open_workbench
from index.adaptation.adopted import adopt, find_serving, sweep_encoders
from index.adaptation.lessons import NO_LESSONS, Lessons, TooLittleToLearn, read_lessons, write_lessons
from index.adaptation.schedule import MODEL_FOLDER, Schedule, Trained, read_trained
from index.adaptation.texts import Prompts
from index.adaptation.workplace import Note, Workplace, read_json
from index.build import FORGET, Builder, Progress
from index.encoder import OnnxEncoder
from index.generation import RECIPE_FILE
from index.learnt import Learnt, read_learnt
from index.opening import find_serving_generation
from index.prepared import Precision, find_prepared, read_description
from index.recipe import STANDARD, Recipe
from kb.database import Database
from kb.errors import XianzhiError
from kb.folders import publish_folder, replace_file
from kb.settings import Settings

NEEDED = ("torch", "sentence_transformers", "accelerate", "datasets", "onnx")
BEFORE, AFTER = "before", "adapted"
FEWEST_COMPARED = 30  # Questions; with fewer only a landslide would be significant.

Say = Callable[[str], None]


class AdaptExtraMissing(XianzhiError):
    """What trains is not installed."""

    code = "adapt_extra_missing"


def check_extra() -> None:
    """Raise `AdaptExtraMissing` before hours are spent, not after."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise AdaptExtraMissing(f"{', '.join(missing)} is not installed. Run: pip install '.[adapt]'")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asks for; `labels` is a dataset to learn from beside the own base."""

    labels: Path | None = None
    part: float = 0.5
    schedule: Schedule = field(default_factory=Schedule)
    restart: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an adaptation ended; without comparisons the training itself had already failed."""

    trained: Trained
    verdict: Verdict
    comparisons: tuple[Comparison, ...]
    generation: str | None


@dataclass(frozen=True, slots=True)
class Adapter:
    """Adapts the configured encoder to one database."""

    database: Database
    settings: Settings
    wishes: Wishes
    on_progress: Progress
    say: Say
    threads: int = 1

    @property
    def place(self) -> Workplace:
        """Where it keeps what it has done."""
        return Workplace(self.settings.adaptation_dir)

    def adapt(self) -> Outcome:
        """Do what is left to do; raises `AdaptationDiffers`, `AdaptationRunning` or `TooLittleToLearn`."""
        check_extra()
        with self.place.hold():
            base = find_prepared(self.settings.model, self.settings.model_dir)
            if self.place.begin(self._make_plan(base), restart=self.wishes.restart):
                self.say("going on with the run that was begun")
            prepared = read_json(self.place.prepared)
            sweep_encoders(self.settings.encoders_dir, spare=str(prepared["folder"]) if prepared else None)
            if (generation := self._find_kept(prepared)) is not None:
                verdict = Verdict(("it was kept already by the run that was killed",), ())
                return self._end(read_trained(self.place.trained), verdict, generation=generation)
            bases = self.load_bases()
            lessons = self.learn(bases)
            trained = self._train(lessons)
            if not trained.is_better:
                return self._end(trained, Verdict((), ("no better on the held-out questions, by vectors alone",)))
            folder = self._export(trained)
            learnt = self._fit(bases, folder)
            comparisons = tuple(self._compare(base, folder, lessons, learnt) for base in bases)
            return self.decide(trained, folder, tuple(c for c in comparisons if c is not None), learnt)

    def _make_plan(self, base: Path) -> Note:
        description, schedule = read_description(base), self.wishes.schedule
        return {
            "model": description.model,
            "weights": description.weights[Precision.FLOAT32],
            "labels": str(self.wishes.labels.resolve()) if self.wishes.labels else None,
            "part": self.wishes.part,
            "epochs": schedule.epochs,
            "batch": schedule.batch,
            "rate": schedule.learning_rate,
        }

    def _find_kept(self, prepared: Note | None) -> str | None:
        """Return the generation of a run that was killed when all was done and only the note of it was missing."""
        decided = read_json(self.place.decided)
        if decided is None or prepared is None:
            return None
        is_serving = find_serving(self.settings) == self.settings.encoders_dir / str(prepared["folder"])
        return str(decided["generation"]) if is_serving else None

    def load_bases(self) -> list[Base]:
        """Return what is learnt from, as far as there is anything; raises `TooLittleToLearn`."""
        self.say("reading the knowledge base")
        now, part = self.settings.find_now(), self.wishes.part
        own = load_own_base(self.database, self._open(find_serving(self.settings)), Window(now, self.settings.zone))
        bases = [read_base(own, part=part, with_headings=True)]
        if self.wishes.labels is not None:
            bases.append(read_base(load_dataset(self.wishes.labels), part=part, with_headings=False))
        held_out = [len(base.hold_out(frozenset()).questions) for base in bases]
        if max(held_out) < FEWEST_COMPARED:
            raise TooLittleToLearn(
                f"At most {max(held_out)} questions could be held out to tell whether it helped; {FEWEST_COMPARED} are "
                "needed. Add question variants to articles, collect feedback, or name labels with --labels."
            )
        return [base for base in bases if base.items]

    def learn(self, bases: Sequence[Base]) -> Lessons:
        """Return what is trained on, as it was when the run was begun."""
        if self.place.lessons.is_file():
            return read_lessons(self.place.lessons)
        encoder = self._open(find_serving(self.settings))
        prompts = Prompts(encoder.description.query_prompt, encoder.description.passage_prompt)
        lessons = NO_LESSONS
        for base in bases:
            self.say(f"gathering pairs and hard negatives from {base.dataset.name}")
            with open_workbench(base.dataset, encoder, self.settings, on_progress=self.on_progress) as bench:
                lessons = lessons.join(base.make_lessons(bench.matcher, prompts, self.on_progress))
        lessons.check()
        self.say(f"{len(lessons.rows):,} pairs to train on, {len(lessons.trials):,} questions to stop by")
        write_lessons(self.place.lessons, lessons)
        return lessons

    def _train(self, lessons: Lessons) -> Trained:
        if self.place.trained.is_dir():
            return read_trained(self.place.trained)
        # Here, as these are the only ways to torch, and nothing that serves comes by.
        from index.adaptation.training import train
        from index.export import locate_source

        self.say("training")
        source = locate_source(self.settings.model, self.settings.model_dir)
        return train(source, lessons, self.wishes.schedule, self.place, on_progress=self.on_progress)

    def _export(self, trained: Trained) -> Path:
        """Return the folder of the trained encoder in the files that serving reads."""
        encoders = self.settings.encoders_dir
        prepared = read_json(self.place.prepared)
        if prepared is not None and (encoders / str(prepared["folder"])).is_dir():
            return encoders / str(prepared["folder"])
        from index.export import load_source, source_checksum, write_prepared

        self.say("exporting")
        source = load_source(str(self.place.trained / MODEL_FOLDER), scale=trained.scale)
        target = encoders / source_checksum(source)[:16]
        self.on_progress("export", 0, 1)
        with publish_folder(target) as folder:
            write_prepared(source, f"{self.settings.model}-adapted", folder, self.say)
        replace_file(self.place.prepared, json.dumps({"folder": target.name}).encode())
        self.on_progress("export", 1, 1)
        return target

    def _fit(self, bases: Sequence[Base], folder: Path) -> Learnt | None:
        """Return the weights that suit the trained encoder; None where too few questions were kept from training."""
        examined = [dataset for base in bases if (dataset := base.examine()).questions]
        if sum(len(dataset.questions) for dataset in examined) < FEWEST_QUESTIONS:
            return None
        self.say("fitting the weights")
        questions: list[Question] = []
        for dataset in examined:
            with open_workbench(dataset, self._open(folder), self.settings, on_progress=self.on_progress) as bench:
                questions += read_questions(bench, on_progress=self.on_progress)
        fit = fit_recipe(questions)
        return Learnt(fit.recipe, hash_datasets(examined), fit.questions) if fit.is_better else None

    def _compare(self, base: Base, folder: Path, lessons: Lessons, learnt: Learnt | None) -> Comparison | None:
        """Return the comparison on what was held out of a base; None where that is too little to say anything."""
        dataset = base.hold_out(lessons.trained)
        if len(dataset.questions) < FEWEST_COMPARED:
            return None
        self.say(f"comparing on {len(dataset.questions):,} held-out questions of {dataset.name}")
        before = self._run(BEFORE, dataset, find_serving(self.settings), self._read_serving_recipe())
        after = self._run(AFTER, dataset, folder, learnt.recipe if learnt else STANDARD)
        return compare_runs(before, after)

    def _read_serving_recipe(self) -> Recipe:
        """Return what questions are ranked by today: what was learnt for the encoder that serves, or the standard."""
        newest = find_serving_generation(self.settings, self.database)
        learnt = read_learnt(newest[0] / RECIPE_FILE) if newest else None
        return STANDARD if learnt is None else learnt.recipe

    def _run(self, name: str, dataset: Dataset, folder: Path, recipe: Recipe) -> Run:
        with open_workbench(dataset, self._open(folder), self.settings, on_progress=self.on_progress) as bench:
            run = run_recipe(name, bench, recipe, on_progress=self.on_progress)
        write_run(self.place.runs / dataset.name / name, summarise(run))
        return run

    def decide(
        self, trained: Trained, folder: Path, comparisons: tuple[Comparison, ...], learnt: Learnt | None = None
    ) -> Outcome:
        """Keep the encoder and a generation built with it, or neither."""
        verdict = judge(comparisons, RANKING if learnt else GATED)
        if not verdict.is_kept:
            sweep_encoders(self.settings.encoders_dir)  # Not this folder by name: the same encoder may serve already.
            return self._end(trained, verdict, comparisons)
        self.say("building the index")
        builder = Builder(self.database, self._open(folder), self.settings.generations_dir)
        manifest = builder.build(now=self.settings.find_now(), on_progress=self.on_progress, learnt=learnt or FORGET)
        replace_file(self.place.decided, json.dumps({"generation": manifest.name}).encode())
        self.on_progress("adopt", 0, 1)
        # The one moment at which anything changes for whoever starts: the generation is there, whole, before it.
        adopt(self.settings, folder)
        self.on_progress("adopt", 1, 1)
        return self._end(trained, verdict, comparisons, generation=manifest.name)

    def _end(
        self,
        trained: Trained,
        verdict: Verdict,
        comparisons: tuple[Comparison, ...] = (),
        *,
        generation: str | None = None,
    ) -> Outcome:
        losses = "; ".join(verdict.losses)
        self.place.finish({"kept": generation is not None, "generation": generation, "losses": losses})
        return Outcome(trained, verdict, comparisons, generation)

    def _open(self, folder: Path) -> OnnxEncoder:
        return OnnxEncoder(folder, precision=Precision(self.settings.precision), threads=self.threads)
