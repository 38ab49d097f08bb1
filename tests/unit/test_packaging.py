import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = (ROOT / "requirements.lock", ROOT / "requirements-dev.lock", ROOT / "requirements-mutants.lock")
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==(\S+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)


def pins(lock: Path) -> dict[str, str]:
    return {name: version for name, version, _ in PIN.findall(lock.read_text())}


def what_make_would_do(target: str, **variables: str) -> str:
    environ = {"PATH": os.environ["PATH"], **variables}
    return subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=30, check=True
    ).stdout


def imported_packages(module: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(module.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_hashed_versions_and_no_place_to_fetch_them_from(lock):
    text = re.sub(r"#   -c requirements(-dev)?\.lock", "", lock.read_text())
    assert not re.search(r"://|^\s*-[^-]|^--|@|(?<!\w)/\w", text, re.MULTILINE)
    assert all("--hash=sha256:" in rest for _, _, rest in PIN.findall(text))
    assert len(pins(lock)) == len(re.findall(r"^\w", text, re.MULTILINE))


def test_the_tests_run_on_the_very_versions_that_a_user_gets():
    runtime, dev, mutants = map(pins, LOCKS)
    assert runtime.items() <= dev.items() <= mutants.items()


def test_nothing_that_gives_processes_other_titles_stands_beside_the_suite():
    assert "setproctitle" not in pins(LOCKS[1])


@pytest.mark.parametrize(
    ("given", "measured"), [({"CI": "true"}, True), ({"CI": "true", "ARGS": "-k signature"}, False), ({}, False)]
)
def test_ci_runs_the_same_suite_and_measures_what_it_reaches(given, measured):
    told = what_make_would_do("test", **given)
    assert told.count("-m pytest") == 1
    assert ("coverage report --fail-under=100" in told) is measured


def test_what_is_made_here_git_ignores_and_make_removes():
    made = (ROOT / ".gitignore").read_text().partition("# Yours")[0]
    ignored = {name.rstrip("/") for name in made.splitlines() if name and not name.startswith("#")}
    assert {".venv", ".venv-mutants", "mutants"} <= ignored <= set(what_make_would_do("clean").split())


def test_the_build_backend_is_locked_with_the_program():
    assert "setuptools" in pins(LOCKS[0])


def test_the_domain_needs_the_standard_library_alone():
    for module in (ROOT / "worker" / "domain").rglob("*.py"):
        foreign = {
            name
            for name in imported_packages(module)
            if name.partition(".")[0] not in sys.stdlib_module_names and not name.startswith("worker.domain")
        }
        assert not foreign, f"{module.name} imports {foreign}"


def test_the_receiver_stays_a_door_of_at_most_six_hundred_lines():
    modules = (ROOT / "webhook_receiver").rglob("*.py")
    assert 0 < sum(len(module.read_text().splitlines()) for module in modules) <= 600


def test_whatever_the_tests_stand_on_is_in_the_index():
    support = ROOT / "tests" / "support"
    index = ast.get_docstring(ast.parse((support / "__init__.py").read_text())) or ""
    listed = ", ".join(re.findall(r"^    (\w+(?:, \w+)*)  ", index, re.MULTILINE)).split(", ")
    assert sorted(listed) == sorted(path.stem for path in support.glob("[a-z]*.py"))
