"""The page about security names a test for what it says, and each of these tests exists."""

import re

import pytest

from tests.support.pages import ROOT, SECURITY, part, table

NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", SECURITY.read_text())))
PARTIES = re.findall(r"^## ((?:A|The) .+)$", SECURITY.read_text(), re.MULTILINE)


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[name for _, name in NAMED])
def test_a_test_that_the_page_names_exists(file: str, name: str):
    assert f"def {name}(" in (ROOT / file).read_text()


@pytest.mark.parametrize("party", PARTIES)
def test_whatever_a_party_cannot_do_is_held_by_a_test(party: str):
    rows = table(SECURITY, f"## {party}")
    assert {row[0] for row in rows} == {"can", "cannot"}
    assert [what for can, what, tests in rows if can == "cannot" and "::test_" not in tests] == []


def test_the_page_has_a_part_for_every_party_and_says_how_to_report_a_fault():
    assert len(PARTIES) == 8
    assert part(SECURITY, "## To report a fault")
