"""`xianzhi serve` as a process of its own: what is measured shares neither interpreter nor memory with who measures."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kb.errors import XianzhiError

HOST = "127.0.0.1"
START_SECONDS = 600.0  # A million passages take a while to be read and compared with their checksums.
STOP_SECONDS = 20.0
POLL_SECONDS = 0.1
REQUEST_SECONDS = 5.0
# Its own database, and no keys, whatever else is set on this machine.
OPEN_AND_OWN = {
    "XIANZHI_DATABASE_URL": "",
    "XIANZHI_DATABASE_URL_FILE": "",
    "XIANZHI_ORDER_SOURCE": "tables",
    "XIANZHI_API_KEY": "",
    "XIANZHI_API_KEY_FILE": "",
    "XIANZHI_API_KEYS": "",
    "XIANZHI_API_KEYS_FILE": "",
    "XIANZHI_KEYS_REQUIRED": "false",
}


class ServerNotStarted(XianzhiError):
    """The server to be measured did not become ready."""

    code = "server_not_started"


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: where it listens, which process it is, and how long it took to be ready."""

    port: int
    pid: int
    start_seconds: float

    def read_megabytes(self) -> float | None:
        """Return the memory that the process holds now; None where the system does not tell."""
        return read_megabytes(self.pid)


@contextmanager
def serve_folder(data_dir: Path, log: Path, *, environment: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Yield a server of a data folder, ready to be asked; what it says goes to `log`."""
    port = _find_free_port()
    started = time.perf_counter()
    variables = {**os.environ, "XIANZHI_DATA_DIR": str(data_dir), **(environment or {})}
    command = [sys.executable, "-m", "xianzhi", "serve", "--host", HOST, "--port", str(port)]
    with log.open("wb") as output, subprocess.Popen(command, env=variables, stdout=output, stderr=output) as process:
        try:
            _wait_until_ready(process, port, log, deadline=started + START_SECONDS)
            yield Served(port, process.pid, time.perf_counter() - started)
        finally:
            _stop(process)


def read_megabytes(pid: int) -> float | None:
    """Return the memory that a process holds; None where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), None)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path, *, deadline: float) -> None:
    while time.perf_counter() < deadline:
        if process.poll() is not None:
            raise ServerNotStarted(f"`xianzhi serve` ended with {process.returncode}. Read {log}.")
        if _is_ready(port):
            return
        time.sleep(POLL_SECONDS)
    raise ServerNotStarted(f"`xianzhi serve` was not ready within {START_SECONDS:.0f} seconds. Read {log}.")


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=REQUEST_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _find_free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])
