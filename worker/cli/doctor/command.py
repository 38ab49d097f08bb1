"""The command `fulfillment doctor`."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import click

from worker.domain.instants import microseconds
from worker.operations.checks import Check, Diagnosis, Verdict, diagnose
from worker.processes.exits import NEEDS_A_PERSON, UNREACHABLE, WELL

STYLES = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "bold red"}
EXIT_CODES = {
    Diagnosis.WELL: WELL,
    Diagnosis.NEEDS_PERSON: NEEDS_A_PERSON,
    Diagnosis.UNREACHABLE: UNREACHABLE,
}


class _Duration(click.ParamType[timedelta]):
    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:  # noqa: ANN401 - click's signature
        from worker.settings.values import read_duration

        try:
            return read_duration(value)
        except ValueError:
            self.fail("write a duration like 90s, 30m, 1h or 2d.", param, ctx)


@click.command()
@click.option(
    "--max-age",
    type=_Duration(),
    default="1h",
    show_default=True,
    help="A backlog older than this is a failure; a younger one is a warning.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(max_age: timedelta, as_json: bool) -> int:
    """Check the installation, and find what is stuck.

    Each check is ok, a warning or a failure. A warning or a failure says what to do.

    The exit code is 0 if nothing failed, 1 if something needs a person, 2 if the settings are wrong, 3 if a part
    cannot be reached.

    \b
    fulfillment doctor
    fulfillment doctor --max-age 1h --json        (from cron)
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.cli.doctor.checks import run_checks
    from worker.cli.json_lines import print_json

    checks = list(run_checks(microseconds(max_age)))
    code = EXIT_CODES[diagnose(checks)]
    if as_json:
        print_json({"exit_code": code, "checks": [_document(check) for check in checks]})
    else:
        _print(checks)
    return code


def _document(check: Check) -> dict[str, object]:
    return {
        "check": check.name,
        "verdict": check.verdict,
        "sentence": check.sentence,
        "advice": None if check.verdict is Verdict.OK else check.advice or None,
        "unreachable": check.unreachable,
    }


def _print(checks: Sequence[Check]) -> None:
    from rich.table import Table

    from worker.cli.printing import Output, plain

    table = Table.grid(padding=(0, 2))
    for column in range(3):
        table.add_column(no_wrap=column < 2, overflow="fold")  # noqa: PLR2004 - the first two are words
    for check in checks:
        table.add_row(plain(check.verdict, STYLES[check.verdict]), plain(check.name), plain(check.sentence))
        if check.advice and check.verdict is not Verdict.OK:
            table.add_row("", "", plain(f"→ {check.advice}", "italic"))
    Output().print(table)
