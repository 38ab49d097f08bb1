"""Options and arguments that several commands share, and checks of their values."""

import getpass
from collections.abc import Collection

import click

from worker.domain.errors import IllegalRequest
from worker.domain.stages import STAGES
from worker.domain.text import clean_text


class WholeNumber(click.IntRange):
    """A whole number within limits. Messages name it so; the help calls it N."""

    name = "whole number"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002 - click's signature
        return "N"


ORDER = click.argument("order")
STAGE = click.Choice([stage.value for stage in STAGES])
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")
LIMIT = click.option(
    "--limit", type=WholeNumber(1, 10_000), default=50, show_default=True, help="Print at most this many."
)


def require_name(kind: str, name: str, names: Collection[str]) -> None:
    """Raise `IllegalRequest` unless *name* is one of *names*, the accounts or sources in the settings.

    *kind* is the word for it in the message: `account` or `source`.
    """
    if name not in names:
        choice = ", ".join(names) or "none"
        raise IllegalRequest(f"the settings name no {kind} “{clean_text(name)}”; they name: {choice}")


def with_user(reason: str) -> str:
    """Return *reason* with the name of the user, if the user has one. An empty reason stays empty."""
    try:
        return f"{reason} ({getpass.getuser()})" if reason.strip() else ""
    except (KeyError, OSError):  # a container's user may have no name
        return reason
