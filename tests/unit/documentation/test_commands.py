"""The commands, options and exit codes on the pages are those of the program."""

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from tests.support.pages import (
    PAGES,
    REFERENCE,
    example,
    first_words,
    part,
    plain_table,
)
from worker.cli import completion
from worker.cli.commands import COMMANDS
from worker.cli.main import EPILOG, fulfillment
from worker.processes.exits import INTERRUPTED, NEEDS_A_PERSON, UNREACHABLE, WELL, WRONG_USE


def commands(group: click.Group, path: str = "") -> Iterator[list[str]]:
    """Yield each command of *group*, with its options and its line in the help."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group) and not command.invoke_without_command:
            yield from commands(command, f"{path}{name} ")
            continue
        arguments = [p.make_metavar(context) for p in command.params if isinstance(p, click.Argument)]
        options = [max(p.opts, key=len) for p in command.params if isinstance(p, click.Option)]
        line = command.get_short_help_str(200) if path else COMMANDS[name][1]
        yield [" ".join([f"{path}{name}", *arguments]), " ".join(options), line]
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")


def test_every_command_is_listed_with_its_options():
    assert plain_table(REFERENCE, "## Commands") == list(commands(fulfillment))


def test_the_options_of_the_program_itself_are_documented():
    options = {max(p.opts, key=len) for p in fulfillment.params} - {"--version"}
    section = part(REFERENCE, "## Commands").partition("| command |")[0]
    assert options == set(re.findall(r"`fulfillment \[(--\w+)", section))


def test_every_command_in_an_example_exists():
    known = {command.split()[0] for command, *_ in commands(fulfillment)}
    text = "\n".join(page.read_text() for page in PAGES)
    named = set(re.findall(r"(?:^ *|`|/bin/)fulfillment ([a-z]+)", text, re.MULTILINE))
    assert named
    assert named <= known


def test_every_option_in_an_example_exists():
    known = {option for _, options, _ in commands(fulfillment) for option in options.split()}
    known |= {max(p.opts, key=len) for p in fulfillment.params} | {"--help"}
    calls = [call for page in PAGES for call in re.findall(r"fulfillment [a-z].*", page.read_text())]
    named = {option for call in calls for option in re.findall(r" (--[a-z][a-z-]*)", call.partition("|")[0])}
    assert named
    assert named <= known


def test_the_program_reads_every_whole_command_of_an_example():
    pages = "\n".join(page.read_text() for page in PAGES)
    blocks = re.findall(r"^ *```sh\n(.*?)```", pages, re.MULTILINE | re.DOTALL)
    text = "\n".join(blocks).replace("\\\n", " ")
    calls = re.findall(r"^ *(?:\.venv/bin/)?fulfillment (.+)$", text, re.MULTILINE)
    assert len(calls) > 40
    for call in calls:
        command, words = named_by(shlex.split(call.partition(" | ")[0].replace(" ID", " 1"), comments=True))
        command.make_context(command.name, words)  # raises an error for what the command does not read


def named_by(words: list[str]) -> tuple[click.Command, list[str]]:
    """Return the command that *words* begin with, and the words after its name."""
    command: click.Command = fulfillment
    while isinstance(command, click.Group) and words:
        inner = command.get_command(click.Context(command), words[0])
        assert inner, words
        command, words = inner, words[1:]
    return command, words


def test_every_exit_code_is_explained():
    codes = [WELL, NEEDS_A_PERSON, WRONG_USE, UNREACHABLE, INTERRUPTED]
    in_help = re.findall(r"\d+", EPILOG.partition("Exit codes")[2])
    assert first_words(REFERENCE, "## Exit codes") == in_help == list(map(str, codes))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_lines_for_shell_completion_name_the_programs_variable(shell):
    assert f"{completion.VARIABLE}={shell}_source fulfillment" in example(REFERENCE, "sh", "### Shell completion")
