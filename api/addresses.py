"""What lies under an address: rules hold for addresses by how they begin."""

from __future__ import annotations


def lies_under(path: str, *starts: str) -> bool:
    """Tell whether an address is one of some others, or lies below one, or is something that is done with one."""
    return any(path == start or path.startswith((f"{start}/", f"{start}:")) for start in starts)
