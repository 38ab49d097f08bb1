"""Asks for a password: at a terminal without showing it, or from a program."""

import sys

import click

from worker.cli.confirmation import is_terminal
from worker.domain.errors import IllegalRequest

FROM_STDIN = click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
MAX_LINE = 4_096


def read_password(user: str, *, from_stdin: bool) -> str:
    """Return the password that a person types twice, or a program sends. Raises `IllegalRequest` for a weak one.

    Raises `UsageError` when nobody can answer.
    """
    from worker.console.access.passwords import problem_of

    if from_stdin:
        password = sys.stdin.readline(MAX_LINE).rstrip("\r\n")
    elif is_terminal(sys.stdin):
        password = click.prompt("Password", hide_input=True, confirmation_prompt="The same again", err=True)
    else:
        raise click.UsageError("Nobody can answer here: add --password-stdin, and send the password there.")
    if problem := problem_of(password, user):
        raise IllegalRequest(f"{problem[0].lower()}{problem[1:].rstrip('.')}")
    return password
