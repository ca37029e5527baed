"""Teach the bundled encoder how customers speak, as a low-rank change of its weights (LoRA, Hu et al., ICLR 2022)."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn
from torch.nn import functional

from index.adaptation.sayings import Intent, Pair, make_pairs, plan_topics
from index.build import Progress
from index.bundled import PASSAGE_PROMPT, QUERY_PROMPT
from index.export import LOADING, quiet_libraries
from index.weights_change import Matrix

SCALE = 33.0  # Times the cosine, in the softmax over a batch.
WARM_UP = 0.06  # Of all steps.
MAX_TOKENS = 80
PARTS = 4  # A batch is encoded in so many parts, by length: padding costs as much as text.
# Intents of two topics whose answers are this near (the share of all pairs that are nearer) may mean the same.
ALIKE = 0.003
LARGEST_GRADIENT = 1.0


@dataclass(frozen=True, slots=True)
class Tuition:
    """How to train; the rank is that of the change of each matrix."""

    epochs: int = 3
    batch: int = 64
    rank: int = 16
    learning_rate: float = 4e-4
    seed: int = 0


class LowRankLinear(nn.Module):
    """A frozen linear layer, and the product of two thin matrices that learns beside it."""

    def __init__(self, frozen: nn.Linear, rank: int) -> None:
        super().__init__()
        self.frozen = frozen
        self.down = nn.Parameter(torch.randn(rank, frozen.in_features) / math.sqrt(frozen.in_features))
        self.up = nn.Parameter(torch.zeros(frozen.out_features, rank))

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the frozen layer's output plus the change."""
        thin = functional.linear(inputs, self.down.to(inputs.dtype))
        changed: Tensor = self.frozen(inputs) + functional.linear(thin, self.up.to(inputs.dtype))
        return changed


class Pupil:
    """The encoder while it learns: everything frozen in half precision but the thin matrices."""

    def __init__(self, folder: str, rank: int) -> None:
        with quiet_libraries():
            model = SentenceTransformer(folder, device="cpu", model_kwargs=LOADING)
        transformer: Any = model[0]
        self.tokenizer: Any = transformer.tokenizer
        self.network: Any = transformer.auto_model.to(torch.bfloat16).eval()
        self.network.requires_grad_(False)
        self.layers = dict(_insert(self.network, rank))
        self.parameters = [matrix for layer in self.layers.values() for matrix in (layer.up, layer.down)]

    def encode(self, texts: Sequence[str]) -> Tensor:
        """Return (texts, dimension) vectors of length 1."""
        ids = self.tokenizer(list(texts), truncation=True, max_length=MAX_TOKENS)["input_ids"]
        order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        size = math.ceil(len(order) / PARTS)
        parts = [
            self._encode([ids[place] for place in order[start : start + size]]) for start in range(0, len(order), size)
        ]
        back = torch.empty(len(order), dtype=torch.long)
        back[torch.tensor(order)] = torch.arange(len(order))
        return torch.cat(parts)[back]

    def read_change(self) -> dict[str, tuple[Matrix, Matrix]]:
        """Return what was learnt, by layer."""
        return {name: (layer.up.detach().numpy(), layer.down.detach().numpy()) for name, layer in self.layers.items()}

    def _encode(self, ids: Sequence[Sequence[int]]) -> Tensor:
        length = max(map(len, ids))
        padded = torch.full((len(ids), length), int(self.tokenizer.pad_token_id))
        mask = torch.zeros(len(ids), length)
        for row, tokens in enumerate(ids):
            padded[row, : len(tokens)] = torch.tensor(tokens)
            mask[row, : len(tokens)] = 1.0
        tokens_out = self.network(input_ids=padded, attention_mask=mask.to(torch.bfloat16)).last_hidden_state.float()
        means = (tokens_out * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return functional.normalize(means, dim=1)


def train_change(
    folder: str, intents: Sequence[Intent], tuition: Tuition, *, on_progress: Progress
) -> dict[str, tuple[Matrix, Matrix]]:
    """Train on sayings against others of the same batch; return the change of each layer as (up, down)."""
    chance = random.Random(tuition.seed)
    torch.manual_seed(tuition.seed)
    pupil = Pupil(folder, tuition.rank)
    alike = find_alike(pupil, intents)
    size = min(tuition.batch, len(intents))  # No intent stands twice in a batch.
    batches = [
        batch
        for _ in range(tuition.epochs)
        for batch in plan_topics(intents, make_pairs(intents, QUERY_PROMPT, PASSAGE_PROMPT, chance), size, chance)
    ]
    optimiser = torch.optim.AdamW(pupil.parameters, lr=tuition.learning_rate, weight_decay=0.0)
    for step, batch in enumerate(batches):
        for group in optimiser.param_groups:
            group["lr"] = tuition.learning_rate * plan_rate(step, len(batches))
        loss = measure_loss(pupil, batch, alike)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(pupil.parameters, LARGEST_GRADIENT)
        optimiser.step()
        on_progress("train", step + 1, len(batches))
    return pupil.read_change()


def plan_rate(step: int, steps: int) -> float:
    """Return the share of the learning rate at a step: a short rise, then a straight fall to nothing."""
    return min(1.0, (step + 1) / max(1.0, WARM_UP * steps)) * (1.0 - step / steps)


def measure_loss(pupil: Pupil, batch: Sequence[Pair], alike: Tensor) -> Tensor:
    """Return the cross entropy of finding each text's partner among all of the batch, both ways (InfoNCE)."""
    numbers = torch.tensor([number for number, _, _ in batch])
    vectors = pupil.encode([one for _, one, _ in batch] + [other for _, _, other in batch])
    scores = SCALE * vectors[: len(batch)] @ vectors[len(batch) :].T
    scores = scores.masked_fill(alike[numbers][:, numbers], -math.inf)
    right = torch.arange(len(batch))
    both = functional.cross_entropy(scores, right) + functional.cross_entropy(scores.T, right)
    return both / 2


def find_alike(pupil: Pupil, intents: Sequence[Intent]) -> Tensor:
    """Return (intents, intents), true where two of different topics may mean the same: they are no contrast."""
    texts = [f"{PASSAGE_PROMPT}{intent.title}\n{intent.answer}" for intent in intents]
    with torch.no_grad():
        vectors = torch.cat([pupil.encode(texts[start : start + 64]) for start in range(0, len(texts), 64)])
    nearness = vectors @ vectors.T
    topics = {topic: number for number, topic in enumerate(sorted({intent.topic for intent in intents}))}
    own = torch.tensor([topics[intent.topic] for intent in intents])
    foreign = own[:, None] != own[None, :]
    if not foreign.any():
        return torch.zeros_like(foreign)
    others = nearness[foreign]
    # The largest few of all: `quantile` takes no more than 16 million values.
    least = torch.topk(others, max(1, int(len(others) * ALIKE))).values[-1]
    return (nearness >= least) & foreign


def _insert(network: Any, rank: int) -> Iterator[tuple[str, LowRankLinear]]:
    """Put a learning layer in place of every linear one of the network's blocks."""
    found: Mapping[str, Any] = dict(network.named_modules())
    for name, module in found.items():
        if isinstance(module, nn.Linear) and name.startswith("encoder.layer."):
            parent, _, child = name.rpartition(".")
            layer = LowRankLinear(module, rank)
            setattr(network.get_submodule(parent), child, layer)
            yield name, layer
