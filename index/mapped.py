"""Numbers in a file, mapped and not read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def map_array(path: Path, kind: str) -> NDArray[Any]:
    """Return what a file holds, numbers of one kind; its checksum must have been compared before."""
    if not path.stat().st_size:  # What cannot be mapped.
        return np.zeros(0, kind)
    # A plain array: for every slice of a memmap numpy looks whether it shares memory, and lets other threads go first.
    return np.asarray(np.memmap(path, kind, mode="r"))
