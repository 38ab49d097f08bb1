"""`doctor` prints a check in columns, which long sentences and commands do not break."""

import pytest

from worker.cli.doctor.command import print_checks
from worker.operations.doctor.checks import Check, Verdict

LONG = "`fulfillment deliveries replay --source courier --reason not_json --since 2026-11-28`"


def test_the_sentences_of_all_checks_begin_in_one_column(capsys: pytest.CaptureFixture[str]):
    print_checks(
        [
            Check("broker", Verdict.OK, "It answers.", "This is not printed."),
            Check("account main, dry_run", Verdict.WARN, f"{'one ' * 12}two.", f"Correct it, then: {LONG}."),
        ]
    )
    assert capsys.readouterr().out.splitlines() == [
        "ok    broker                 It answers.",
        "warn  account main, dry_run  one one one one one one one one one one one one",
        "                             two.",
        "                             → Correct it, then:",
        f"                             {LONG}.",
    ]
