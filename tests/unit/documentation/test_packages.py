"""The docstring of a package is a map of its folder: what it names exists."""

import ast
import re
from pathlib import Path

import pytest

from tests.support.pages import ROOT
from worker.cli.commands import COMMANDS

FOLDERS = [ROOT / "worker", ROOT / "webhook_receiver", ROOT / "deploy"]
PACKAGES = sorted(path for folder in FOLDERS for path in folder.rglob("__init__.py"))
NO_MODULES = {*COMMANDS, "fulfillment"}


@pytest.mark.parametrize("path", PACKAGES, ids=lambda path: str(path.parent.relative_to(ROOT)))
def test_every_module_that_a_package_names_exists(path: Path):
    description = ast.get_docstring(ast.parse(path.read_text()))
    assert description
    named = {*re.findall(r"`([a-z]\w*(?:\.\w+)*)`", description)} - NO_MODULES
    assert {name for name in named if not exists(name, path.parent)} == set()


def exists(name: str, folder: Path) -> bool:
    """Tell whether *name* is a module or a folder beside *folder*, inside of it, or inside of one of its folders."""
    way = name.replace(".", "/")
    above = [place for place in folder.parents if place.is_relative_to(ROOT)]
    inside = [place for place in folder.iterdir() if place.is_dir()]
    return any((place / way).is_dir() or (place / f"{way}.py").is_file() for place in (folder, *above, *inside))
