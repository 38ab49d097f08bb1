"""How a person on this machine runs our program, and the commands that its texts advise."""

import re
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from os import PathLike, fspath
from os.path import relpath
from shlex import quote
from typing import TypeVar

from worker.domain.text import clean_text

T = TypeVar("T")

MAX_PATH = 1000
"""Characters of a path that are printed."""
_COMMAND = re.compile("(?:^|(?<=`)|(?<=: ))fulfillment (?=[a-z])")
"""The beginning of a command in a sentence: in backticks, behind a colon at the end, or alone."""
_CONFIG: ContextVar[str] = ContextVar("config", default="")
"""The option `--config` of the command that runs, with the file's path; empty without it."""


def program_command() -> str:
    """Return the command that runs our program from the working directory."""
    from pathlib import Path  # `--help` needs neither of these
    from shutil import which

    if which("fulfillment"):
        return "fulfillment"
    script = Path(sys.executable).with_name("fulfillment")
    return relpath(script) if script.is_relative_to(Path.cwd()) else str(script)


def config_option(path: PathLike[str]) -> str:
    """Return the option that makes the file at *path* the settings file of a command."""
    return f"--config {quote(clean_text(fspath(path), MAX_PATH))}"


def remember_config(path: PathLike[str] | None) -> None:
    """Let `runnable` name the settings file at *path*; None for a command without `--config`."""
    _CONFIG.set(config_option(path) if path else "")


def runnable(text: str) -> str:
    """Return *text* with the option `--config` of the present command in each command that it advises.

    So what is copied from it runs with the same settings. Without the option, the text stays as it is.
    """
    config = _CONFIG.get()
    return _COMMAND.sub(lambda _: f"fulfillment {config} ", text) if config else text


def runnable_values(values: T) -> T:
    """Return JSON values with each text as `runnable` returns it."""
    result: object = values
    match values:
        case str():
            result = runnable(values)
        case Mapping():
            result = {name: runnable_values(value) for name, value in values.items()}
        case list() | tuple():
            result = [*map(runnable_values, values)]
    return result  # type: ignore[return-value]
