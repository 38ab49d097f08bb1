"""A list whose pages are too large is read in smaller pages, through the client of each platform and a real socket."""

from urllib.parse import parse_qsl

import pytest

from tests.integration.order_api.accounts import PeerAccount
from tests.support.dialects import DIALECTS
from tests.support.fake_order_api import FakeOrder
from tests.support.strange_answers import http
from worker.domain.errors import Transient
from worker.domain.orders import Reference
from worker.order_api.http.client import Client

HEAVY_BYTES = 30_000
"""Of one order: 34 of them fit into an answer."""


class HeavyPlatform:
    """Answers lists of *count* orders, each of `HEAVY_BYTES`; those in *sizes* have another size."""

    def __init__(self, platform, count, sizes=None):
        self.dialect, self.platform, self.count, self.sizes = DIALECTS[platform], platform, count, sizes or {}
        self.asked: list[tuple[int, int]] = []

    def serve(self, request):
        query = dict(parse_qsl(request.partition(b" HTTP/")[0].partition(b"?")[2].decode()))
        size = int(query["limit"])
        offset = int(query["offset"]) if "offset" in query else (int(query["page"]) - 1) * size
        self.asked.append((offset, size))
        orders = [self._order(number) for number in range(1, self.count + 1)[offset : offset + size]]
        return http(self.dialect.success(orders) | self._counts(offset, size))

    def _order(self, number):
        order = self.dialect.order(str(number), FakeOrder())
        return order | {"items": "x" * self.sizes.get(number, HEAVY_BYTES)}

    def _counts(self, offset, size):
        if self.platform == "cekat":
            return {"pagination": {"total": self.count, "has_more": offset + size < self.count}}
        pages = {"current_page": offset // size + 1, "last_page": -(-self.count // size)}
        return {"meta": {"total": self.count, "per_page": size, **pages}}


@pytest.fixture
def heavy(peer, platform):
    """A function that sets the orders of the platform, and returns the platform and the client of its orders."""
    with Client() as client:

        def set_up(count, sizes=None):
            served = HeavyPlatform(platform, count, sizes)
            peer.script = lambda connection: connection.sendall(served.serve(peer.requests[-1]))
            return served, PeerAccount(peer, client, platform).orders_client

        yield set_up


def listed(client, page_size):
    pages = list(client.pages(client.filters(page_size=page_size)))
    return [int(order.order_id) for page in pages for order in page.orders], sum(page.unreadable for page in pages)


def test_every_order_of_a_heavy_list_is_read_once(heavy):
    served, client = heavy(120)
    assert listed(client, 50) == (list(range(1, 121)), 0)
    assert served.asked == [(0, 50), (0, 25), (25, 25), (50, 50), (50, 25), (75, 25), (100, 50)]


def test_an_order_that_is_too_large_by_itself_spoils_only_itself(heavy):
    served, client = heavy(30, {17: 1_100_000})
    assert listed(client, 20) == ([number for number in range(1, 31) if number != 17], 1)
    assert (16, 1) in served.asked


def test_a_search_finds_an_order_in_a_heavy_list_and_is_not_sure_without_it(heavy):
    _, client = heavy(80)
    assert client.find(Reference("number", "ORD-7")) == ("7",)
    with pytest.raises(Transient, match="could not be read"):
        client.find(Reference("number", "ORD-80"))


def test_the_next_search_begins_with_pages_that_fit_and_is_sure(heavy):
    served, client = heavy(30, dict.fromkeys(range(1, 31), 40_000))
    with pytest.raises(Transient, match="could not be read"):
        client.find(Reference("number", "ORD-30"))
    served.asked.clear()
    assert client.find(Reference("number", "ORD-30")) == ("30",)
    assert served.asked == [(0, 25), (25, 25)]
    assert client.find(Reference("number", "ORD-31")) == ()


def test_a_search_goes_back_to_large_pages(heavy):
    served, client = heavy(60)
    with pytest.raises(Transient):
        client.find(Reference("number", "ORD-61"))
    served.count = 3
    for _ in range(4):
        assert client.find(Reference("number", "ORD-61")) == ()
    assert [size for _, size in served.asked[-4:]] == [25, 50, 100, 100]
