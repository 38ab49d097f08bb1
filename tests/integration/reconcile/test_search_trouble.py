"""What befalls a search: limits, outages, refusals, a lost lease, an order that is full."""

import pytest

from tests.support.fake_order_api import fails, meanwhile
from tests.support.searches import NUMBER, Slow, waiting_news
from worker.domain.errors import Rejected, Throttled, Transient, Unauthorized
from worker.domain.instants import HOUR
from worker.domain.reasons import HoldReason, StopReason
from worker.domain.results import Done, Held, Later, Stopped


def test_a_rate_limit_during_a_search_holds_the_account_and_uses_up_no_patience(numbered):
    waiting_news(numbered)
    numbered.api.script("find", fails(Throttled("slow down", wait=5 * HOUR)))
    assert numbered.reconcile(NUMBER) == Held(HoldReason.RATE_LIMITED)
    assert (numbered.row(NUMBER)["failures"], numbered.event_results()) == (0, {"evt": "pending"})
    numbered.run_for(hours=5)
    assert (numbered.event_results(), len(numbered.api.searches)) == ({"evt": "applied"}, 2)


def test_refused_credentials_are_the_accounts_trouble_and_stop_no_search(numbered):
    denied = fails(Unauthorized("no", 401))
    waiting_news(numbered)
    numbered.api.script("find", denied)
    numbered.api.script("probe", denied)
    assert numbered.reconcile(NUMBER) == Held(HoldReason.CREDENTIALS)
    assert (numbered.row(NUMBER)["stop"], numbered.hold_ends()) == (None, {"credentials": None})


def test_an_outage_is_waited_out(numbered):
    waiting_news(numbered)
    numbered.api.script("find", *[fails(Transient("503", 503))] * 50)
    numbered.run_for(hours=2)
    assert (numbered.row(NUMBER)["stop"], numbered.row(NUMBER)["waiting"]) == (None, "api_unavailable")
    numbered.run_for(days=1)
    assert numbered.event_results() == {"evt": "applied"}


def test_a_search_that_the_platform_rejects_stops_with_its_words(numbered):
    waiting_news(numbered)
    numbered.api.script("find", fails(Rejected("searchTerm is odd", 422)))
    assert numbered.reconcile(NUMBER) == Stopped(StopReason.REFUSED, "HTTP 422, searchTerm is odd")
    assert numbered.event_results() == {"evt": "void"}


def test_a_defect_is_raised_and_counted(numbered):
    def breaks(*_: object) -> None:
        raise KeyError("ours")

    waiting_news(numbered)
    numbered.api.script("find", breaks)
    with pytest.raises(KeyError):
        numbered.reconcile(NUMBER)
    assert (numbered.row(NUMBER)["waiting"], numbered.row(NUMBER)["failures"]) == ("internal_error", 1)


def test_a_search_that_lost_its_lease_gives_nothing_away(numbered):
    waiting_news(numbered)
    numbered.api.script("find", meanwhile(lambda: numbered.clock.advance(minutes=1)))
    before = numbered.row(NUMBER)
    assert str(numbered.reconcile(NUMBER)) == "Lost()"
    assert numbered.order_keys() == [NUMBER]
    assert numbered.row(NUMBER)["events"] == before["events"]
    assert numbered.reconcile(NUMBER) == Done()


def test_no_search_begins_that_may_outlast_its_lease(numbered):
    waiting_news(numbered)
    order_store = numbered.order_store
    numbered.order_store = Slow(order_store, lambda: numbered.clock.advance(seconds=28))
    assert isinstance(numbered.reconcile(NUMBER), Later)
    assert numbered.api.searches == []


def test_an_order_that_has_no_room_for_the_news_takes_none_of_it(numbered):
    numbered.receive("hint", key="full")
    numbered.change(events=1000)
    waiting_news(numbered)
    result = numbered.reconcile(NUMBER)
    assert isinstance(result, Stopped)
    assert (result.reason, "main/1" in result.detail) == ("too_many_events", True)
    assert (numbered.event_results()["evt"], numbered.row()["revision"]) == ("void", 1)
