"""The ways to quantise, made of the prepared float file; skipped where the encoder is not prepared."""

import subprocess
import sys
from pathlib import Path

import pytest

from index.precision import compare_precisions, open_variants, read_texts
from index.prepared import ModelNotPrepared, find_prepared
from kb.errors import InvalidInput
from kb.settings import default_model_dir

EVERY = 41  # Of the sample's 2453 questions: 60.


@pytest.fixture
def prepared() -> Path:
    """Return the prepared folder of the bundled encoder."""
    try:
        return find_prepared("bundled", default_model_dir())
    except ModelNotPrepared as reason:
        pytest.skip(str(reason))


def test_served_int8_is_closer_to_float_than_plain_int8(prepared: Path) -> None:
    quantise = pytest.importorskip("index.quantise", reason="onnx is not installed", exc_type=ModuleNotFoundError)
    only = ["int8 per channel", quantise.SERVED]
    candidates = open_variants(prepared, threads=1, only=only)
    whole, plain, served = compare_precisions(read_texts(None)[::EVERY], candidates, lengths=())
    assert [whole.variant, plain.variant, served.variant] == ["float32", *only]
    assert whole.cosine_min == pytest.approx(1)
    assert whole.neighbours_kept == 1
    assert served.cosine_min >= 0.995
    assert served.cosine_min > plain.cosine_min
    assert served.cosine_mean > plain.cosine_mean
    assert served.megabytes < whole.megabytes / 3


def test_missing_quantiser_names_the_extra_that_brings_it() -> None:
    code = """if True:
        import sys
        sys.modules["onnx"] = None
        from pathlib import Path
        from index.precision import QuantiserNotInstalled, open_variants
        try:
            next(open_variants(Path("nowhere"), threads=1))
        except QuantiserNotInstalled as error:
            sys.exit("extra `prepare`" not in error.message)
        sys.exit(2)
    """
    subprocess.run([sys.executable, "-c", code], check=True)


def test_command_line_imports_neither_torch_nor_onnx() -> None:
    code = "import sys, index.cli; sys.exit('torch' in sys.modules or 'onnx' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_one_text_has_no_neighbour_and_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    file.write_text("退货运费谁出？\n\n", "utf-8")
    with pytest.raises(InvalidInput, match="fewer than two"):
        read_texts(file)


def test_texts_are_the_lines_that_are_not_empty(tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    file.write_text("\ufeff退货运费谁出？\n \n在吗\n", "utf-8")
    assert read_texts(file) == ["退货运费谁出？", "在吗"]
