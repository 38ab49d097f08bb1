"""Shell completion: prints the script that a shell loads, and the completions that this script asks for.

The shell writes its request to the variable `_FULFILLMENT_COMPLETE`: `bash_source` for the script, `bash_complete` for
completions, and the same for `zsh` and `fish`.
"""

import os

import click
from click.shell_completion import shell_complete

from worker.processes.exits import WELL, WRONG_USE, print_error

VARIABLE = "_FULFILLMENT_COMPLETE"


def is_requested() -> bool:
    """Tell whether a shell has called the program for completion, and not to run a command."""
    return bool(os.environ.get(VARIABLE))


def complete(group: click.Group, name: str) -> int:
    """Print what the shell asks for, and return the exit code. *name* is the name of the program."""
    if shell_complete(group, {}, name, VARIABLE, os.environ[VARIABLE]):
        print_error(f"{VARIABLE} must be bash_source, zsh_source or fish_source.")
        return WRONG_USE
    return WELL
