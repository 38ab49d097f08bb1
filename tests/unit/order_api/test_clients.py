"""A list at a platform is read page by page to its end, and every list ends."""

from itertools import islice

import pytest
from pydantic import ValidationError

from worker.domain.errors import Transient
from worker.domain.orders import Reading
from worker.domain.stages import Stage
from worker.order_api.awalchat.client import AwalchatFilters
from worker.order_api.cekat.client import CekatFilters
from worker.order_api.clients import MAX_PAGES, Page, PagePosition, PlatformOrder, iterate_pages, matching_ids
from worker.order_api.envelopes import safe_name

READING = Reading("paid", Stage.PENDING, 0)


def page(*ids, last=False):
    return Page(tuple(PlatformOrder(str(order_id), READING, {}) for order_id in ids), None, last=last)


def read_all(*pages):
    """Return the positions that are asked for, and the order ids of each page."""
    positions: list[PagePosition] = []

    def fetch(position):
        positions.append(position)
        return pages[position.page - 1]

    ids = [[order.order_id for order in each.orders] for each in iterate_pages(fetch)]
    return positions, ids


def test_a_list_ends_with_its_last_page():
    assert read_all(page(1, 2), page(3, last=True), page(4)) == ([(1, 0), (2, 2)], [["1", "2"], ["3"]])


def test_a_list_ends_with_an_empty_page():
    assert read_all(page(1), page(), page(4)) == ([(1, 0), (2, 1)], [["1"], []])


def test_a_page_is_requested_only_when_it_is_used():
    positions = []

    def fetch(position):
        positions.append(position)
        return page(position.page)

    assert next(iterate_pages(fetch)).orders[0].order_id == "1"
    assert positions == [(1, 0)]


def test_a_page_that_comes_twice_is_an_error():
    with pytest.raises(Transient, match="the same page came twice"):
        read_all(page(1, 2), page(1, 2))


def test_a_list_without_an_end_is_read_to_the_largest_page_number():
    assert sum(1 for _ in iterate_pages(lambda position: page(position.page))) == MAX_PAGES


def test_a_search_reads_only_its_first_pages_and_names_each_order_once():
    pages = (page(number, number, number + 1) for number in range(1, 100))
    assert matching_ids(pages, lambda order: order.order_id != "2") == ("1", "3", "4")
    assert next(islice(pages, 1)).orders[0].order_id == "4"


@pytest.mark.parametrize(
    ("value", "read"),
    [("ORD-1", "ORD-1"), (7, "7"), ("x" * 64, "x" * 64), ("x" * 65, ""), (True, ""), (None, ""), ([], "")],
)
def test_a_number_is_taken_whole_or_not_at_all(value, read):
    assert safe_name(value) == read


@pytest.mark.parametrize("value", ["86400", "yesterday", "2026-02-30", "2026-1-1", "\uff12026-01-01", ""])
@pytest.mark.parametrize("filters", [AwalchatFilters, CekatFilters])
def test_a_day_has_the_form_yyyy_mm_dd(filters, value):
    with pytest.raises(ValidationError):
        filters.model_validate({"since": value})
    assert filters.model_validate({"since": "2026-11-22"}).parameters().popitem()[1] == "2026-11-22"
