"""The serving process gives the interpreter on sooner, and has few heaps."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from api import cli
from api.process import SWITCH_SECONDS

SHOWN = "import sys; from api.process import *; prepare_process(); print(sys.getswitchinterval(), limit_heaps())"
# Freed once, a large piece makes glibc put the next such among the small ones.
LARGE = """
import ctypes
from api.process import prepare_process
prepare_process()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
libc.free(libc.malloc(20_000_000))
def read_kilobytes():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS:"))
before = read_kilobytes()
large = libc.malloc(12_000_000)
ctypes.memset(large, 1, 12_000_000)
behind = libc.malloc(100_000)
taken = read_kilobytes() - before
libc.free(large)
print(taken, read_kilobytes() - before)
"""
GARBAGE = """
import gc
from api.process import settle_process
kept = [[number] for number in range(500_000)]
seen_before = len(gc.get_objects())
settle_process()
print(seen_before, len(gc.get_objects()), gc.isenabled())
"""


def test_the_process_is_set_up() -> None:
    done = subprocess.run([sys.executable, "-c", SHOWN], capture_output=True, text=True, check=True, timeout=60)
    switch, has_few_heaps = done.stdout.split()
    assert float(switch) == SWITCH_SECONDS
    assert has_few_heaps == str(platform.libc_ver()[0] == "glibc")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="Another C library keeps memory in its own way.")
def test_a_large_piece_of_memory_is_given_back_when_it_is_freed() -> None:
    done = subprocess.run([sys.executable, "-c", LARGE], capture_output=True, text=True, check=True, timeout=60)
    taken, kept = map(int, done.stdout.split())
    assert taken > 11_000
    assert kept < 1_000


def test_what_there_is_when_serving_begins_is_not_searched_for_garbage_again() -> None:
    done = subprocess.run([sys.executable, "-c", GARBAGE], capture_output=True, text=True, check=True, timeout=60)
    before, after, is_enabled = done.stdout.split()
    assert int(before) > 500_000
    assert int(after) < 1_000  # What is searched is what came since.
    assert is_enabled == "True"


def test_the_process_settles_when_the_application_has_opened_all_it_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    happened: list[str] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        for step in ("startup", "shutdown"):
            await receive()
            happened.append(step)
            await send({"type": f"lifespan.{step}.complete"})

    def settle() -> None:
        happened.append("settled")
        server.should_exit = True

    monkeypatch.setattr(cli, "settle_process", settle)
    server = cli.SettlingServer(uvicorn.Config(application, port=0, lifespan="on", log_config=None))
    server.run()
    assert happened == ["startup", "settled", "shutdown"]
