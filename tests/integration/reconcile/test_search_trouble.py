"""What can go wrong in a search: rate limits, outages, refusals, a lost lease, an order that is full."""

import pytest

from tests.support.fake_order_api import fails, meanwhile
from tests.support.searches import NUMBER, SlowOrderStore, receive_by_number
from worker.domain.errors import Rejected, Throttled, Transient, Unauthorized
from worker.domain.instants import HOUR
from worker.domain.reasons import HoldReason, StopReason
from worker.domain.results import Done, Held, Later, LeaseLost, Stopped


def test_a_rate_limit_during_a_search_holds_the_account_and_is_no_failure(numbered):
    receive_by_number(numbered)
    numbered.api.script("find", fails(Throttled("slow down", wait=5 * HOUR)))
    assert numbered.reconcile(NUMBER) == Held(HoldReason.RATE_LIMITED)
    assert (numbered.row(NUMBER)["failures"], numbered.event_results()) == (0, {"evt": "pending"})
    numbered.run_for(hours=5)
    assert (numbered.event_results(), len(numbered.api.searches)) == ({"evt": "applied"}, 2)


def test_refused_credentials_hold_the_account_and_stop_no_search(numbered):
    denied = fails(Unauthorized("no", 401))
    receive_by_number(numbered)
    numbered.api.script("find", denied)
    numbered.api.script("probe", denied)
    assert numbered.reconcile(NUMBER) == Held(HoldReason.CREDENTIALS)
    assert (numbered.row(NUMBER)["stop"], numbered.hold_ends()) == (None, {"credentials": None})


def test_a_search_waits_until_an_outage_is_over(numbered):
    receive_by_number(numbered)
    numbered.api.script("find", *[fails(Transient("503", 503))] * 8)
    numbered.run_for(hours=2)
    assert (numbered.row(NUMBER)["stop"], numbered.row(NUMBER)["waiting"]) == (None, "api_unavailable")
    numbered.run_for(days=1)
    assert numbered.event_results() == {"evt": "applied"}


def test_a_search_that_the_platform_rejects_stops_and_quotes_the_platform(numbered):
    receive_by_number(numbered)
    numbered.api.script("find", fails(Rejected("searchTerm is odd", 422)))
    assert numbered.reconcile(NUMBER) == Stopped(StopReason.REFUSED, "HTTP 422, searchTerm is odd")
    assert numbered.event_results() == {"evt": "void"}


def test_a_defect_is_raised_and_counted_as_a_failure(numbered):
    def breaks(*_: object) -> None:
        raise KeyError("ours")

    receive_by_number(numbered)
    numbered.api.script("find", breaks)
    with pytest.raises(KeyError):
        numbered.reconcile(NUMBER)
    assert (numbered.row(NUMBER)["waiting"], numbered.row(NUMBER)["failures"]) == ("internal_error", 1)


def test_a_search_that_has_lost_its_lease_attaches_nothing(numbered):
    receive_by_number(numbered)
    numbered.api.script("find", meanwhile(lambda: numbered.clock.advance(minutes=1)))
    before = numbered.row(NUMBER)
    assert numbered.reconcile(NUMBER) == LeaseLost()
    assert numbered.order_keys() == [NUMBER]
    assert numbered.row(NUMBER)["event_count"] == before["event_count"]
    assert numbered.reconcile(NUMBER) == Done()


def test_no_search_begins_that_may_outlast_its_lease(numbered):
    receive_by_number(numbered)
    store = numbered.order_store
    numbered.order_store = SlowOrderStore(store, lambda: numbered.clock.advance(seconds=28))
    assert isinstance(numbered.reconcile(NUMBER), Later)
    assert numbered.api.searches == []


def test_an_order_without_capacity_for_all_events_takes_none_of_them(numbered):
    numbered.receive("hint", key="full")
    numbered.change(event_count=1000)
    receive_by_number(numbered)
    result = numbered.reconcile(NUMBER)
    assert isinstance(result, Stopped)
    assert (result.reason, "main/1" in result.detail) == ("too_many_events", True)
    assert (numbered.event_results()["evt"], numbered.row()["revision"]) == ("void", 1)
