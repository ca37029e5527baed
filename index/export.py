"""Turn a sentence-transformers model into the ONNX files that serving reads.

The only module that imports torch and sentence_transformers; run once, by `xianzhi index prepare`.
"""

from __future__ import annotations

import hashlib
import json
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn
from transformers.utils import logging as transformers_logging

from index.bundled import unpack_bundled
from index.encoder import open_tokenizer
from index.prepared import (
    BUNDLED,
    DESCRIPTION_FILE,
    ONNX_FILES,
    TOKENIZER_FILE,
    EncoderDescription,
    Pooling,
    Precision,
    folder_name,
    pointer_path,
)
from index.quantise import calibration_samples, quantise
from kb.checksums import file_sha256
from kb.errors import XianzhiError
from kb.folders import publish_folder, replace_file

RECIPE = 3  # Raise when the same model would be exported to other files.
OPSET = 17  # From 18 on ReduceMean takes its axes as an input: see `mean_of_rows` in quantise.py.
# Eager attention is what the fusions recognise; safetensors because a pickle can run code.
LOADING = {"attn_implementation": "eager", "use_safetensors": True}
QUERY_PROMPT_NAMES = ("query",)
PASSAGE_PROMPT_NAMES = ("passage", "document")

Progress = Callable[[str], None]


class ModelNotUsable(XianzhiError):
    """The configured model cannot be loaded, or is of a kind that is not exported."""

    code = "model_not_usable"


@dataclass(frozen=True, slots=True)
class Source:
    """A loaded sentence-transformers model and how it makes one vector of a text.

    With a `scale` below 1 every inner product p becomes scale * p + 1 - scale: nothing is ranked otherwise, a text
    keeps 1 with itself, and a model that spread its texts further apart is as near to them as before.
    """

    transformer: nn.Module
    tokenizer: Any
    config: Any
    pooling: Pooling
    normalised: bool
    prompts: dict[str, str]
    max_tokens: int
    scale: float = 1.0

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self.config.hidden_size) + (self.scale < 1.0)


class PooledEncoder(nn.Module):
    """Token ids to the text's vector and, as they are, the tokens' vectors."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.transformer = source.transformer
        self.pooling = source.pooling
        self.normalised = source.normalised
        self.scale = source.scale

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return (texts, dimension) and (texts, tokens, dimension)."""
        tokens = self.transformer(input_ids=input_ids, attention_mask=attention_mask)[0]
        pooled = tokens[:, 0] if self.pooling is Pooling.CLS else mean_of_tokens(tokens, attention_mask)
        vectors = nn.functional.normalize(pooled, dim=1) if self.normalised else pooled
        return add_common_part(vectors, self.scale) if self.scale < 1.0 else vectors, tokens


def add_common_part(vectors: Tensor, scale: float) -> Tensor:
    """Shorten vectors of length 1, and give all of them one more dimension that makes up for it."""
    common = torch.ones_like(vectors[:, :1]) * (1.0 - scale) ** 0.5
    return torch.cat((vectors * scale**0.5, common), dim=1)


def mean_of_tokens(tokens: Tensor, attention_mask: Tensor) -> Tensor:
    """Average the vectors of the tokens that are not padding."""
    weights = attention_mask.unsqueeze(-1).to(tokens.dtype)
    return (tokens * weights).sum(1) / weights.sum(1)


def prepare_model(model: str, model_dir: Path, on_progress: Progress | None = None) -> Path:
    """Return the prepared folder of a model, exporting it on first use.

    `model` is `bundled`, a sentence-transformers folder, or a model hub name.
    """
    report = on_progress or (lambda message: None)
    report("loading the model")
    source = load_source(locate_source(model, model_dir))
    target = model_dir / f"{folder_name(model)}-{source_checksum(source)[:16]}"
    if not target.is_dir():
        with publish_folder(target) as folder:
            write_prepared(source, model, folder, report)
    replace_file(pointer_path(model, model_dir), json.dumps({"folder": target.name}).encode())
    return target


def locate_source(model: str, model_dir: Path) -> str:
    """Return what sentence-transformers loads a model by: its folder, or a hub name."""
    path = unpack_bundled(model_dir) if model == BUNDLED else Path(model)
    return str(path) if path.is_dir() else model


def load_source(name: str, *, scale: float = 1.0) -> Source:
    """Load a sentence-transformers model from a folder or a hub."""
    try:
        with quiet_libraries():
            model = SentenceTransformer(name, device="cpu", model_kwargs=LOADING)
    except (OSError, ValueError) as error:
        raise ModelNotUsable(
            f"The model {name!r} is no sentence-transformers folder, and no model hub gave it: {error}. "
            "Set `XIANZHI_MODEL` to `bundled`, which needs no network, or to a downloaded folder."
        ) from error
    kinds = [type(module).__name__ for module in model]
    if kinds[:2] != ["Transformer", "Pooling"] or kinds[2:] not in ([], ["Normalize"]):
        raise ModelNotUsable(
            f"The model {name!r} is built of {kinds}; only Transformer, Pooling, Normalize are exported."
        )
    transformer: Any = model[0]
    network = transformer.auto_model.eval()
    return Source(
        transformer=network,
        tokenizer=model.tokenizer,
        config=network.config,
        pooling=read_pooling(name, model[1]),
        normalised=True,  # Whatever the model does: the encoder promises vectors of length 1.
        prompts={kind: prompt for kind, prompt in model.prompts.items() if prompt},
        max_tokens=int(transformer.max_seq_length or network.config.max_position_embeddings),
        scale=scale,
    )


def read_pooling(name: str, module: Any) -> Pooling:
    """Return the pooling of a model."""
    try:
        return Pooling(module.pooling_mode)
    except ValueError as error:
        raise ModelNotUsable(
            f"The model {name!r} pools by {module.pooling_mode!r}; only mean and cls are exported."
        ) from error


def source_checksum(source: Source) -> str:
    """Return a checksum of everything the exported files depend on."""
    scale = f" {source.scale}" if source.scale < 1.0 else ""  # What has none keeps the checksum it always had.
    digest = hashlib.sha256(f"{RECIPE} {source.pooling} {source.prompts} {source.max_tokens}{scale}".encode())
    digest.update(source.tokenizer.backend_tokenizer.to_str().encode())
    for name, tensor in sorted(source.transformer.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().contiguous().numpy().tobytes())
    return digest.hexdigest()


def write_prepared(source: Source, model: str, folder: Path, report: Progress) -> None:
    """Write the ONNX files, the tokenizer and the description into a folder."""
    float_file = folder / ONNX_FILES[Precision.FLOAT32]
    query, passage = (find_prompt(source.prompts, names) for names in (QUERY_PROMPT_NAMES, PASSAGE_PROMPT_NAMES))
    source.tokenizer.backend_tokenizer.save(str(folder / TOKENIZER_FILE), pretty=False)
    with quiet_libraries():
        report("exporting to ONNX")
        traced = folder / "traced.onnx"
        export_graph(source, traced)
        report("optimising")
        optimise_graph(source, traced, float_file)
        traced.unlink()
        report("quantising")
        tokenizer = open_tokenizer(folder / TOKENIZER_FILE, source.max_tokens)
        samples = calibration_samples(tokenizer, query_prompt=query, passage_prompt=passage)
        quantise(float_file, folder / ONNX_FILES[Precision.INT8], samples)
    description = EncoderDescription(
        model=model if model == BUNDLED else Path(model).name,
        dimension=source.dimension,
        query_prompt=query,
        passage_prompt=passage,
        pooling=source.pooling.value,
        normalised=source.normalised,
        max_tokens=source.max_tokens,
        pad_id=int(source.tokenizer.pad_token_id or 0),
        weights={p.value: file_sha256(folder / name) for p, name in ONNX_FILES.items()},
    )
    (folder / DESCRIPTION_FILE).write_text(description.to_json(), encoding="utf-8")


def find_prompt(prompts: dict[str, str], names: tuple[str, ...]) -> str:
    """Return the first prompt that goes by one of the names, or none."""
    return next((prompts[name] for name in names if prompts.get(name)), "")


def export_graph(source: Source, path: Path) -> None:
    """Trace the model into an ONNX file with free batch and sequence lengths."""
    ids = torch.full((2, 8), 5, dtype=torch.int64)
    mask = torch.ones_like(ids)
    mask[1, 5:] = 0
    rows, both = {0: "batch"}, {0: "batch", 1: "sequence"}
    with torch.no_grad():
        torch.onnx.export(
            PooledEncoder(source).eval(),
            (ids, mask),
            str(path),
            opset_version=OPSET,
            dynamo=False,  # The fusions below know the graphs of this exporter.
            input_names=["input_ids", "attention_mask"],
            output_names=["embedding", "tokens"],
            dynamic_axes={"input_ids": both, "attention_mask": both, "embedding": rows, "tokens": both},
        )


def optimise_graph(source: Source, plain: Path, target: Path) -> None:
    """Fuse attention, normalisation and activation into single operators."""
    optimised = optimizer.optimize_model(
        str(plain),
        model_type="bert",
        num_heads=source.config.num_attention_heads,
        hidden_size=source.config.hidden_size,
        opt_level=0,
        optimization_options=FusionOptions("bert"),
    )
    optimised.save_model_to_file(str(target))


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Silence what the exporting libraries say about their own old code paths."""
    loggers = [logging.getLogger(name) for name in ("onnxruntime.transformers", "transformers", "root")]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            yield
        finally:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
