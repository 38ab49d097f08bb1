"""What the start of a command costs: processor time for imports, compared with an interpreter that imports nothing."""

import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.figures import Rounds, compare, figure
from tests.support.programs import ROOT
from worker.store.database.database import Database
from worker.store.schema import migrate

ROUNDS = 9
_IMPORTS = "import sys; before = set(sys.modules); import {}; print(len(set(sys.modules) - before))"
_SETTINGS = {
    "FULFILLMENT_CONFIG": "",
    "FULFILLMENT_ACCOUNTS__MAIN__PLATFORM": "cekat",
    "FULFILLMENT_ACCOUNTS__MAIN__API_KEY": "a-key-of-this-benchmark",
}


def run() -> Iterator[str]:
    """Measure the commands that people type most, and what they import."""
    with TemporaryDirectory() as folder:
        environ = {**_SETTINGS, "FULFILLMENT_DATA_DIR": folder, "PATH": "/usr/bin:/bin"}
        with closing(Database(f"sqlite:///{Path(folder)}/fulfillment.db")) as database:
            migrate(database)
        bare = Rounds("a bare interpreter", _rounds(["-c", ""], environ))
        for what, arguments in (
            ("fulfillment --help", ["-m", "worker.cli", "--help"]),
            ("fulfillment orders list", ["-m", "worker.cli", "orders", "list"]),
            ("import worker.settings", ["-c", "import worker.settings"]),
        ):
            yield compare(f"ms of processor time, {what}", Rounds("ours", _rounds(arguments, environ)), bare)
        for module in ("worker.cli.main", "worker.settings", "worker.service.celery_app"):
            yield figure(f"modules loaded by import {module}", Rounds("ours", [_modules(module, environ)]))


def _rounds(arguments: Sequence[str], environ: dict[str, str]) -> list[float]:
    """Return the milliseconds of processor time of each round, after one that fills the file cache."""
    return [_cpu_ms(arguments, environ) for _ in range(ROUNDS + 1)][1:]


def _cpu_ms(arguments: Sequence[str], environ: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _modules(name: str, environ: dict[str, str]) -> float:
    command = [sys.executable, "-c", _IMPORTS.format(name)]
    return float(subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True).stdout)
