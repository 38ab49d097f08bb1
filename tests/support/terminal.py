"""A command on a terminal of its own, and what the terminal shows."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

HIDDEN, SHOWN = "\x1b[?25l", "\x1b[?25h"
"""The sequences that hide and show the cursor of a terminal."""


class Terminal:
    """A command on a terminal. Its stdout is a pipe if it is *piped*."""

    def __init__(self, process: subprocess.Popen[bytes], ours: int) -> None:
        self.process, self._ours, self._seen = process, ours, b""
        os.set_blocking(ours, False)

    def seen(self) -> str:
        """Return all that the terminal has shown so far."""
        try:
            while part := os.read(self._ours, 65_536):
                self._seen += part
        except OSError:  # there is nothing to read now, or the command has closed its end
            pass
        return self._seen.decode(errors="replace")  # the last character may not be there yet

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())


@contextmanager
def terminal(
    *arguments: str, piped: bool = False, columns: int = 80, kind: str = "xterm-256color"
) -> Iterator[Terminal]:
    ours, programs = pty.openpty()
    environ = os.environ | {"TERM": kind, "COLUMNS": str(columns), "LINES": "50"}
    out = subprocess.PIPE if piped else programs
    command = [sys.executable, "-m", "worker.cli", *arguments]
    with subprocess.Popen(command, stdin=programs, stdout=out, stderr=programs, env=environ) as process:
        os.close(programs)
        try:
            yield Terminal(process, ours)
        finally:
            process.kill()
            os.close(ours)
