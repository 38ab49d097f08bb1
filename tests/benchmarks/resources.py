"""What running programs use of the machine, each together with the processes that it has started."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.installation import Installation
from tests.support.programs import Program

_TICK = os.sysconf("SC_CLK_TCK")
_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def cpu_seconds(program: Program) -> float:
    """Return the processor time that it has used so far."""
    return sum(map(_used, _processes(program)))


def database_seconds(of: Installation) -> float:
    """Return the processor time that PostgreSQL's processes for the installation's open connections have used so far.

    It is 0 on SQLite, and where the server's processes are not to be seen.
    """
    if of.database_url.startswith("sqlite"):
        return 0.0
    return sum(_used(stat) for row in of.rows(_BACKENDS) if (stat := _stat(Path(f"/proc/{row['pid']}/stat"))))


def resident(program: Program) -> float:
    """Return the MiB of memory of its first process."""
    status = Path(f"/proc/{program.pid}/status").read_text(encoding="ascii")
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """What *programs* and the database use from now on."""

    programs: Mapping[str, Program]
    installation: Installation
    _before: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._before.update(self._now())

    def seconds(self) -> Mapping[str, float]:
        """Return the seconds of processor time of each part so far."""
        return {part: seconds - self._before[part] for part, seconds in self._now().items()}

    def _now(self) -> dict[str, float]:
        used = {part: cpu_seconds(program) for part, program in self.programs.items()}
        if not self.installation.database_url.startswith("sqlite"):
            used["PostgreSQL"] = database_seconds(self.installation)
        return used


def _processes(program: Program) -> Iterator[list[str]]:
    """Yield the fields of `/proc/PID/stat` of each process of the program's session."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        if (stat := _stat(path)) and int(stat[3]) == program.pid:
            yield stat


def _stat(path: Path) -> list[str]:
    """Return the fields from the third on; none if the process has just ended, or is another machine's."""
    try:
        return path.read_text(errors="replace").rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _used(stat: list[str]) -> float:
    return (int(stat[11]) + int(stat[12])) / _TICK
