"""The process that the kill test runs: adapts, and kills itself at a named moment."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from kb.settings import Settings
from tests.eval.adaptation.tiny_shop import NOW, Shop


def main(model: str, model_dir: str, data_dir: str, labels: str, moment: str) -> None:
    """Adapt; `moment` is a step of the progress with how much of it is done, or something that is said."""
    settings = Settings(_env_file=None, data_dir=Path(data_dir), model=model, model_dir=Path(model_dir), now=NOW)
    shop = Shop(settings, Path(labels))

    def die_at(step: str, done: int, total: int) -> None:
        if f"{step}:{done}" == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def say(sentence: str) -> None:
        sys.stdout.write(f"{sentence}\n")
        sys.stdout.flush()
        if moment == "build" and sentence == "building the index":
            os.kill(os.getpid(), signal.SIGKILL)

    database = shop.open()
    outcome = shop.make_adapter(database, on_progress=die_at, say=say).adapt()
    sys.stdout.write(f"kept {outcome.verdict.is_kept}\n")
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
