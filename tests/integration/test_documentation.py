"""The examples of the reference, run on real databases and in a real shell."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from tests.conftest import missing
from tests.support.events import a_delivery, an_event
from tests.support.pages import REFERENCE, example
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake


def test_the_example_queries_show_readable_times_on_both_databases(database: Database):
    SqlIntake(database).write(a_delivery(an_event()))
    queries = re.findall(r'"(SELECT .+?)"', example(REFERENCE, "sh", "## Database"))
    assert len(queries) == 2
    with database.read() as connection:
        for query in queries:
            (row,) = connection.execute(text(query)).all()
            assert str(row[-1]).startswith("2026-01-25 12:00:00")


def test_no_column_needs_quotes(database: Database):
    with database.read() as connection:
        assert connection.execute(text("select result from events")).all() == []


def test_the_line_for_bash_completes_commands(tmp_path: Path):
    if not shutil.which("bash"):
        missing("bash", "it is not installed")
    program = tmp_path / "fulfillment"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m worker.cli "$@"\n')
    program.chmod(0o755)
    (line,) = [line for line in example(REFERENCE, "sh", "### Shell completion").splitlines() if "bash_source" in line]
    code = f"""{line}
        COMP_WORDS=(fulfillment or) COMP_CWORD=1
        _fulfillment_completion fulfillment
        echo "${{COMPREPLY[@]}}"
        complete -p fulfillment"""
    environ = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    shell = subprocess.run(
        ["bash", "--norc", "-c", code], env=environ, capture_output=True, text=True, timeout=60, check=True
    )
    completions, registered = shell.stdout.splitlines()
    assert completions == "orders"
    assert registered.endswith("-F _fulfillment_completion fulfillment")
