"""What is compared: our matcher, and two libraries set up for hybrid retrieval as their own documentation says.

Haystack: https://docs.haystack.deepset.ai/docs/documentjoiner, with its BM25 and embedding retrievers in memory.
txtai: https://neuml.github.io/txtai/embeddings/configuration/general/#hybrid.
All get the same passages, each under its title as our index embeds it, and the same encoder's weights: the libraries
in float32 by torch, as they come; ours in int8, as it is served.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from eval.datasets import Dataset, EvalQuestion
from eval.systems import make_request
from index.build import Builder
from index.bundled import unpack_bundled
from index.follower import LiveIndex
from index.matcher import Matcher
from index.opening import make_surroundings, open_encoder
from index.prepared import BUNDLED
from index.question import QuestionEmpty, QuestionTooLong
from kb.database import Database
from kb.errors import XianzhiError
from kb.items import Item
from kb.knowledge import list_items
from kb.settings import Settings

DEPTH = 10
PASSAGES_TAKEN = 5 * DEPTH  # Several passages of one article count once: so many leave ten articles.


class ContenderName(StrEnum):
    """Who is compared."""

    XIANZHI = "xianzhi"
    HAYSTACK = "haystack"
    TXTAI = "txtai"


class PeerNotInstalled(XianzhiError):
    """A library to be compared with is not installed."""

    code = "peer_not_installed"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not installed. Install the extra: pip install 'xianzhi[peers]'.")


@dataclass(frozen=True, slots=True)
class Material:
    """What everybody starts from: a dataset, a database that holds it, and a folder to work in."""

    dataset: Dataset
    database: Database
    folder: Path
    settings: Settings

    def list_items(self) -> list[Item]:
        """Return what our index would hold."""
        with self.database.read() as session:
            return list(list_items(session))


class Contender(Protocol):
    """One system: made with its model loaded, then built once, then asked."""

    def build(self) -> None:
        """Make everything searchable."""

    def ask(self, question: EvalQuestion) -> Sequence[str]:
        """Return the ids of the best articles and cases, best first; safe to call from several threads."""


class OurMatcher:
    """The matcher as the server runs it: order context, conditions, explanations, checked replies and all."""

    def __init__(self, material: Material) -> None:
        self._material = material
        self._encoder = open_encoder(material.settings)
        self._matcher: Matcher | None = None

    def build(self) -> None:
        """Build a generation and open it."""
        material, now = self._material, self._material.dataset.now or datetime.now(UTC)
        generations = material.folder / "generations"
        Builder(material.database, self._encoder, generations).build(now=now)
        live = LiveIndex(material.database, self._encoder, generations, clock=lambda: now)
        live.open()
        self._matcher = Matcher(live, make_surroundings(material.settings))

    def ask(self, question: EvalQuestion) -> Sequence[str]:
        """Match; a question that cannot be searched has no answer."""
        assert self._matcher is not None
        try:
            found = self._matcher.match(make_request(question, limit=DEPTH))
        except (QuestionEmpty, QuestionTooLong):
            return []
        return [solution.id for solution in found.solutions]


class Haystack:
    """BM25 and embedding retrievers in memory, joined by reciprocal rank."""

    def __init__(self, material: Material) -> None:
        from haystack.document_stores.in_memory import InMemoryDocumentStore
        from haystack_integrations.components.embedders import sentence_transformers as embedders

        folder, prompts = find_model_folder(material.settings), read_prompts(material.settings)
        self._material = material
        self._store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        self._documents = embedders.SentenceTransformersDocumentEmbedder(
            model=folder, prefix=prompts["passage"], progress_bar=False
        )
        self._questions = embedders.SentenceTransformersTextEmbedder(
            model=folder, prefix=prompts["query"], progress_bar=False
        )
        self._documents.warm_up()
        self._questions.warm_up()
        self._pipeline: Any = None

    def build(self) -> None:
        """Embed and store every passage."""
        from haystack import Document, Pipeline
        from haystack.components.joiners import DocumentJoiner
        from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever

        texts = list_texts(self._material)
        # Numbered, as two articles may say the same: it takes no text twice under an id of its own making.
        documents = [Document(id=str(n), content=text, meta={"item": item}) for n, (item, text) in enumerate(texts)]
        self._store.write_documents(self._documents.run(documents)["documents"])
        pipeline = Pipeline()
        pipeline.add_component("embedder", self._questions)
        pipeline.add_component("dense", InMemoryEmbeddingRetriever(self._store, top_k=PASSAGES_TAKEN))
        pipeline.add_component("terms", InMemoryBM25Retriever(self._store, top_k=PASSAGES_TAKEN))
        pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
        pipeline.connect("embedder", "dense")
        pipeline.connect("dense", "joiner")
        pipeline.connect("terms", "joiner")
        self._pipeline = pipeline

    def ask(self, question: EvalQuestion) -> Sequence[str]:
        """Run the pipeline."""
        found = self._pipeline.run({"embedder": {"text": question.text}, "terms": {"query": question.text}})
        return keep_items((document.meta["item"] for document in found["joiner"]["documents"]), question)


class Txtai:
    """An embeddings index with `hybrid`: vectors in FAISS, BM25 of its own, joined by its own weights."""

    def __init__(self, material: Material) -> None:
        from txtai import Embeddings

        self._material = material
        self._index = Embeddings(path=find_model_folder(material.settings), hybrid=True)
        self._items: list[str] = []

    def build(self) -> None:
        """Index every passage."""
        texts = list_texts(self._material)
        self._items = [item for item, _ in texts]
        self._index.index([(number, text, None) for number, (_, text) in enumerate(texts)])

    def ask(self, question: EvalQuestion) -> Sequence[str]:
        """Search."""
        found = self._index.search(question.text, PASSAGES_TAKEN)
        return keep_items((self._items[number] for number, _ in found), question)


CONTENDERS: Mapping[ContenderName, Callable[[Material], Contender]] = {
    ContenderName.XIANZHI: OurMatcher,
    ContenderName.HAYSTACK: Haystack,
    ContenderName.TXTAI: Txtai,
}


def open_contender(name: ContenderName, material: Material) -> Contender:
    """Return a contender, its model loaded; raises `PeerNotInstalled`."""
    try:
        return CONTENDERS[name](material)
    except ModuleNotFoundError as error:
        raise PeerNotInstalled(name) from error


def list_texts(material: Material) -> list[tuple[str, str]]:
    """Return every passage as it is embedded, with the id of what it is of."""
    return [(item.key.id, passage.text) for item in material.list_items() for passage in item.passages]


def keep_items(found: Any, question: EvalQuestion) -> list[str]:
    """Return the items of the passages found, each once, without the one that the question is."""
    return [item for item in dict.fromkeys(found) if item != question.self_id][:DEPTH]


def find_model_folder(settings: Settings) -> str:
    """Return the sentence-transformers folder of the encoder that we serve, in float32."""
    return str(unpack_bundled(settings.model_dir)) if settings.model == BUNDLED else settings.model


def read_prompts(settings: Settings) -> Mapping[str, str]:
    """Return what our encoder writes before questions and passages: Haystack takes it as an option."""
    description = open_encoder(settings).description
    return {"query": description.query_prompt, "passage": description.passage_prompt}
