"""An account's trouble is the account's: its orders wait, one probe finds out, and none of them pays for it."""

from dataclasses import replace

import pytest

from tests.support.fake_order_api import fails, meanwhile, unknown
from tests.support.stories import KEY
from worker.domain.errors import Throttled, Transient, Unauthorized
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.orders import Done, Held, Later
from worker.probe import PROBE_EVERY

DENIED = fails(Unauthorized("bad signature", 401, "authentication_failed"))


@pytest.mark.parametrize("kind", ["read", "write"])
def test_a_limit_holds_the_account_until_it_ends_by_itself(stage, kind):
    stage.hear("order.shipped")
    stage.api.script(kind, fails(Throttled("slow down", wait=HOUR)))
    began = stage.clock()
    assert stage.turn() == Held("rate_limited")
    assert stage.held() == {"rate_limited": began + HOUR}
    calls = len(stage.api.calls)
    stage.live(minutes=59, seconds=59)
    assert len(stage.api.calls) == calls
    stage.live(seconds=1)
    assert stage.api.orders["1"].status == "shipped"
    assert stage.held() == {}


def test_a_limit_is_held_with_the_words_of_the_platform(stage):
    stage.hear("order.shipped")
    stage.api.script("read", fails(Throttled("slow down", wait=MINUTE)))
    held = []
    stage.holds.hold = lambda *arguments: held.append(arguments)
    stage.turn()
    assert held == [("main", "rate_limited", MINUTE, "HTTP 429, slow down")]


def test_a_limit_is_no_failure_of_the_order(stage):
    stage.hear("order.shipped")
    stage.api.script("write", fails(Throttled(wait=MINUTE)))
    stage.turn()
    row = stage.row()
    assert (row["failures"], row["failing_since"], row["stop"], row["waiting"]) == (0, None, None, "rate_limited")


def test_a_hold_that_comes_in_between_read_and_write_lets_nothing_be_written(stage):
    stage.hear("order.shipped")
    stage.api.script("read", meanwhile(lambda: stage.holds.hold("main", "operator", None)))
    stage.turn()
    assert stage.api.writes == []
    assert stage.turn() is None
    stage.holds.lift("main", "operator")
    assert stage.turn() == Done()


def test_bad_credentials_hold_the_account_after_one_failed_probe(stage):
    stage.hear("order.shipped")
    stage.api.script("read", DENIED)
    stage.api.script("probe", DENIED)
    assert stage.turn() == Held("credentials")
    assert stage.held() == {"credentials": None}
    stage.live(days=4)
    assert (stage.api.reads, stage.row()["stop"]) == (1, None)
    assert stage.due.claim(10, 0) == []


def test_a_probe_that_goes_well_lets_the_orders_go_on(stage):
    stage.hear("order.shipped")
    stage.api.script("read", DENIED)
    stage.api.script("probe", DENIED)
    stage.turn()
    stage.clock.advance(days=5)
    assert stage.probe("main") is True
    assert stage.turn() == Done()


def test_a_refusal_of_one_order_by_an_account_in_good_health_is_that_orders_own(stage):
    stage.hear("order.shipped")
    stage.api.script("read", DENIED)
    end = stage.turn()
    assert isinstance(end, Later)
    assert (end.reason, end.firm) == ("unauthorized", True)
    assert (stage.api.probes, stage.held()) == (1, {})
    assert stage.row()["failures"] == 1


@pytest.mark.parametrize("answer", [Transient("timed out"), Throttled(wait=MINUTE)])
def test_a_probe_that_nobody_answers_holds_nothing(stage, answer):
    stage.hear("order.shipped")
    stage.api.script("read", DENIED)
    stage.api.script("probe", fails(answer))
    assert isinstance(stage.turn(), Later)
    assert "credentials" not in stage.held()


@pytest.mark.parametrize(
    ("answer", "verdict"), [(Transient("timed out"), None), (Unauthorized("401"), False), (None, True)]
)
def test_a_probe_says_only_what_it_knows(stage, answer, verdict):
    stage.api.script("probe", fails(answer) if answer else meanwhile(lambda: None))
    assert stage.probe("main") is verdict


def test_many_orders_share_one_probe(stage):
    assert [stage.probe("main") for _ in range(3)] == [True, None, None]
    assert stage.api.probes == 1
    stage.clock.now += PROBE_EVERY - 1
    assert stage.probe("main") is None
    stage.clock.now += 1
    assert stage.probe("main") is True


def test_a_probe_lifts_its_own_hold_and_never_an_operators(stage):
    stage.holds.hold("main", "operator", None)
    stage.holds.hold("main", "credentials", None)
    stage.probe("main")
    assert stage.held() == {"operator": None}


def test_the_time_of_a_hold_is_not_counted_against_the_patience_with_an_order(stage):
    stage.policy = replace(stage.policy, retry_for=HOUR)
    stage.hear("order.shipped")
    stage.api.script("read", fails(Transient("503")))
    stage.turn()
    stage.holds.hold("main", "operator", None)
    stage.clock.advance(days=2)
    stage.holds.lift("main", "operator")
    stage.api.script("read", *[fails(Transient("503"))] * 2)
    assert isinstance(stage.turn(), Later)
    stage.live(minutes=59)
    assert stage.row()["stop"] is None
    assert stage.row()["place"] == "shipped"


def test_the_time_of_a_hold_is_not_counted_against_an_order_that_the_platform_does_not_know_yet(stage):
    stage.hear("order.shipped")
    stage.api.script("read", unknown, fails(Throttled(wait=5 * HOUR)), unknown)
    stage.turn()
    stage.live(hours=6)
    assert (stage.row()["stop"], stage.row()["place"]) == (None, "shipped")


def test_limits_that_follow_one_another_do_not_use_up_the_patience_with_an_order(stage):
    stage.policy = replace(stage.policy, retry_for=HOUR)
    stage.hear("order.shipped")
    stage.api.script("read", fails(Transient("503")))
    stage.turn()
    stage.clock.advance(seconds=1)
    for _ in range(5):
        stage.api.script("read", fails(Throttled(wait=HOUR)))
        # No tick removes the hold that is over before the next one comes.
        assert stage.turn() == Held("rate_limited")
        stage.clock.now += HOUR
    stage.holds.expire()
    assert stage.row()["failing_since"] >= stage.clock() - 10 * SECOND


def test_orders_of_an_account_that_no_setting_names_wait_and_say_why(stage):
    stage.hear("order.shipped")
    assert stage.advance(apis={})(KEY) is None
    stage.holds.hold_strangers({"another"})
    assert stage.held() == {"not_configured": None}
    assert stage.due.claim(10, 0) == []
    stage.holds.hold_strangers({KEY.account})
    assert stage.held() == {}
    assert stage.due.claim(10, 0) == [KEY]


def test_an_account_without_orders_is_no_stranger(stage):
    stage.holds.hold_strangers({"another"})
    assert stage.held() == {}
