"""A platform is known where it must be, and nowhere else: a third one is a short list of places."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.sandbox.platforms import PLATFORMS as SANDBOXES
from tests.support.credentials import credentials_at
from tests.support.dialects import DIALECTS
from tests.support.merchant import WAYS
from tests.support.pages import README, ROOT, part, table
from webhook_receiver.profiles import PROFILES
from worker.domain.stages import Stage, TerminalStatus
from worker.order_api.platforms import PLATFORMS
from worker.order_api.statuses import MEANINGS

ROOMS = [ROOT / "worker", ROOT / "webhook_receiver", ROOT / "deploy"]
SHOWN_OFF = {"worker/cli/demo/shops.py"}
"""The demo has a shop on each of two platforms; a third needs none."""


def section() -> str:
    """What the README says of a third platform."""
    return re.split(r"\n##", part(README, "### A third platform").removeprefix("#"))[0]


def words(path: Path) -> Iterator[str]:
    """Every name and every text in a module, but for its docstrings: those name the sources of facts."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.ImportFrom(module=str(name)):
                yield name


def docstrings(path: Path) -> set[str]:
    """The texts that stand alone as a statement."""
    tree = ast.walk(ast.parse(path.read_text()))
    alone = (node.value for node in tree if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    return {str(constant.value) for constant in alone}


def places_that_mention(platform: str) -> set[str]:
    """The modules that name a platform, by the folder or the file that is its own place."""
    found = set()
    for path in (path for capacity in ROOMS for path in capacity.rglob("*.py")):
        if any(
            re.search(rf"\b{platform}|_{platform}", word, re.IGNORECASE) for word in {*words(path)} - docstrings(path)
        ):
            inside = path.relative_to(ROOT)
            own = next((folder for folder in inside.parents if folder.name == platform), inside)
            found.add(f"{own}/" if own != inside else str(own))
    return found


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_is_mentioned_in_the_places_that_the_readme_lists_and_nowhere_else(platform):
    listed = {stage.replace("<name>", platform) for stage in re.findall(r"^\d\. `([^`]+)`", section(), re.MULTILINE)}
    needless = set() if platform in PROFILES else {"webhook_receiver/profiles/__init__.py"}
    here = {stage for stage in listed - needless if not stage.startswith("tests/")}
    assert places_that_mention(platform) - SHOWN_OFF == here


def test_the_tests_that_a_platform_needs_are_listed_and_there_for_each():
    listed = re.findall(r"`(tests/[^`]+)`", section())
    assert all((ROOT / stage).exists() for stage in listed)
    assert {*WAYS} == {*DIALECTS} == {*SANDBOXES} == {*PLATFORMS}
    for platform in PLATFORMS:
        assert isinstance(credentials_at("http://127.0.0.1:1", platform), PLATFORMS[platform].credentials)


def test_the_section_on_a_third_platform_is_short():
    assert len(section().strip().splitlines()) <= 14


def test_a_platform_that_posts_webhooks_has_a_profile_of_its_name():
    assert {name for name, platform in PLATFORMS.items() if platform.posts_webhooks} == {*PROFILES} - {"courier"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_pages_table_of_statuses_is_the_programs(platform):
    head = part(README, "| place | ").partition("\n")[0].lower()
    column = head.replace(" ", "").split("|").index(platform) - 1
    cells = {row[0]: re.findall(r"`(\w+)`", row[column]) for row in table(README, "| place | ")}
    statuses = PLATFORMS[platform].statuses
    expected = {stage: {w for w in statuses.meanings if statuses.read(w).position == stage} for stage in Stage}
    told = {stage: {*cells[stage]} for stage in Stage}
    # Where completion has no word, the page says how it is known.
    told[Stage.COMPLETED] -= {"metadata", "delivered"}
    assert told == expected
    assert {*cells["off the road"]} == {
        w for w in statuses.meanings if isinstance(statuses.read(w).position, TerminalStatus)
    }
    assert all(cells[stage][0] == word for stage, word in statuses.asks.items())


def test_the_domain_knows_no_status_of_one_platform():
    known = {word for platform in PLATFORMS.values() for word in platform.statuses.meanings}
    foreign = known - {*MEANINGS}
    assert foreign
    texts = {word for path in (ROOT / "worker" / "domain").glob("*.py") for word in {*words(path)} - docstrings(path)}
    assert not texts & foreign
