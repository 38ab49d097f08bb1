"""A SQLite database that cannot be written: the doctor names the file, the user and the free space, and what helps."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.good_settings import GOOD
from worker.application.doctor import database as checking
from worker.store.database.database import Database
from worker.store.schema import migrate

UNPRIVILEGED = ("setpriv", "--inh-caps=-all", "--bounding-set=-all")
"""Takes from root the right to write what belongs to others, so that it is a user like any other."""
NOBODY = 65534
IS_ROOT = os.getuid() == 0


class Folder(NamedTuple):
    """A folder with a database that all users can reach."""

    path: Path
    database: Path

    def doctor(self) -> dict[str, Any]:
        """Return the check of the database that a user without privileges gets."""
        environ = {
            **GOOD,
            "FULFILLMENT_DATA_DIR": str(self.path / "data"),
            "FULFILLMENT_DATABASE_URL": f"sqlite:///{self.database}",
            "FULFILLMENT_ACCOUNTS__MAIN__BASE_URL": "http://127.0.0.1:9",
            "FULFILLMENT_LISTEN": "127.0.0.1:9",
            "PATH": os.environ["PATH"],
        }
        program = str(Path(sys.executable).with_name("fulfillment"))
        command = [*(UNPRIVILEGED if IS_ROOT else ()), program, "doctor", "--json"]
        result = subprocess.run(command, env=environ, stdout=subprocess.PIPE, check=False)
        checks = json.loads(result.stdout)["checks"]
        return next(check for check in checks if check["check"] == "database")


@pytest.fixture
def folder() -> Iterator[Folder]:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        database = Database(f"sqlite:///{path / 'fulfillment.db'}")
        migrate(database)
        database.close()
        yield Folder(path, path / "fulfillment.db")
        path.chmod(0o755)


@pytest.mark.skipif(not shutil.which("setpriv"), reason="there is no setpriv here")
def test_a_database_that_this_user_may_not_write_is_writable_after_the_advised_command(folder: Folder):
    for path in (folder.path, folder.database):
        if IS_ROOT:
            os.chown(path, NOBODY, -1)
        else:  # only root can give files away, so this user takes the right from itself
            path.chmod(0o555)
    check = folder.doctor()
    assert (check["verdict"], check["unreachable"]) == ("fail", True)
    assert check["sentence"].startswith(f"{folder.database} cannot be used: ")
    assert f"It belongs to {folder.database.owner()}, this command runs as " in check["sentence"]
    assert "MB are free on its disk." in check["sentence"]
    assert check["advice"].startswith(f"Run it as {folder.database.owner()}, who may write the file, its folder, ")
    subprocess.run(["sh", "-c", check["advice"].split("`")[1]], check=True)
    if not IS_ROOT:
        for path in (folder.path, folder.database):
            path.chmod(0o700)
    assert folder.doctor()["verdict"] == "ok"


def test_a_full_disk_is_told_from_other_failures(folder: Folder, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(free=1_000_000))
    database = Database(f"sqlite:///{folder.database}")
    (check,) = checking.check_file(database)
    assert "Only 1 MB are free on the disk of" in check.sentence
    database.close()


class _Usage(NamedTuple):
    free: int
