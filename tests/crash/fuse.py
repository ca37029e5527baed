"""A fuse: the process kills itself at the n-th thing of a kind that it does, and says before which."""

from __future__ import annotations

import os
import random
import signal
import sys
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, event


class Point(StrEnum):
    """What a process is about to do when it is killed."""

    STATEMENT = "statement"
    COMMIT = "commit"
    OPEN_TO_WRITE = "open"
    RENAME = "rename"
    REMOVE = "remove"
    LINK = "link"
    MAKE_FOLDER = "mkdir"


# How many of each a worker does in its first seconds, about: later ones are left to chance.
MOST = {
    Point.STATEMENT: 400,
    Point.COMMIT: 40,
    Point.OPEN_TO_WRITE: 120,
    Point.RENAME: 12,
    Point.REMOVE: 60,
    Point.LINK: 40,
    Point.MAKE_FOLDER: 30,
}
AUDITED = {
    "os.rename": Point.RENAME,
    "os.remove": Point.REMOVE,
    "os.rmdir": Point.REMOVE,
    "os.link": Point.LINK,
    "os.mkdir": Point.MAKE_FOLDER,
}
WRITING = os.O_WRONLY | os.O_RDWR


class Fuse:
    """Burns down by one at each thing of its kind."""

    def __init__(self, point: Point, left: int) -> None:
        self.point = point
        self.left = left

    def burn(self, *_: object) -> None:
        """Count one thing; kill the process where it was the last."""
        self.left -= 1
        if self.left == 0:
            os.write(sys.stdout.fileno(), f"at {self.point.value}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def light(self, engine: Engine) -> None:
        """Count from now on, for as long as the process lives."""
        if self.point is Point.STATEMENT:
            event.listen(engine, "before_cursor_execute", self.burn)
        elif self.point is Point.COMMIT:
            event.listen(engine, "commit", self.burn)
        else:
            sys.addaudithook(self._hear)

    def _hear(self, what: str, arguments: tuple[Any, ...]) -> None:
        if what == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING:
            point: Point | None = Point.OPEN_TO_WRITE
        else:
            point = AUDITED.get(what)
        if point is self.point:
            self.burn()


def choose_fuse(choices: random.Random) -> Fuse:
    """Return a fuse of a random kind and length; short ones are as likely as long ones."""
    point = choices.choice(list(Point))
    return Fuse(point, max(1, round(MOST[point] ** choices.random())))
