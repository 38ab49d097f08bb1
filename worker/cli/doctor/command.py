"""The command `fulfillment doctor`."""

from collections.abc import Sequence
from datetime import timedelta

import click

from worker.cli.options import DURATION
from worker.domain.instants import microseconds
from worker.operations.doctor.checks import Check, Diagnosis, Verdict, diagnose
from worker.processes.exits import NEEDS_A_PERSON, UNREACHABLE, WELL

STYLES = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "bold red"}
GAP = 2
"""Columns between a verdict, the name of its check, and the sentences."""
EXIT_CODES = {
    Diagnosis.WELL: WELL,
    Diagnosis.NEEDS_PERSON: NEEDS_A_PERSON,
    Diagnosis.UNREACHABLE: UNREACHABLE,
}


@click.command()
@click.option(
    "--max-age",
    type=DURATION,
    default="1h",
    show_default=True,
    help="A backlog older than this is a failure; a younger one is a warning.",
)
@click.option(
    "--all", "checks_all", is_flag=True, help="Check that all rows agree, not only the latest: minutes for millions."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(max_age: timedelta, checks_all: bool, as_json: bool) -> int:
    """Check the installation, and find what is stuck.

    Each check is ok, a warning or a failure. A warning or a failure says what to do.

    The exit code is 0 if nothing failed, 1 if something needs a person, 2 if the settings are wrong, 3 if a part
    cannot be reached.

    \b
    fulfillment doctor
    fulfillment doctor --max-age 1h --json        (from cron)
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.application.doctor.checks import run_checks
    from worker.cli.json_lines import print_json
    from worker.cli.local import runnable_values

    checks = list(run_checks(microseconds(max_age), checks_all=checks_all))
    code = EXIT_CODES[diagnose(checks)]
    if as_json:
        print_json(runnable_values({"exit_code": code, "checks": [_document(check) for check in checks]}))
    else:
        print_checks(checks)
    return code


def _document(check: Check) -> dict[str, object]:
    return {
        "check": check.name,
        "verdict": check.verdict,
        "sentence": check.sentence,
        "advice": None if check.verdict is Verdict.OK else check.advice or None,
        "unreachable": check.unreachable,
    }


def print_checks(checks: Sequence[Check]) -> None:
    """Print checks for people, in columns; a command in a sentence is never broken."""
    from rich.text import Text

    from worker.cli.local import runnable
    from worker.cli.printing import MIN_WIDTH, Output, plain
    from worker.cli.wrapping import wrapped

    output = Output(MIN_WIDTH)
    names = max((len(check.name) for check in checks), default=0)
    begin = max(map(len, Verdict)) + GAP + names + GAP
    for check in checks:
        verdict = f"{check.verdict:<{max(map(len, Verdict)) + GAP}}"
        head = Text.assemble((verdict, STYLES[check.verdict]), plain(check.name))
        head.pad_right(begin - head.cell_len)
        advice = f"→ {check.advice}" if check.advice and check.verdict is not Verdict.OK else ""
        for text, style in ((check.sentence, ""), (advice, "italic")):
            for line in wrapped(plain(runnable(text)).plain, output.width - begin):
                output.print(Text.assemble(head, (line, style)), soft_wrap=True)
                head = Text(" " * begin)
