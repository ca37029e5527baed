"""The learning curves of an adaptation as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from index.adaptation.schedule import Trained

INK, LEAD, QUIET = "#1f2328", "#0a5ad6", "#8b949e"
STYLE: dict[Any, Any] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "svg.hashsalt": "xianzhi",  # The same run gives the same file.
}
FORMAT = "png"


def draw_curves(trained: Trained, path: Path) -> None:
    """Write the training loss, the held-out nDCG@10 at every check, and that of every blend with the old weights."""
    losses = [(check.step, check.loss) for check in trained.checks if check.loss is not None]
    grades = [(0, trained.before), *((c.step, c.ndcg) for c in trained.checks if c.ndcg is not None)]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(10, 3.2), layout="constrained")
        loss, grade, blend = figure.subplots(1, 3)
        if losses:
            loss.plot(*zip(*losses, strict=True), color=QUIET)
        loss.set(title="training loss", xlabel="step", ylim=(0, None))
        grade.plot(*zip(*grades, strict=True), "o-", color=LEAD, markersize=3)
        grade.axhline(trained.before, color=QUIET, linewidth=1, linestyle="--")
        grade.set(title="held out: nDCG@10 by vectors alone", xlabel="step")
        points = [(0.0, trained.before), *trained.blends.items()]
        blend.plot(*zip(*points, strict=True), "o-", color=LEAD, markersize=3)
        blend.axvline(trained.alpha, color=QUIET, linewidth=1, linestyle="--")
        blend.set(title="held out, by share of new weights", xlabel="alpha (dashed: chosen)")
        figure.savefig(path, format=FORMAT, dpi=120)
