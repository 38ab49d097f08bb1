"""What `up` shows on a terminal: what happens, as `tail` shows it. The log lines go to files then."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic

from rich.text import Text

from worker.cli.printing import Output, plain
from worker.cli.tail.following import Look
from worker.cli.tail.printing import activity_line
from worker.domain.errors import StoreUnavailable
from worker.domain.overview.activity import ActivityFilter
from worker.private_files import PRIVATE_FOLDER
from worker.store.database.database import Database

TIMEOUT_SECONDS = 1.0
"""How long a look may take: meanwhile, no process is watched."""
MAX_LOG_BYTES = 20 * 1024 * 1024
"""A log file begins anew when it is larger."""
MAX_READ_BYTES = 65_536
"""How much of a log file is read at once. What is more than that is only in the file."""
_QUIET = ("debug", "info")
_SHOWN = ("order_stopped", "write_ended", "account_held", "deliveries_not_accepted")
"""The warnings about what the database has, so that it is shown already."""
_KNOWN = ("timestamp", "level", "logger", "event")


class LiveDisplay:
    """Prints what happens in the database of *database_url*, and the warnings in the log files of processes.

    The files are NAME.log in the folder *logs*, for each of *names*; they begin anew. Call `on_poll` often.
    """

    def __init__(self, database_url: str, logs: Path, names: Iterable[str]) -> None:
        self.folder = logs
        logs.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        self._logs = [LogFile(name, logs / f"{name}.log") for name in names]
        self._database = Database(database_url, connections=1, timeout_seconds=TIMEOUT_SECONDS)
        self._look, self._output = Look(self._database, ActivityFilter()), Output()
        self._next_look, self._is_away = 0.0, False

    def on_poll(self) -> None:
        """Print what is new, at most once a second. Nothing that goes wrong here ends `up`."""
        if monotonic() < self._next_look:
            return
        with suppress(OSError):  # nobody reads stdout any more
            for log in self._logs:
                for line in log.new_warnings():
                    self._output.print(line, soft_wrap=True)
            self._show_activity()
        self._next_look = monotonic() + self._look.pause_seconds()

    def _show_activity(self) -> None:
        try:
            entries = self._look.read()
        except StoreUnavailable as error:
            if not self._is_away:
                self._output.print(plain(f"{error}; it is asked again", "yellow"), soft_wrap=True)
            self._is_away = True
            return
        self._is_away = False
        for entry in entries:
            self._output.print(activity_line(entry), soft_wrap=True)

    def close(self) -> None:
        """Close the connection to the database."""
        self._database.close()


class LogFile:
    """The log file of the process *name*. It is emptied now, and whenever it is larger than `MAX_LOG_BYTES`."""

    def __init__(self, name: str, path: Path) -> None:
        self._name, self._path, self._read_to, self._rest = name, path, 0, b""
        with suppress(FileNotFoundError):
            path.unlink()

    def new_warnings(self) -> Iterator[Text]:
        """Yield the new lines that are no ordinary log lines: warnings, errors, and what is no log line at all."""
        *lines, self._rest = (self._rest + self._new_bytes()).split(b"\n")
        for line in lines:
            if text := _warning(line.decode("utf-8", "replace").strip()):
                yield Text.assemble((f"{self._name}  ", "dim"), plain(text, "yellow"))

    def _new_bytes(self) -> bytes:
        try:
            with self._path.open("r+b") as file:
                size = file.seek(0, 2)
                if size > self._read_to + MAX_READ_BYTES:
                    self._read_to, self._rest = size - MAX_READ_BYTES, b""
                file.seek(self._read_to)
                new = file.read(MAX_READ_BYTES)
                self._read_to += len(new)
                if size > MAX_LOG_BYTES:
                    file.truncate(0)  # the process appends
                    self._read_to = 0
                return new
        except OSError:
            return b""


def _warning(line: str) -> str:
    """Return what to show of a line of a log file; empty for a log line below a warning, in either format."""
    try:
        document = json.loads(line)
    except ValueError:
        return "" if any(f"[{level}" in line for level in _QUIET) else line
    if not isinstance(document, dict):
        return line
    if document.get("level") in _QUIET or document.get("event") in _SHOWN:
        return ""
    values = (f"{name}={value}" for name, value in document.items() if name not in _KNOWN and value not in (None, ""))
    return " ".join([str(document.get("event", "")), *values])
