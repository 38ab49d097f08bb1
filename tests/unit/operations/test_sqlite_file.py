"""How `doctor` judges the file of a SQLite database, and what it advises when it cannot be written."""

from dataclasses import replace

import pytest

from worker.operations.doctor.checks import Verdict
from worker.operations.doctor.sqlite_file import LITTLE_SPACE, SqliteFile, judge_file, judge_write

GOOD = SqliteFile("/srv/fulfillment.db", "deploy", owner="fulfillment", free=5_000_000_000)


def test_a_file_that_cannot_be_written_is_named_with_its_user_and_the_free_space():
    check = judge_write(replace(GOOD, can_write=False), "attempt to write a readonly database")
    assert (check.verdict, check.unreachable) == (Verdict.FAIL, True)
    assert check.sentence == (
        "/srv/fulfillment.db cannot be used: attempt to write a readonly database. It belongs to fulfillment, this"
        " command runs as deploy, and 5,000 MB are free on its disk."
    )
    assert check.advice.startswith("Run it as fulfillment,")
    assert "`chown deploy /srv /srv/fulfillment.db*`" in check.advice


@pytest.mark.parametrize(
    ("file", "begin"),
    [
        (replace(GOOD, can_write_folder=False), "Run it as fulfillment,"),
        (replace(GOOD, owner="", can_write_folder=False), "Run it as the user of the services,"),
        (replace(GOOD, is_read_only=True, can_write=False), "Its file system is mounted read-only"),
        (replace(GOOD, free=LITTLE_SPACE - 1), "Make room on this disk: `df -h /srv/fulfillment.db`"),
        (GOOD, "See who holds it: `fuser -v /srv/fulfillment.db`"),
    ],
)
def test_the_advice_is_about_what_is_wrong_with_the_file(file: SqliteFile, begin: str):
    assert judge_write(file, "x").advice.startswith(begin)


def test_a_file_that_is_not_there_has_no_owner():
    assert "It is not there. This command runs as deploy" in judge_write(replace(GOOD, owner=""), "x").sentence


def test_a_good_file_is_not_mentioned():
    assert judge_file(GOOD) is None


def test_little_space_is_a_warning_before_it_is_an_outage():
    check = judge_file(replace(GOOD, free=LITTLE_SPACE - 1))
    assert check
    assert (check.verdict, "Only 63 MB are free" in check.sentence) == (Verdict.WARN, True)
