"""Every command that the doctor can advise exists, with the options that the advice names."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from worker.cli.main import fulfillment

ROOT = Path(__file__).parents[3]
ADVISING = (
    *sorted((ROOT / "worker/operations/doctor").glob("*.py")),
    *sorted((ROOT / "worker/application/doctor").glob("*.py")),
    ROOT / "worker/operations/advice.py",
)
COMMAND = re.compile("`(fulfillment [^`]*)`")
FILLED_IN = "FILLED_IN"


def texts(file: Path) -> Iterator[str]:
    """Yield the texts of a module; what is filled in at run time has a word that stands for it."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else FILLED_IN for part in node.values)
            yield "".join(map(str, parts))


def advised() -> set[str]:
    return {command for file in ADVISING for text in texts(file) for command in COMMAND.findall(text)}


def test_the_doctor_advises_commands():
    assert len(advised()) > 20


@pytest.mark.parametrize("text", sorted(advised()))
def test_an_advised_command_exists_with_its_options(text: str):
    command: click.Command = fulfillment
    words = text.split()[1:]
    context = click.Context(command)
    while words and isinstance(command, click.Group) and (found := command.get_command(context, words[0])):
        command, words = found, words[1:]
    assert not isinstance(command, click.Group), f"{text}: there is no such command"
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options
