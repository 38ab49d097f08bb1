"""What a running program uses of the machine, together with the processes that it has started."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.programs import Program

_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(program: Program) -> float:
    """Return the processor time that it has used so far."""
    return sum(int(fields[11]) + int(fields[12]) for fields in _processes(program)) / _TICK


def resident(program: Program) -> float:
    """Return the MiB of memory of its first process."""
    status = Path(f"/proc/{program.pid}/status").read_text(encoding="ascii")
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1024


def _processes(program: Program) -> Iterator[list[str]]:
    """Yield the fields of `/proc/PID/stat` from the third on, of each process of the program's session."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(errors="replace").rpartition(") ")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        if int(fields[3]) == program.pid:
            yield fields
