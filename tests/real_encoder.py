"""The bundled encoder, for the tests that need the real one; they are skipped where it is not prepared."""

from __future__ import annotations

import pytest

from index.encoder import OnnxEncoder, load_encoder
from index.prepared import ModelNotPrepared, find_prepared
from kb.settings import Settings


def skip_unless_prepared() -> None:
    """Skip the test, with the reason, where the configured encoder is not prepared."""
    settings = Settings()
    try:
        find_prepared(settings.model, settings.model_dir)
    except ModelNotPrepared as reason:
        pytest.skip(reason.message)


def open_real_encoder(precision: str | None = None) -> OnnxEncoder:
    """Return the configured encoder."""
    skip_unless_prepared()
    settings = Settings()
    return load_encoder(
        model=settings.model,
        model_dir=settings.model_dir,
        precision=precision or settings.precision,
        threads=settings.encoder_threads,
    )
