"""Options and arguments that several commands share, and checks of their values."""

import os
from datetime import timedelta
from typing import Any

import click

from worker.application import acting_user
from worker.domain.stages import STAGES
from worker.domain.text import is_printable


class WholeNumber(click.IntRange):
    """A whole number within limits. Messages name it so; the help calls it N."""

    name = "whole number"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002 - click's signature
        return "N"


class _Duration(click.ParamType[timedelta]):
    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:  # noqa: ANN401 - click's signature
        from worker.settings.values import read_duration

        try:
            return read_duration(value)
        except ValueError:
            self.fail("write a duration like 90s, 30m, 1h or 2d.", param, ctx)


class _ShortText(click.ParamType[str]):
    """A text that a database can look for: printable and short."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 - click's signature
        if not (isinstance(value, str) and 0 < len(value) <= MAX_SHORT_TEXT and is_printable(value)):
            self.fail(f"write a printable text of at most {MAX_SHORT_TEXT} characters.", param, ctx)
        return value


MAX_SHORT_TEXT = 200
DURATION = _Duration()
SHORT_TEXT = _ShortText()
ORDER = click.argument("order")
OPTIONAL_ORDER = click.argument("order", metavar="[ORDER]", required=False)
STAGE = click.Choice([stage.value for stage in STAGES])
CREATE = click.option("--create", is_flag=True, help="Create the order if the database does not know it.")
REASON_UNLESS_DRY_RUN = click.option(
    "--reason", default=None, help="The reason, in one sentence for people who ask later. Only --dry-run needs none."
)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Only say what would happen; change nothing.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")


def reason_unless(reason: str | None, *, dry_run: bool) -> str:
    """Return the reason with the name of the user. Raises `UsageError` when it is missing, unless nothing changes."""
    if reason is None and not dry_run:
        raise click.UsageError("Missing option '--reason'. Only --dry-run needs none.")
    return with_user(reason or "")


def with_user(reason: str) -> str:
    """Return *reason* with the name of the user who runs this command. Raises `IllegalRequest` for one that is none."""
    return acting_user.with_user(reason, acting_user.acting_user(os.environ))
