"""Evaluation datasets: a folder of corpus, questions and labels.

corpus.jsonl    id, title?, text | question + solution, and every article field
queries.jsonl   id, text, turns?, order? (or order_id, one of the shop's orders), now?, self?, audience?, slice?
qrels.tsv       question id, corpus id, grade; a question with no row has no answer
dataset.yaml    optional: name, now, corpus (files elsewhere, in place of corpus.jsonl), the shop's orders and synonyms,
                right_from (the lowest grade that is a right answer; 1 unless told)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

import orjson
import yaml
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from kb.articles.models import Article, Audience
from kb.cases.models import Case
from kb.errors import InvalidInput
from kb.orders.order import Order
from kb.synonyms.models import Synonym
from kb.transfer.rows import parse_article, parse_case

Qrels = Mapping[str, Mapping[str, int]]
_T = TypeVar("_T")
GRADE = re.compile("-?[0-9]{1,9}")


class DatasetUnusable(InvalidInput):
    """A dataset folder lacks a file, or a line of one cannot be read."""

    code = "dataset_unusable"


def _take_texts(turns: object) -> object:
    if isinstance(turns, list):
        return [turn.get("text", "") if isinstance(turn, dict) else turn for turn in turns]
    return turns or ()


# What was said before a question, with or without who said it.
Turns = Annotated[tuple[str, ...], BeforeValidator(_take_texts)]


class EvalQuestion(BaseModel):
    """One question of a dataset."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: Annotated[str, Field(pattern=r"^\S+$")]  # TREC files part their columns by spaces.
    text: str
    turns: Turns = ()
    order: Order | None = None
    order_id: str | None = None
    now: AwareDatetime | None = None
    self_id: str | None = Field(None, alias="self")
    audience: Audience = Audience.INTERNAL
    channel: str | None = None
    slice: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True)
class Dataset:
    """A dataset in memory, its corpus already in the shape of articles and cases."""

    name: str
    articles: tuple[Article, ...]
    cases: tuple[Case, ...]
    questions: tuple[EvalQuestion, ...]
    qrels: Qrels
    orders: tuple[Order, ...] = ()
    synonyms: tuple[Synonym, ...] = ()
    now: datetime | None = None
    right_from: int = 1

    @property
    def corpus_size(self) -> int:
        """How many corpus ids there are."""
        return len({article.id for article in self.articles}) + len(self.cases)

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """What each corpus id is called: an article's title, a case's question."""
        return {a.id: a.title for a in self.articles} | {case.id: case.question for case in self.cases}

    def has_answer(self, question_id: str) -> bool:
        """Tell whether anything in the corpus is a right answer to a question."""
        return any(grade >= self.right_from for grade in self.qrels.get(question_id, {}).values())


class _Description(BaseModel):
    model_config = ConfigDict(extra="ignore")

    # Runs are saved in folders of this name.
    name: Annotated[str | None, Field(pattern=r"^[\w][\w. -]{0,99}$")] = None
    now: AwareDatetime | None = None
    corpus: list[str] = Field(default_factory=lambda: ["corpus.jsonl"])
    orders: list[str] = Field(default_factory=list)
    synonyms: list[str] = Field(default_factory=list)
    right_from: Annotated[int, Field(ge=1, le=9)] = 1


def load_datasets(folders: Sequence[Path], *, limit: int | None = None) -> list[Dataset]:
    """Read several dataset folders; raises `DatasetUnusable`, also where two of them have one name."""
    loaded = [load_dataset(folder, limit=limit) for folder in folders]
    names = [dataset.name for dataset in loaded]
    for name in names:
        if names.count(name) > 1:
            raise DatasetUnusable(f"Two datasets are called {name!r}. Give one another `name` in its dataset.yaml.")
    return loaded


def load_dataset(folder: Path, *, limit: int | None = None) -> Dataset:
    """Read a dataset folder, the first `limit` questions only if given; raises `DatasetUnusable`."""
    description = _read_description(folder)
    articles: list[Article] = []
    cases: list[Case] = []
    for name in description.corpus:
        for line, row in _read_lines(folder / name):
            _add_row(row, articles, cases, where=f"{folder / name}, line {line}")
    orders = tuple(_read_rows(folder, description.orders, Order.model_validate))
    questions = tuple(_read_questions(folder / "queries.jsonl", {order.id: order for order in orders}))[:limit]
    qrels = _read_qrels(folder / "qrels.tsv")
    _check_questions(folder, qrels, questions, whole=limit is None)
    _check_ids(folder, articles, cases)
    article_ids, case_ids = {article.id for article in articles}, {case.id for case in cases}
    _check_labels(folder, qrels, article_ids | case_ids)
    return Dataset(
        name=description.name or folder.resolve().name,
        articles=tuple(articles),
        cases=tuple(cases),
        questions=questions,
        orders=orders,
        synonyms=tuple(_read_rows(folder, description.synonyms, Synonym.model_validate)),
        qrels={question.id: qrels[question.id] for question in questions if question.id in qrels},
        now=description.now,
        right_from=description.right_from,
    )


def _read_description(folder: Path) -> _Description:
    path = folder / "dataset.yaml"
    if not path.is_file():
        return _Description()
    return _checked(lambda: _Description.model_validate(_read_mapping(path)), str(path))


def _read_mapping(path: Path) -> dict[str, Any]:
    data = yaml.safe_load(path.read_text("utf-8"))
    if not isinstance(data, dict):
        raise ValueError("write one `name: value` a line.")
    return data


def _add_row(row: dict[str, Any], articles: list[Article], cases: list[Case], *, where: str) -> None:
    if "question" in row and "solution" in row:
        cases.append(_checked(lambda: parse_case(row), where))
    else:
        articles.append(_checked(lambda: parse_article(row), where))


def _read_rows(folder: Path, names: Sequence[str], parse: Callable[[dict[str, Any]], _T]) -> Iterator[_T]:
    for name in names:
        for line, row in _read_lines(folder / name):
            yield _checked(partial(parse, row), f"{folder / name}, line {line}")


def _read_questions(path: Path, orders: Mapping[str | None, Order]) -> Iterator[EvalQuestion]:
    seen: set[str] = set()
    for line, row in _read_lines(path):
        question: EvalQuestion = _checked(partial(EvalQuestion.model_validate, row), f"{path}, line {line}")
        if question.id in seen:
            raise DatasetUnusable(f"{path}, line {line}: the question id {question.id!r} stands there twice.")
        seen.add(question.id)
        yield _give_order(question, orders, where=f"{path}, line {line}")


def _give_order(question: EvalQuestion, orders: Mapping[str | None, Order], *, where: str) -> EvalQuestion:
    if question.order_id is None or question.order is not None:
        return question
    if question.order_id not in orders:
        raise DatasetUnusable(f"{where}: the order {question.order_id!r} is in none of the dataset's order files.")
    return question.model_copy(update={"order": orders[question.order_id]})


def _read_qrels(path: Path) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_read_text(path).splitlines(), 1):
        cells = line.rstrip("\r").split("\t")
        if not line.strip():
            continue
        if len(cells) != 3 or not GRADE.fullmatch(cells[2]):
            raise DatasetUnusable(f"{path}, line {number}: write question id, corpus id and grade, with tabs between.")
        labels = qrels.setdefault(cells[0], {})
        if cells[1] in labels:
            raise DatasetUnusable(f"{path}, line {number}: {cells[1]!r} is judged twice for {cells[0]!r}; keep one.")
        labels[cells[1]] = int(cells[2])
    return qrels


def _check_questions(folder: Path, qrels: Qrels, questions: Sequence[EvalQuestion], *, whole: bool) -> None:
    """Refuse labels of questions that are not there: a slip in an id would make a question one without an answer."""
    unknown = sorted(qrels.keys() - {question.id for question in questions})
    if unknown and whole:
        path = folder / "qrels.tsv"
        raise DatasetUnusable(f"{path} labels {len(unknown)} questions that are not asked, such as {unknown[0]!r}.")


def _check_ids(folder: Path, articles: Sequence[Article], cases: Sequence[Case]) -> None:
    """Refuse two texts of one id: they would overwrite each other, and labels would not say which is meant."""
    rows = [(article.id, article.version or 1) for article in articles] + [(case.id, 0) for case in cases]
    kinds = {(item, version == 0) for item, version in rows}
    twice = [item for item, count in Counter(rows).items() if count > 1]
    both = [item for item, is_case in kinds if is_case and (item, False) in kinds]
    if twice:
        raise DatasetUnusable(f"The corpus of {folder} holds {twice[0][0]!r} twice; give each text an id of its own.")
    if both:
        raise DatasetUnusable(f"The id {min(both)!r} names an article and a case in {folder}; labels need one of them.")


def _check_labels(folder: Path, qrels: Qrels, corpus_ids: set[str]) -> None:
    unknown = sorted({item for labels in qrels.values() for item in labels} - corpus_ids)
    if unknown:
        raise DatasetUnusable(
            f"{folder / 'qrels.tsv'} names {len(unknown)} ids that are not in the corpus, such as {unknown[0]!r}."
        )


def _read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(_read_text(path).split("\n"), 1):
        if line.strip():
            row = _checked(partial(orjson.loads, line), f"{path}, line {number}")
            if not isinstance(row, dict):
                raise DatasetUnusable(f"{path}, line {number}: write one JSON object a line.")
            yield number, row


def _read_text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise DatasetUnusable(f"{path} cannot be read ({error.strerror}). A dataset needs this file.") from error
    except UnicodeDecodeError as error:
        raise DatasetUnusable(f"{path} is not UTF-8; save it as UTF-8.") from error


def _checked(read: Callable[[], _T], where: str) -> _T:
    try:
        return read()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise DatasetUnusable(f"{where}: {place}: {first['msg']}.") from error
    except (ValueError, yaml.YAMLError) as error:
        raise DatasetUnusable(f"{where}: {error}") from error
