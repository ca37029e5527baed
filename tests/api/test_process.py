"""The serving process gives the interpreter on sooner, and has few heaps."""

from __future__ import annotations

import platform
import subprocess
import sys

from api.process import SWITCH_SECONDS

SHOWN = "import sys; from api.process import *; prepare_process(); print(sys.getswitchinterval(), limit_heaps())"


def test_the_process_is_set_up() -> None:
    done = subprocess.run([sys.executable, "-c", SHOWN], capture_output=True, text=True, check=True, timeout=60)
    switch, has_few_heaps = done.stdout.split()
    assert float(switch) == SWITCH_SECONDS
    assert has_few_heaps == str(platform.libc_ver()[0] == "glibc")
