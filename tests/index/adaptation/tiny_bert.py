"""A BERT of one layer with random weights that reads words between spaces: trained in seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

WORDS = [f"{letter}{number}" for letter in "abc" for number in range(24)] + ["ask:", "tell:"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
PROMPTS = {"query": "ask: ", "passage": "tell: "}


def write_tiny_bert(folder: Path) -> Path:
    """Write it as a sentence-transformers folder; the test is skipped where nothing can train."""
    for library in ("torch", "accelerate", "datasets"):
        pytest.importorskip(library, reason="needs the `adapt` extra")
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel

    torch.manual_seed(1)
    plain = folder / "plain"
    size: dict[str, Any] = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = BertConfig(vocab_size=len(SPECIAL) + len(WORDS), intermediate_size=64, **size)
    BertModel(config).save_pretrained(plain)
    make_tokenizer().save_pretrained(plain)
    transformer = Transformer(str(plain), max_seq_length=64)
    model = SentenceTransformer(modules=[transformer, Pooling(32, "mean"), Normalize()], prompts=PROMPTS, device="cpu")
    model.save_pretrained(str(folder / "model"), create_model_card=False)
    return folder / "model"


def make_tokenizer() -> Any:
    """Return a tokenizer that knows a few dozen words."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: number for number, word in enumerate([*SPECIAL, *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, model_max_length=64, pad_token="[PAD]", unk_token="[UNK]"
    )
