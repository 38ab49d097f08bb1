"""Lists of orders and deliveries: what the options choose, how a list goes on, and what programs get of it."""

import re

import pytest
from sqlalchemy import update

from tests.support.commands import Commands
from tests.support.events import a_delivery, an_event
from tests.support.harness import Harness, order_key
from worker.domain.events import EventName, EventResult
from worker.domain.instants import HOUR
from worker.domain.reasons import HoldReason, QuarantineReason, StopReason
from worker.domain.results import Stopped
from worker.store.database.clocks import machine_now
from worker.store.tables import orders


@pytest.fixture
def shop(harness: Harness) -> Harness:
    """Six orders: 1 and 2 stopped for one cause, 3 for another, 4 of a held account, 5 and 6 due."""
    harness.clock.now = machine_now()
    for number, detail in ((1, "HTTP 422: Branch is closed"), (2, "HTTP 422: Branch is closed"), (3, "HTTP 400")):
        harness.accept(EventName.PICKED_UP, order=order_key(number))
        harness.finish(order_key(number), Stopped(StopReason.REFUSED, detail), EventResult.STOPPED)
    harness.accept(order=order_key(4, "also"))
    harness.holds.hold("also", HoldReason.CREDENTIALS, None, "HTTP 401")
    for number in (5, 6):
        harness.accept(order=order_key(number))
    return harness


def listed(fulfillment: Commands, *options: str) -> set[str]:
    result = fulfillment("orders", "list", *options, "--json")
    assert result.code == 0
    return {str(document["order"]) for document in result.documents}


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (("--state", "stopped"), "123"),
        (("--state", "stopped", "--state", "held"), "1234"),
        (("--stopped", "--due"), "12356"),
        (("--stop", "refused"), "123"),
        (("--stop", "moved_back"), ""),
        (("--matching", "BRANCH"), "12"),
        (("--matching", "5"), "5"),
        (("--stopped", "--matching", "%"), ""),
        (("--since", "1h"), "123456"),
        (("--since", "2100-01-01"), ""),
        (("--older-than", "1h"), ""),
        (("--account", "also"), "4"),
    ],
)
def test_the_options_of_a_list_must_all_hold(fulfillment: Commands, shop: Harness, options, numbers: str):
    assert listed(fulfillment, *options) == set(numbers)


def test_a_list_goes_on_where_it_has_ended_until_its_end(fulfillment: Commands, shop: Harness):
    seen, place = list[str](), list[str]()
    for _ in range(4):
        result = fulfillment("orders", "list", "--limit", "2", *place, "--json")
        seen += [str(document["order"]) for document in result.documents]
        found = re.search(r"--after (\S+)", result.err)
        if not found:
            break
        place = ["--after", found[1]]
    assert (len(seen), sorted(seen)) == (6, list("123456"))
    assert listed(fulfillment, "--limit", "1", "--all") == set("123456")
    result = fulfillment("orders", "list", "--after", "yesterday")
    assert (result.code, "begin at its first page" in result.err) == (2, True)


def test_a_person_reads_how_the_list_goes_on(fulfillment: Commands, shop: Harness):
    assert "These are the latest 2. --limit and --all show more; the next ones: --after " in (
        fulfillment("orders", "list", "--limit", "2").out
    )
    assert "--after" not in fulfillment("orders", "list").out
    assert fulfillment("orders", "list", "--all").out.count("main/") == 5
    assert fulfillment("orders", "list", "--stop", "conflict").out == "No such orders.\n"
    assert fulfillment("orders", "list", "--all", "--stop", "conflict").out == "No such orders.\n"


def test_the_causes_come_with_their_counts_the_most_frequent_first(fulfillment: Commands, shop: Harness):
    documents = fulfillment("orders", "list", "--by", "cause", "--json").documents
    counts = [int(str(document["count"])) for document in documents]
    assert counts == sorted(counts, reverse=True)
    by_cause = {(d["state"], d["account"], d["reason"], d["detail"]): d["count"] for d in documents}
    assert by_cause[("stopped", None, "refused", "HTTP 422: Branch is closed")] == 2
    assert by_cause[("stopped", None, "refused", "HTTP 400")] == 1
    assert by_cause[("held", "also", "credentials", "HTTP 401")] == 1
    assert sum(by_cause.values()) == 6
    printed = fulfillment("orders", "list", "--by", "cause", "--stopped").out
    assert re.search(r"2 +stopped +refused: HTTP 422: Branch is closed", printed)
    assert "3 orders." in printed
    assert "No order is stopped" in fulfillment("orders", "list", "--by", "cause", "--state", "closed").out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--stop", "bogus"), "--stop is none of: "),
        (("--wait", "bogus"), "--wait is none of: "),
        (("--by", "cause", "--all"), "leave out --all"),
        (("--by", "cause", "--after", "1-1"), "leave out --all and --after"),
        (("--watch", "--by", "cause"), "leave out --by"),
        (("--since", "soon"), "since “soon” is neither"),
        (("--account", "nobody"), "nobody"),
    ],
)
def test_options_that_contradict_or_do_not_exist_are_refused(fulfillment: Commands, shop: Harness, options, message):
    result = fulfillment("orders", "list", *options)
    assert (result.code, result.out) == (2, "")
    assert message in " ".join(result.err.split())


def test_an_account_that_has_left_the_settings_keeps_its_lists(fulfillment: Commands, harness: Harness):
    harness.accept(order=order_key(1, "closed_shop"))
    assert listed(fulfillment, "--account", "closed_shop", "--stopped") == set()


def test_the_key_in_json_is_what_the_other_commands_take(fulfillment: Commands, shop: Harness):
    (document,) = fulfillment("orders", "list", "--account", "also", "--json").documents
    assert document["order_key"] == "also/4"
    assert fulfillment("orders", "show", str(document["order_key"])).code == 0
    (delivery,) = fulfillment("deliveries", "list", "--order", "also/4", "--json").documents
    assert (delivery["order_key"], delivery["event"], delivery["event_count"]) == ("also/4", "shipment.picked_up", 1)


# ---------------------------------------------------------------------------------------------------------- deliveries


def test_deliveries_show_their_order_and_event(fulfillment: Commands, harness: Harness):
    harness.intake.write(a_delivery(an_event(key="a", order=order_key(1)), an_event(key="b", order=order_key(2))))
    harness.intake.write(a_delivery(unusable=QuarantineReason.NOT_ALLOWED, detail="x", named=order_key(3)))
    printed = " ".join(fulfillment("deliveries", "list").out.split())
    assert "main/1 shipment.picked_up and 1 more" in printed
    assert "not_allowed: x; names main/3" in printed


def test_deliveries_of_an_order_are_listed(fulfillment: Commands, harness: Harness):
    harness.intake.write(a_delivery(an_event(key="a", order=order_key(1))))
    harness.intake.write(a_delivery(an_event(key="b", order=order_key(2))))
    harness.intake.write(a_delivery(unusable=QuarantineReason.NOT_ALLOWED, named=order_key(1)))
    documents = fulfillment("deliveries", "list", "--order", "main/1", "--json").documents
    assert [document["id"] for document in documents] == [3, 1]
    assert {document["order_key"] for document in documents} == {"main/1"}


def test_deliveries_go_on_in_pages(fulfillment: Commands, harness: Harness):
    for number in range(5):
        harness.intake.write(a_delivery(an_event(key=str(number), order=order_key(number))))
    result = fulfillment("deliveries", "list", "--limit", "2", "--json")
    assert [document["id"] for document in result.documents] == [5, 4]
    place = re.search(r"--after (\S+)", result.err)
    assert place
    following = fulfillment("deliveries", "list", "--after", place[1], "--json").documents
    assert [document["id"] for document in following] == [3, 2, 1]
    assert len(fulfillment("deliveries", "list", "--all", "--limit", "1", "--json").documents) == 5


def test_older_orders_are_those_that_wait_for_longer(fulfillment: Commands, shop: Harness):
    with shop.database.write() as connection:
        old = {"updated_at": machine_now() - 3 * HOUR}
        connection.execute(update(orders).where(orders.c.order_id.in_(["1", "5"])).values(old))
        connection.execute(update(orders).where(orders.c.order_id == "2").values(stopped_at=machine_now() - 3 * HOUR))
    assert listed(fulfillment, "--older-than", "2h") == {"2", "5"}
