"""A list is read to its end, whatever the platform does meanwhile; what was odd about it is said once."""

from collections.abc import Iterator

import pytest

from tests.support.clock import START, Clock
from tests.support.scans import ScriptedLists, a_page
from worker.domain.errors import ApiError, Rejected, Throttled, Transient, Unauthorized
from worker.domain.orders import Reading
from worker.domain.stages import Stage
from worker.ports import ListedPage
from worker.reconcile import listing
from worker.reconcile.listing import Listings

Entry = tuple[str, Reading]


def entry(order_id: str, status: str = "pending") -> Entry:
    return order_id, Reading(status, Stage(status), START)


def page(*order_ids: str, status: str = "pending", last: bool = False, **fields: int | None) -> ListedPage:
    return a_page(*(entry(order_id, status) for order_id in order_ids), last=last, **fields)


@pytest.fixture
def listings(clock: Clock) -> Listings:
    return Listings(clock, _nobody)


def _nobody(error: ApiError) -> None:
    pytest.fail(f"nobody is told of {error}")


def read(listings: Listings, *pages: ListedPage | Exception, status: str = "pending") -> list[list[str]]:
    """Read a list and return the ids of its orders, page by page."""
    shown = listings.read(status, ScriptedLists(**{status: pages}).list_orders(status, START))
    return [[order_id for order_id, _ in page.orders] for _, page in shown]


def test_all_pages_are_read_with_the_time_before_each_call(clock: Clock):
    listings, pages = Listings(lambda: clock.advance(seconds=1), _nobody), iter([page("1"), page("2", last=True)])
    shown = [(at - START, page.orders[0][0]) for at, page in listings.read("pending", pages)]
    assert shown == [(1_000_000, "1"), (2_000_000, "2")]
    assert not listings.remarks


def test_an_empty_page_is_not_the_end(listings: Listings):
    assert read(listings, page("1"), page(), page(), page("2", last=True)) == [["1"], [], [], ["2"]]


def test_a_list_that_just_ends_has_ended(listings: Listings):
    assert read(listings, page("1")) == [["1"]]


def test_a_call_that_fails_is_made_again(listings: Listings):
    pages = (Transient("reset"), Transient("reset"), page("1"), Transient("reset"), page("2", last=True))
    assert read(listings, *pages) == [["1"], ["2"]]


def test_a_page_that_fails_three_times_ends_its_list(listings: Listings):
    with pytest.raises(Transient, match="third"):
        read(listings, page("1"), Transient("first"), Transient("second"), Transient("third"), page("2", last=True))


def test_a_pause_is_reported_and_the_page_is_asked_for_again(clock: Clock):
    told, error = list[ApiError](), Throttled("slow down", wait=1)
    listings = Listings(clock, told.append)
    assert read(listings, page("1"), error, page("2", last=True)) == [["1"], ["2"]]
    assert told == [error]
    with pytest.raises(Throttled):
        read(listings, error, error, error, page("2", last=True))


def test_a_list_that_ends_after_a_failure_has_not_been_read_to_its_end(listings: Listings):
    with pytest.raises(Transient, match="reset"):
        read(listings, page("1"), Transient("reset"))


def test_a_status_that_is_no_filter_is_refused_at_the_first_page_only(listings: Listings):
    with pytest.raises(Rejected):
        read(listings, Rejected("no such status", 400))
    with pytest.raises(Transient, match="no such page"):
        read(listings, page("1"), *[Rejected("no such page", 400)] * 3)


def test_what_concerns_the_account_is_not_tried_again(listings: Listings):
    with pytest.raises(Unauthorized):
        read(listings, Unauthorized("no", 401), page("1", last=True))


def test_a_list_whose_pages_come_again_is_given_up(listings: Listings):
    def circle() -> Iterator[ListedPage]:
        while True:
            yield from (page("1", "2"), page("3", "4"))

    seen = []
    with pytest.raises(ApiError, match="its pages come again and again"):
        seen += [page.orders[0][0] for _, page in listings.read("pending", circle())]
    assert not listings.remarks


def test_a_page_that_comes_again_because_a_new_order_moved_the_rest_is_no_repetition(listings: Listings):
    assert read(listings, page("1"), page("1"), page("2"), page("2"), page("2"), page("3", last=True))[-1] == ["3"]


def test_pages_that_overlap_because_orders_have_moved_are_no_repetition(listings: Listings):
    assert len(read(listings, page("1", "2"), page("2", "3"), page("3", "4", last=True))) == 3


def test_a_list_without_end_is_given_up(listings: Listings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(listing, "MAX_PAGES", 3)
    with pytest.raises(Transient, match="longer than 3 pages"):
        read(listings, *(page(str(number)) for number in range(10)))


def test_the_list_of_another_status_is_not_read_twice(listings: Listings):
    first = (page("1", "2"), page("3", last=True))
    assert len(read(listings, *first)) == 2
    assert read(listings, *first, status="accepted") == [["1", "2"]]
    assert [*listings.remarks] == [
        "the list of accepted shows orders in other statuses",
        "the lists of pending and accepted are the same",
    ]


def test_an_order_that_moves_between_two_lists_ends_none_of_them(listings: Listings):
    """An order that is alone on its page comes on the same page in both."""
    assert len(read(listings, page("1"), page("2", last=True))) == 2
    accepted = (page(order_id, status="accepted", last=order_id == "3") for order_id in ("1", "3"))
    assert read(listings, *accepted, status="accepted") == [["1"], ["3"]]
    assert not listings.remarks


def test_one_order_that_has_just_moved_makes_no_list_odd(listings: Listings):
    assert read(listings, a_page(entry("1"), entry("2", "accepted")))
    assert not listings.remarks


@pytest.mark.parametrize(
    ("first", "second", "changed"), [(5, 5, False), (5, 4, True), (None, 5, False), (5, None, False)]
)
def test_a_list_that_changes_while_it_is_read_is_remarked_upon(
    listings: Listings, first: int | None, second: int | None, changed: bool
):
    read(listings, page("1", total=first), page("2", total=second, last=True))
    assert bool(listings.remarks) == changed
    assert not changed or [*listings.remarks] == ["the list of pending changed while it was read"]


def test_orders_that_cannot_be_read_are_remarked_upon_once(listings: Listings):
    read(listings, page("1", unreadable=2), page("2", unreadable=1, last=True))
    assert [*listings.remarks] == ["the list of pending has orders that cannot be read"]
