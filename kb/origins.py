"""Origins that a setting lists: which pages may frame the sidebar, and which may speak with it."""

from __future__ import annotations

import re

MOST_ORIGINS = 50
# Nothing else may go into a header, and `*` would let anybody in.
_ORIGIN = re.compile(r"(https?)://((?:[a-z0-9-]+\.)*[a-z0-9-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?")
_USUAL_PORTS = {"http": "80", "https": "443"}


def read_origins(text: str) -> tuple[str, ...]:
    """Return origins as browsers write them, from a list with commas or blanks; raises ValueError at anything else."""
    listed = [part.rstrip("/").lower() for part in re.split(r"[,\s]+", text) if part]
    if len(listed) > MOST_ORIGINS:
        raise ValueError(f"it lists more than {MOST_ORIGINS} origins")
    return tuple(dict.fromkeys(_normalise(part) for part in listed))


def read_ancestors(text: str) -> tuple[str, ...]:
    """Return the sources of a `frame-ancestors` directive: origins, `self`, or `none` alone."""
    words = [part.strip("'").lower() for part in re.split(r"[,\s]+", text) if part]
    if words == ["none"] or not words:
        return ("'none'",)
    own = ("'self'",) if "self" in words else ()
    return own + read_origins(" ".join(word for word in words if word != "self"))


def _normalise(origin: str) -> str:
    found = _ORIGIN.fullmatch(origin)
    if found is None:
        raise ValueError(f"{origin[:100]!r} is not an origin such as https://desk.example.com")
    scheme, host, port = found.groups()
    return f"{scheme}://{host}" if port in (None, _USUAL_PORTS[scheme]) else f"{scheme}://{host}:{port}"
