"""How the attacker asks the service: a port, for the web framework stays at the edge."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol, TextIO

from index.matcher import Matcher
from kb.settings import Settings


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request, as it is sent."""

    method: str
    path: str
    params: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None


class FrontDoor(Protocol):
    """Sends requests to the running service."""

    def send(
        self, method: str, path: str, *, params: Sequence[tuple[str, str]], headers: Mapping[str, str], body: object
    ) -> tuple[int, str, str]:
        """Return the status, the headers and the body of the answer."""
        ...


# Opens the service on a matcher; its log goes, in the service's own form, to the stream.
OpenFrontDoor = Callable[[Settings, Matcher, TextIO], AbstractContextManager[FrontDoor]]
