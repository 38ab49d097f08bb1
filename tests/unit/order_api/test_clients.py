"""A list at a platform is read page by page, to its end, and always has one."""

from itertools import islice

import pytest
from pydantic import ValidationError

from worker.domain.errors import Transient
from worker.domain.orders import Reading
from worker.domain.stages import Stage
from worker.order_api.awalchat.client import AwalchatFilters
from worker.order_api.cekat.client import CekatFilters
from worker.order_api.clients import MOST_PAGES, Page, PlatformOrder, Position, ids_of, iterate_pages
from worker.order_api.envelopes import word

READING = Reading("paid", Stage.PENDING, 0)


def page(*ids, last=False):
    return Page(tuple(PlatformOrder(str(order_id), READING, {}) for order_id in ids), None, last=last)


def turned(*pages):
    asked: list[Position] = []

    def fetch(at):
        asked.append(at)
        return pages[at.page - 1]

    found = [[shown.order_id for shown in each.orders] for each in iterate_pages(fetch)]
    return asked, found


def test_a_list_ends_with_its_last_page():
    assert turned(page(1, 2), page(3, last=True), page(4)) == ([(1, 0), (2, 2)], [["1", "2"], ["3"]])


def test_a_list_ends_with_an_empty_page():
    assert turned(page(1), page(), page(4)) == ([(1, 0), (2, 1)], [["1"], []])


def test_a_page_is_asked_for_when_it_is_wanted():
    asked = []

    def fetch(at):
        asked.append(at)
        return page(at.page)

    assert next(iterate_pages(fetch)).orders[0].order_id == "1"
    assert asked == [(1, 0)]


def test_a_platform_that_shows_one_page_again_and_again_is_found_out():
    with pytest.raises(Transient, match="the same page came twice"):
        turned(page(1, 2), page(1, 2))


def test_a_list_without_an_end_ends():
    assert sum(1 for _ in iterate_pages(lambda at: page(at.page))) == MOST_PAGES


def test_a_search_looks_at_its_first_pages_and_names_each_order_once():
    pages = (page(at, at, at + 1) for at in range(1, 100))
    assert ids_of(pages, lambda shown: shown.order_id != "2") == ("1", "3", "4")
    assert next(islice(pages, 1)).orders[0].order_id == "4"


@pytest.mark.parametrize(
    ("value", "read"),
    [("ORD-1", "ORD-1"), (7, "7"), ("x" * 64, "x" * 64), ("x" * 65, ""), (True, ""), (None, ""), ([], "")],
)
def test_a_number_is_taken_whole_or_not_at_all(value, read):
    assert word(value) == read


@pytest.mark.parametrize("value", ["86400", "yesterday", "2026-02-30", "2026-1-1", "\uff12026-01-01", ""])
@pytest.mark.parametrize("filters", [AwalchatFilters, CekatFilters])
def test_a_day_is_a_date_as_people_write_it(filters, value):
    with pytest.raises(ValidationError):
        filters.model_validate({"since": value})
    assert filters.model_validate({"since": "2026-11-22"}).parameters().popitem()[1] == "2026-11-22"
