"""A list at a platform is read page by page to its end, every list ends, and a heavy page is read in parts."""

from collections import Counter
from itertools import islice

import pytest

from worker.domain.errors import Transient
from worker.domain.orders import Reading
from worker.domain.stages import Stage
from worker.order_api.clients import Page, PlatformOrder
from worker.order_api.http.client import AnswerTooLarge
from worker.order_api.paging import MAX_PAGES, MAX_TOO_LARGE, PagePosition, Pages, matching_ids

READING = Reading("paid", Stage.PENDING, 0)


def page(*ids, last=False, unreadable=0):
    return Page(tuple(PlatformOrder(str(order_id), READING, {}) for order_id in ids), None, last, unreadable)


def ids_of(pages):
    return [[int(order.order_id) for order in each.orders] for each in pages]


def read_all(*pages):
    """Return the pages and offsets that are asked for, and the order ids of each page."""
    positions: list[tuple[int, int]] = []

    def fetch(position):
        positions.append(position[:2])
        return pages[position.page - 1]

    return positions, ids_of(Pages(fetch, 2))


class HeavyList:
    """The orders 1 to *count*. Those in *weights* are heavy, and an answer bears no more than *limit* altogether."""

    def __init__(self, count, weights, limit=100):
        self.count, self.weights, self.limit = count, weights, limit
        self.asked: list[PagePosition] = []

    def fetch(self, position):
        self.asked.append(position)
        assert position.offset == (position.page - 1) * position.size
        orders = range(self.count + 1)[position.offset + 1 :][: position.size]
        if sum(self.weights.get(order, 1) for order in orders) > self.limit:
            raise AnswerTooLarge("the answer is larger than 1 MiB", 200)
        return page(*orders, last=position.offset + position.size >= self.count)


def test_a_list_ends_with_its_last_page():
    assert read_all(page(1, 2), page(3, last=True), page(4)) == ([(1, 0), (2, 2)], [[1, 2], [3]])


def test_a_list_ends_with_an_empty_page():
    assert read_all(page(1), page(), page(4)) == ([(1, 0), (2, 1)], [[1], []])


def test_an_unreadable_order_counts_as_one_that_the_page_has():
    pages = (page(1, unreadable=1), page(unreadable=2), page(3, last=True))
    assert read_all(*pages) == ([(1, 0), (2, 2), (3, 4)], [[1], [], [3]])


def test_a_page_is_requested_only_when_it_is_used():
    heavy = HeavyList(9, {})
    assert ids_of(islice(Pages(heavy.fetch, 3), 1)) == [[1, 2, 3]]
    assert heavy.asked == [(1, 0, 3)]


def test_a_page_that_comes_twice_is_an_error():
    with pytest.raises(Transient, match="the same page came twice"):
        read_all(page(1, 2), page(1, 2))


def test_after_an_error_the_same_page_is_asked_for_again():
    answers = [page(1), Transient(), page(2), Transient(), page(3, last=True)]

    def fetch(_position):
        answer = answers.pop(0)
        if isinstance(answer, Transient):
            raise answer
        return answer

    pages, seen = Pages(fetch, 1), []
    for _ in range(5):
        try:
            seen += ids_of([next(pages)])
        except Transient:
            seen.append("again")
    assert seen == [[1], "again", [2], "again", [3]]
    assert list(pages) == []


def test_a_list_without_an_end_is_read_to_the_largest_page_number():
    assert sum(1 for _ in Pages(lambda position: page(position.page), 1)) == MAX_PAGES


@pytest.mark.parametrize("heavy", [1, 37, 50, 99, 100, 101, 250])
def test_a_page_with_a_heavy_order_is_read_in_parts_and_every_order_once(heavy):
    heavy_list = HeavyList(250, {heavy: 96})
    pages = list(Pages(heavy_list.fetch, 100))
    assert [order for ids in ids_of(pages) for order in ids] == list(range(1, 251))
    assert sum(each.unreadable for each in pages) == 0
    assert len(pages) == len(heavy_list.asked) <= 12
    assert [each.last for each in pages] == [False] * (len(pages) - 1) + [True]


def test_an_order_that_is_too_large_by_itself_is_left_out_and_counted():
    heavy_list = HeavyList(100, {42: 1000})
    pages = list(Pages(heavy_list.fetch, 50))
    assert [order for ids in ids_of(pages) for order in ids] == [order for order in range(1, 101) if order != 42]
    assert sum(each.unreadable for each in pages) == 1
    assert Counter(position.size for position in heavy_list.asked)[1] == 5


def test_a_list_of_orders_that_are_all_too_large_is_given_up():
    heavy_list = HeavyList(1000, dict.fromkeys(range(1001), 1000))
    pages = Pages(heavy_list.fetch, 100)
    with pytest.raises(AnswerTooLarge):
        list(pages)
    assert sum(position.size == 1 for position in heavy_list.asked) == MAX_TOO_LARGE + 1


@pytest.mark.parametrize("size", [1, 2, 7, 10, 50, 97, 100])
def test_the_parts_of_a_page_are_that_page(size):
    position = PagePosition(3, 2 * size, size)
    if size > 1:
        parts = position.parts()
        assert [part.offset for part in parts] == [(part.page - 1) * part.size for part in parts]
        assert [number for part in parts for number in range(part.offset, part.offset + part.size)] == list(
            range(2 * size, 3 * size)
        )


def test_a_search_reads_only_its_first_pages_and_names_each_order_once():
    pages = (page(number, number, number + 1) for number in range(1, 100))
    assert matching_ids(pages, lambda order: order.order_id != "2") == ("1", "3", "4")
    assert next(islice(pages, 1)).orders[0].order_id == "4"


def nothing(_order):
    return False


def test_a_search_that_met_an_unreadable_order_does_not_say_that_there_is_none():
    with pytest.raises(Transient, match="could not be read"):
        matching_ids([page(1, unreadable=1, last=True)], nothing)
    assert matching_ids([page(1, unreadable=1, last=True)], lambda order: True) == ("1",)


def test_a_search_whose_answers_were_too_large_does_not_say_that_there_is_none():
    with pytest.raises(Transient, match="could not be read"):
        matching_ids(Pages(HeavyList(400, {1: 96}).fetch, 100), nothing)


def test_a_search_that_was_read_in_parts_to_its_end_says_that_there_is_none():
    assert matching_ids(Pages(HeavyList(100, {1: 50}).fetch, 100), nothing) == ()
    assert matching_ids([page(1), page(2), page(3)], nothing) == ()
