"""What the sandbox of Cekat does only over HTTP."""

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support.sandbox_api import NEW_ORDER


@pytest.fixture
def api(cekat_api):
    return cekat_api


def test_it_serves_the_four_documented_calls(api):
    order_id = api.create().json["data"]["id"]
    assert api.put(order_id, status="processing", tracking_number="TRK1").json["data"]["tracking_number"] == "TRK1"
    assert api.get(order_id).json["data"]["status"] == "processing"
    assert api.listed_ids("search=trk1") == [order_id]
    assert {name for name in api.get(order_id).headers if name.startswith("x-") or name == "date"} == {"date"}


def test_a_call_without_the_key_is_refused(api):
    assert api.call("GET", "/orders", Authorization=None).status == 401


@pytest.mark.parametrize(("fault", "created"), [("reset", 0), ("lose_answer", 1)])
def test_a_creation_can_lose_its_response(api, fault, created):
    api.add_fault(fault, match={"method": "POST"})
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        api.call("POST", "/orders", json.dumps(NEW_ORDER).encode())
    assert len(api.report()["orders"]) == created


def test_only_one_of_many_concurrent_updates_moves_the_order(api):
    api.add_order(metadata={"shop": 7})
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda n: api.put(1, status="paid", metadata={f"worker-{n}": n}), range(40)))
    assert {response.status for response in responses} == {200}
    assert (api.totals()["transitions"], api.totals()["repeat"], api.totals()["metadata_lost"]) == (1, 39, 0)
    assert len(api.stored_order()["metadata"]) == 41
