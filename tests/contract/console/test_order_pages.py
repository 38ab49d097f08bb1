"""The pages of orders: lists by filters in the address, and one order with its answer, its acts and its timeline."""

import pytest

from tests.support.clock import START, Clock
from tests.support.console_user import ConsoleUser, shown
from tests.support.harness import Harness, order_key
from worker.console.pages.order import MAX_PARCELS
from worker.domain.events import EventResult
from worker.domain.instants import HOUR
from worker.domain.orders import OrderKey
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Done, Later, Stopped
from worker.domain.stages import Stage


@pytest.fixture
def orders(harness: Harness, clock: Clock) -> Harness:
    """Two stopped orders, one that waits and one at rest."""
    for number in (1, 2, 3, 4):
        harness.accept(order=order_key(number), tracking=f"TRK{number}")
    harness.finish(order_key(1), Stopped(StopReason.REFUSED, "HTTP 422: Branch is closed"), stage=Stage.ACCEPTED)
    clock.advance(seconds=10)
    harness.finish(order_key(2), Stopped(StopReason.UNKNOWN_STATUS, "on its way"), stage=Stage.ACCEPTED)
    harness.finish(order_key(3), Later(START + HOUR, WaitReason.API_UNAVAILABLE), stage=Stage.ACCEPTED)
    harness.finish(order_key(4), Done(), EventResult.APPLIED, stage=Stage.SHIPPED)
    return harness


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {1, 2, 3, 4}),
        ("state=stopped", {1, 2}),
        ("state=stopped&state=waiting", {1, 2, 3}),
        ("stop=refused", {1}),
        ("waiting=api_unavailable", {3}),
        ("stage=shipped", {4}),
        ("matching=branch", {1}),
        ("matching=TRK4", {4}),
        ("matching=2", {1, 2}),  # the number 2, and HTTP 422
        ("older_than=5s&state=stopped", {1}),
        ("account=other", set()),
    ],
)
def test_a_list_has_the_orders_of_the_filter_in_its_address(orders, operator, query, found):
    page = shown(operator.get(f"/orders?{query}"))
    assert {number for number in (1, 2, 3, 4) if f"main/{number} " in page} == found


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("state=lost", "State is none of: stopped"),
        ("older_than=long", "Older_than “long” is no duration like 90s"),
        ("since=never", "neither a duration like 2h"),
        ("after=first", "this is no place in a list"),
    ],
)
def test_an_address_that_makes_no_sense_says_what_is_expected(operator, query, sentence):
    assert sentence.lower() in shown(operator.get(f"/orders?{query}", 409)).lower()


def test_a_list_has_pages_without_end(harness: Harness, operator: ConsoleUser, clock: Clock):
    for number in range(120):
        clock.advance(seconds=1)
        harness.accept(order=order_key(number))
    seen, path = list[str](), "/orders"
    while path:
        page = operator.get(path)
        seen += [part.partition('"')[0] for part in page.split('name="order" value="')[1:]]
        path = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert seen == [f"main/{number}" for number in reversed(range(120))]


def test_causes_lead_to_the_lists_of_their_orders(orders, operator):
    page = operator.get("/orders?by=cause")
    assert "HTTP 422: Branch is closed" in page
    link = "/orders?state=stopped&amp;stop=refused&amp;matching=HTTP+422%3A+Branch+is+closed"
    assert link in page
    assert "main/1 " in shown(operator.get(link.replace("&amp;", "&")))


def test_an_order_has_its_answer_its_acts_and_its_timeline(orders, operator):
    page = operator.get("/orders/main/1")
    for words in ("Release…", "Close…", "Retry now…", "HTTP 422: Branch is closed", "TRK1", "delivery"):
        assert words in page
    assert "Advance…" not in page  # a stopped order has to be released first
    assert "evt_" not in shown(page).partition("What has happened")[0]


def test_a_timeline_has_the_bodies_and_the_verdicts(orders, operator, harness):
    page = shown(operator.get("/orders/main/4"))
    assert "of courier → accepted" in page
    assert "shipment.picked_up TRK4 → applied" in page
    assert "What came in delivery 4" in page


def test_an_order_of_many_parcels_has_a_page_of_bounded_length(harness, operator):
    for number in range(MAX_PARCELS + 2):
        harness.accept("shipment.created", order=order_key(1), tracking=f"TRK{number:04}")
    page = shown(operator.get("/orders/main/1")).partition("The evidence")[0]
    assert page.count("TRK0") == MAX_PARCELS
    assert "2 more are left out: fulfillment parcels list has them." in page


def test_an_order_is_found_by_any_name(orders, operator):
    assert "Order main/4 " in shown(operator.get("/orders/-?order=tracking:TRK4"))
    for unknown in (
        "/orders/main/99",
        "/orders/other/1",
        "/orders/main/%00",
        "/orders/%E2%80%AE/1",
        f"/orders/main/{'9' * 999}",
    ):
        assert "The database knows no order" in shown(operator.get(unknown, 404))


def test_a_name_with_slashes_and_dots_has_a_page(harness, operator):
    key = OrderKey("main", "number:../a//b?c#d")
    harness.accept(order=key)
    page = operator.get("/orders")
    link = page.partition('href="/orders/-?')[2].partition('"')[0]
    assert "Order main/number:../a//b?c#d" in shown(operator.get(f"/orders/-?{link}"))


def test_a_viewer_sees_no_button_and_no_box(orders, viewer):
    for path in ("/orders", "/orders/main/1", "/deliveries", "/deliveries/1"):
        page = viewer.get(path)
        assert "checkbox" not in page.partition('name="late"')[0] or "Select all" not in page
        assert "/orders/-/release" not in page
        assert "/deliveries/-/replay" not in page or 'action="/deliveries/-/replay"' in page


def test_the_answer_of_explain_has_the_button_that_does_what_its_command_does(orders, operator, viewer):
    button = '<a class="button" href="/orders/-/release?order=main%2F1">Release…</a>'
    assert button in operator.get("/orders/main/1")
    assert "fulfillment orders release main/1 --reason &lt;why&gt;" in operator.get("/orders/main/1")
    assert button not in viewer.get("/orders/main/1")
