"""What `make` runs, according to its dry run."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def commands_of(target: str, **variables: str) -> str:
    environ = {"PATH": os.environ["PATH"], **variables}
    return subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=True
    ).stdout


@pytest.mark.parametrize(
    ("variables", "measured"), [({"CI": "true"}, True), ({"CI": "true", "ARGS": "-k signature"}, False), ({}, False)]
)
def test_ci_runs_the_same_suite_and_measures_coverage(variables, measured):
    commands = commands_of("test", **variables)
    assert commands.count("-m pytest") == 1
    assert ("coverage report --fail-under=100" in commands) is measured


def test_make_clean_removes_what_git_ignores():
    made_here = (ROOT / ".gitignore").read_text().partition("# Yours")[0]
    ignored = {name.rstrip("/") for name in made_here.splitlines() if name and not name.startswith("#")}
    assert {".venv", ".venv-mutants", "mutants"} <= ignored <= set(commands_of("clean").split())
