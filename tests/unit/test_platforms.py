"""Only a short list of modules knows a platform, so a third one is little work."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from deploy.sandbox.platforms import PLATFORMS as SIMULATED
from tests.support.credentials import credentials_at
from tests.support.dialects import DIALECTS
from tests.support.pages import DESIGN, REFERENCE, ROOT, part, table
from tests.support.sandbox_account import TRAITS
from webhook_receiver.profiles import NATIVE_PROFILES
from worker.domain.stages import Stage, TerminalStatus
from worker.order_api.accounts import ACCOUNTS
from worker.order_api.platforms import PLATFORMS
from worker.order_api.statuses import MEANINGS

PACKAGES = [ROOT / "worker", ROOT / "webhook_receiver", ROOT / "deploy"]
EXAMPLES = {"worker/cli/demo/shops.py", "worker/cli/playground/shop.py"}
"""The demo has a shop on each of two platforms, the playground one on one, and they need none on a third one."""


def section() -> str:
    """Return what the design page says of a third platform."""
    return part(DESIGN, "## A third platform").split("\n## ")[0]


def listed_paths(platform: str) -> set[str]:
    """Return the paths in the section's numbered list, for *platform*."""
    numbered = "\n".join(re.findall(r"^\d\. .*", section(), re.MULTILINE))
    return {path.replace("<name>", platform) for path in re.findall(r"`([^`]+)`", numbered)}


@cache
def words(path: Path) -> set[str]:
    """Return every name and every text in a module but its docstrings, which may name the source of a fact."""
    tree = ast.parse(path.read_text())
    return {*_names(tree)} | ({*_texts(tree)} - {*_docstrings(tree)})


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.ImportFrom(module=str(name)):
                yield name


def _texts(tree: ast.AST) -> Iterator[str]:
    return (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))


def _docstrings(tree: ast.AST) -> Iterator[str]:
    """Yield the texts that are statements."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield text


def mentions(path: Path, platform: str) -> bool:
    pattern = re.compile(rf"\b{platform}|_{platform}", re.IGNORECASE)
    return any(pattern.search(word) for word in words(path))


def paths_that_mention(platform: str) -> set[str]:
    """Return the modules that name a platform; for those in a folder of its name, the folder."""
    paths = set()
    for path in (path for package in PACKAGES for path in package.rglob("*.py")):
        if mentions(path, platform):
            inside = path.relative_to(ROOT)
            own = next((folder for folder in inside.parents if folder.name == platform), None)
            paths.add(f"{own}/" if own else str(inside))
    return paths


@pytest.mark.parametrize("platform", PLATFORMS)
def test_only_the_paths_that_the_design_page_lists_mention_a_platform(platform):
    needless = set() if platform in NATIVE_PROFILES else {"webhook_receiver/profiles/__init__.py"}
    listed = {path for path in listed_paths(platform) - needless if not path.startswith("tests/")}
    assert paths_that_mention(platform) - EXAMPLES == listed


def test_the_tests_that_a_platform_needs_are_listed_and_exist_for_each():
    listed = re.findall(r"`(tests/[^`]+)`", section())
    assert listed
    assert all((ROOT / path).exists() for path in listed)
    assert {*TRAITS} == {*DIALECTS} == {*SIMULATED} == {*PLATFORMS}
    for platform in PLATFORMS:
        assert isinstance(credentials_at("http://127.0.0.1:1", platform), PLATFORMS[platform].credentials)


def test_every_platforms_credentials_can_be_opened():
    assert {*ACCOUNTS} == {platform.credentials for platform in PLATFORMS.values()}


def test_the_section_on_a_third_platform_is_short():
    assert len(section().strip().splitlines()) <= 14


def test_a_platform_that_posts_webhooks_has_a_profile_of_its_name():
    assert {name for name, platform in PLATFORMS.items() if platform.posts_webhooks} == {*NATIVE_PROFILES} - {"courier"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_reference_has_the_programs_table_of_statuses(platform):
    head = part(REFERENCE, "| stage | ").partition("\n")[0].lower()
    column = head.replace(" ", "").split("|").index(platform) - 1
    cells = {row[0]: re.findall(r"`(\w+)`", row[column]) for row in table(REFERENCE, "| stage | ")}
    statuses = PLATFORMS[platform].statuses
    expected = {stage: {w for w in statuses.meanings if statuses.read(w).position == stage} for stage in Stage}
    written = {stage: {*cells[stage]} for stage in Stage}
    # Where no status says completed, the page says how completion is recorded.
    written[Stage.COMPLETED] -= {"metadata", "delivered"}
    assert written == expected
    assert {*cells["terminal"]} == {
        w for w in statuses.meanings if isinstance(statuses.read(w).position, TerminalStatus)
    }
    assert all(cells[stage][0] == status for stage, status in statuses.status_of.items())


def test_the_domain_knows_no_status_of_only_one_platform():
    statuses = {status for platform in PLATFORMS.values() for status in platform.statuses.meanings}
    foreign = statuses - {*MEANINGS}
    assert foreign
    in_domain = {word for path in (ROOT / "worker" / "domain").glob("*.py") for word in words(path)}
    assert not in_domain & foreign
