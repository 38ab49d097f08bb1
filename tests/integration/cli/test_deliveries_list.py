"""What `deliveries list` shows, and what it refuses."""

import pytest

from tests.support.commands import Commands
from tests.support.events import a_delivery, an_event
from tests.support.harness import Harness
from worker.domain.reasons import QuarantineReason


def quarantine(harness: Harness, reason: str, detail: str, source: str = "courier") -> None:
    kept = a_delivery(unusable=QuarantineReason(reason), detail=detail, source=source, received_at=harness.clock())
    harness.intake.write(kept)


def test_the_list_shows_the_word_that_is_not_known(fulfillment: Commands, harness: Harness):
    quarantine(harness, "unknown_event", "returnedX | RTO")
    printed = " ".join(fulfillment("deliveries", "list").out.split())
    assert "unknown_event: returnedX | RTO" in printed


@pytest.mark.parametrize("reason", QuarantineReason)
@pytest.mark.parametrize("source", ["oto", "courier_of_jakarta", "courier_of_jakarta_in_the_north"])
def test_the_list_breaks_no_word_in_80_columns(
    fulfillment: Commands, harness: Harness, reason: QuarantineReason, source: str
):
    quarantine(harness, reason, "the event has no name, and its text is " + "x" * 80, source)
    printed = fulfillment("deliveries", "list").out
    lines = printed.splitlines()
    assert max(map(len, lines)) <= 80
    words = printed.split()
    assert reason in {word.rstrip(":") for word in words}
    assert source[:18] in words
    if reason is not QuarantineReason.CAPTURED:
        assert {"event", "has", "name,"} <= set(words)
    assert len(lines) <= 9, "a long detail is cut"


def test_a_word_that_is_too_long_is_cut_and_takes_one_line(fulfillment: Commands, harness: Harness):
    quarantine(harness, "unknown_event", "x" * 80)
    (line,) = (line for line in fulfillment("deliveries", "list").out.splitlines() if "xx" in line)
    assert line.rstrip().endswith("x…")


def test_the_detail_of_a_captured_delivery_is_not_in_the_list(fulfillment: Commands, harness: Harness):
    quarantine(harness, "captured", "POST; headers: accept (3)")
    assert "headers" not in fulfillment("deliveries", "list").out


@pytest.mark.parametrize("outcome", ["refused", "ignored", "unknown_source"])
def test_an_outcome_that_is_only_counted_is_named_as_such(fulfillment: Commands, harness: Harness, outcome: str):
    result = fulfillment("deliveries", "list", "--outcome", outcome)
    assert (result.code, result.out) == (2, "")
    assert f"requests that are {outcome} are counted, not kept" in " ".join(result.err.split())
    assert "`fulfillment doctor`" in result.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--outcome", "lost"], "'lost' is not one of 'quarantined'"),
        (["--reason", "bad_weather"], "'bad_weather' is not one of 'not_json'"),
        (["--source", "nobody"], "the settings name no source “nobody”"),
    ],
)
def test_a_word_that_does_not_exist_is_refused(
    fulfillment: Commands, harness: Harness, arguments: list[str], message: str
):
    result = fulfillment("deliveries", "list", *arguments)
    assert (result.code, result.out) == (2, "")
    assert message in " ".join(result.err.split())


def test_deliveries_are_listed_by_reason(fulfillment: Commands, harness: Harness):
    quarantine(harness, "no_order", "")
    quarantine(harness, "unknown_event", "x")
    documents = fulfillment("deliveries", "list", "--reason", "unknown_event", "--json").documents
    assert [document["id"] for document in documents] == [2]


def test_deliveries_are_listed_by_the_address_from_which_they_came(fulfillment: Commands, harness: Harness):
    for number, peer in enumerate(["203.0.113.5", "2001:db8::5", "203.0.113.5"], 1):
        harness.intake.write(a_delivery(an_event(key=str(number)), peer=peer, received_at=harness.clock()))

    def listed(peer: str) -> list[int]:
        documents = fulfillment("deliveries", "list", "--peer", peer, "--json").documents
        return sorted(document["id"] for document in documents)

    assert [listed(peer) for peer in ("203.0.113.5", "::ffff:203.0.113.5", "2001:DB8:0::5", "198.51.100.1")] == [
        [1, 3],
        [1, 3],
        [2],
        [],
    ]
    assert "203.0.113.5" in fulfillment("deliveries", "show", "1").out
    refused = fulfillment("deliveries", "list", "--peer", "somebody")
    assert (refused.code, "write an IP address" in refused.err) == (2, True)
