"""Train the encoder on lessons with sentence-transformers; beside `index/export.py` the only importer of torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.base.evaluation import BaseEvaluator
from sentence_transformers.base.model import BaseModel
from sentence_transformers.base.sampler import BatchSamplers, NoDuplicatesBatchSampler
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from torch import Tensor
from transformers import EarlyStoppingCallback, PrinterCallback, TrainerCallback

from index.adaptation.batches import count_batches, plan_batches
from index.adaptation.checkpoints import find_checkpoint, seal_checkpoint
from index.adaptation.exam import Exam, Grade, match_distance
from index.adaptation.lessons import Lessons, Row
from index.adaptation.schedule import MODEL_FOLDER, Check, Schedule, Trained, write_trained
from index.adaptation.workplace import Workplace
from index.build import Progress
from index.encoder import FloatMatrix
from index.export import LOADING, quiet_libraries
from kb.folders import publish_folder

SCALE = 30.0  # Times the cosine: between the 20 of sentence-transformers and the 100 that E5 was trained with.
LOGGED_PER_CHECK = 5  # Training losses between two checks.
EXAM_BATCH = 128
MOST_SECONDS_LOST = 600  # Of a training that is killed, and one step.
# How much of the way from the old weights to the new ones is gone (Wortsman et al., Robust fine-tuning of zero-shot
# models, CVPR 2022): part of it keeps more of what the encoder knew before.
ALPHAS = (0.3, 0.5, 0.7, 1.0)

Weights = Mapping[str, Tensor]


def train(source: str, lessons: Lessons, schedule: Schedule, place: Workplace, *, on_progress: Progress) -> Trained:
    """Train, going on from the last whole checkpoint, and publish the best blend with the old weights."""
    with quiet_libraries():
        model = SentenceTransformer(source, model_kwargs=LOADING)
        longest, model.max_seq_length = model.max_seq_length, schedule.max_tokens
        exam = Exam(lessons)
        on_progress("check", 0, 1)
        before, old = exam.grade(partial(encode, model)), copy_weights(model)
        trainer = make_trainer(model, lessons, schedule, place, on_progress)
        checkpoint = find_checkpoint(place.checkpoints)
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        new = copy_weights(model)
        grades = dict(grade_blends(model, old, new, exam, on_progress))
        alpha = max(grades, key=lambda each: (grades[each].ndcg, -each))
        load_blend(model, old, new, alpha)
        trained = Trained(
            before=before.ndcg,
            blends={each: grade.ndcg for each, grade in grades.items()},
            alpha=alpha,
            scale=match_distance(before, grades[alpha]),
            checks=tuple(read_checks(trainer.state.log_history)),
        )
        model.max_seq_length = longest
        with publish_folder(place.trained) as folder:
            model.save_pretrained(str(folder / MODEL_FOLDER), create_model_card=False)
            write_trained(folder, trained)
    return trained


def make_trainer(
    model: SentenceTransformer, lessons: Lessons, schedule: Schedule, place: Workplace, on_progress: Progress
) -> LessonTrainer:
    """Return what trains the model, all but its table of words."""
    # Most of the weights are there, and most words occur in no lesson: moving the others would tear them apart.
    transformer: Any = model[0]
    transformer.auto_model.get_input_embeddings().requires_grad_(False)
    batch = max(2, min(schedule.batch, len(lessons.rows) // 4))
    steps = min(schedule.check_steps, count_batches(len(lessons.rows), batch))
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(place.checkpoints),
        num_train_epochs=schedule.epochs,
        per_device_train_batch_size=batch,
        learning_rate=schedule.learning_rate,
        warmup_steps=schedule.warmup,
        lr_scheduler_type="linear",
        bf16=multiplies_bf16(),
        use_cpu=not torch.cuda.is_available(),  # Unsaid, bf16 is taken for a GPU's alone and refused.
        batch_sampler=BatchSamplers.NO_DUPLICATES,
        seed=schedule.seed,
        eval_strategy="steps",
        eval_steps=steps,
        save_strategy="steps",
        save_steps=steps,
        save_total_limit=1,
        load_best_model_at_end=True,
        metric_for_best_model="eval_ndcg",
        greater_is_better=True,
        restore_callback_states_from_checkpoint=True,
        logging_steps=max(1, steps // LOGGED_PER_CHECK),
        report_to=[],
        disable_tqdm=True,
    )
    trainer = LessonTrainer(
        model=model,
        args=arguments,
        train_dataset=Dataset.from_list([_to_columns(row) for row in lessons.rows]),
        loss=MultipleNegativesRankingLoss(model, scale=SCALE),
        evaluator=ExamEvaluator(Exam(lessons)),
        callbacks=[EarlyStoppingCallback(schedule.patience), Reporter(on_progress)],
    )
    trainer.lessons = lessons
    trainer.remove_callback(PrinterCallback)
    return trainer


def multiplies_bf16() -> bool:
    """Tell whether the machine has matrix instructions for bfloat16: on a CPU they are ten times as fast as float32."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.cpu.get_capabilities().get("amx_bf16"))


class LessonTrainer(SentenceTransformerTrainer):
    """The trainer of sentence-transformers, with stricter batches, and checkpoints that hold what resuming needs."""

    lessons: Lessons

    def get_batch_sampler(self, dataset: Dataset, *args: Any, **kwargs: Any) -> GroupBatches:
        """Return what makes batches without duplicates, and without two rows of one group."""
        sampler = GroupBatches(dataset, *args, **kwargs)
        sampler.rows = self.lessons.rows
        return sampler

    def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
        """Collect nothing for a model card: it would hold customers' words."""

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        self.model.save_pretrained(str(output_dir or self.args.output_dir), create_model_card=False)


class GroupBatches(NoDuplicatesBatchSampler):
    """Batches of lessons, other ones in each epoch, the same ones when a run is taken up again."""

    rows: Sequence[Row]

    def __iter__(self) -> Iterator[list[int]]:
        """Yield the batches of the current epoch."""
        yield from plan_batches(self.rows, size=self.batch_size, seed=(self.seed or 0) + self.epoch)


class ExamEvaluator(BaseEvaluator):
    """Grades the model at every check."""

    def __init__(self, exam: Exam) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.exam = exam
        self.primary_metric = "ndcg"

    def __call__(
        self, model: BaseModel, output_path: str | None = None, epoch: float = -1, steps: int = -1
    ) -> dict[str, float]:
        """Return the grade."""
        assert isinstance(model, SentenceTransformer)
        return {"ndcg": self.exam.grade(partial(encode, model)).ndcg}


class Reporter(TrainerCallback):
    """Says how far the training is, asks for a checkpoint every few minutes, and seals each once it is written."""

    def __init__(self, on_progress: Progress, clock: Callable[[], float] = monotonic) -> None:
        self.on_progress = on_progress
        self.clock = clock
        self.saved_at = clock()

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Report a step; where steps are slow, save between two checks as well."""
        self.on_progress("train", state.global_step, state.max_steps)
        if self.clock() - self.saved_at > MOST_SECONDS_LOST:
            control.should_save = True

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Seal the checkpoint just written."""
        self.on_progress("save", state.global_step, state.max_steps)
        seal_checkpoint(Path(args.output_dir) / f"checkpoint-{state.global_step}")
        self.saved_at = self.clock()
        self.on_progress("saved", state.global_step, state.max_steps)


def encode(model: SentenceTransformer, texts: Sequence[str]) -> FloatMatrix:
    """Return a vector of length 1 for each text, prompts included already."""
    vectors = model.encode(
        list(texts), prompt="", batch_size=EXAM_BATCH, normalize_embeddings=True, show_progress_bar=False
    )
    return np.asarray(vectors, np.float32)


def copy_weights(model: SentenceTransformer) -> Weights:
    """Return a copy of all that is trained."""
    return {name: weight.detach().clone() for name, weight in model.named_parameters() if weight.requires_grad}


def load_blend(model: SentenceTransformer, old: Weights, new: Weights, alpha: float) -> None:
    """Set the weights to a point between the old and the new ones: 0 is old, 1 is new."""
    weights = dict(model.named_parameters())
    with torch.no_grad():
        for name, target in new.items():
            weights[name].copy_(torch.lerp(old[name], target, alpha))


def grade_blends(
    model: SentenceTransformer, old: Weights, new: Weights, exam: Exam, on_progress: Progress
) -> Iterator[tuple[float, Grade]]:
    """Yield the grade of the model at each point between the old and the new weights."""
    for done, alpha in enumerate(ALPHAS, 1):
        load_blend(model, old, new, alpha)
        yield alpha, exam.grade(partial(encode, model))
        on_progress("blend", done, len(ALPHAS))


def read_checks(history: Sequence[Mapping[str, Any]]) -> Iterator[Check]:
    """Yield what the trainer logged."""
    for entry in history:
        if "loss" in entry:
            yield Check(int(entry["step"]), loss=float(entry["loss"]))
        elif "eval_ndcg" in entry:
            yield Check(int(entry["step"]), ndcg=float(entry["eval_ndcg"]))


def _to_columns(row: Row) -> dict[str, str]:
    return {name: text for name, text in asdict(row).items() if name != "group"}
