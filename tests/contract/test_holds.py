"""What `Holds` and `Locks` promise, over both databases."""

import pytest

from tests.support.at_once import at_once
from tests.support.clock import START
from tests.support.events import KEY
from worker.domain.accounts.breaker import WINDOW
from worker.domain.accounts.probing import ProbeAnswer, ProbeResult
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Hold
from worker.store.accounts.probes import SqlProbes

pytestmark = pytest.mark.usefixtures("first_event")


@pytest.fixture
def holds(harness):
    return harness.holds


@pytest.fixture
def probes(harness):
    return SqlProbes(harness.database)


class TestHolding:
    def test_a_hold_ends_by_itself(self, harness, holds):
        holds.hold("main", "rate_limited", MINUTE)
        harness.clock.now += MINUTE - 1
        assert harness.due_orders.claim(1, 0) == []
        harness.clock.now += 1
        assert harness.due_orders.claim(1, 0) == [KEY]

    def test_a_hold_without_an_end_lasts_until_it_is_lifted(self, harness, holds):
        holds.hold("main", "operator", None)
        harness.clock.advance(days=1000)
        holds.expire()
        assert harness.due_orders.claim(1, 0) == []
        holds.lift("main", "operator")
        assert harness.due_orders.claim(1, 0) == [KEY]

    def test_each_reason_of_an_account_has_its_own_hold(self, harness, holds):
        holds.hold("main", "operator", None)
        holds.hold("main", "credentials", None)
        holds.hold("other", "credentials", None)
        holds.lift("main", "credentials")
        with harness.database.read() as connection:
            rows = connection.exec_driver_sql("SELECT account, reason FROM holds ORDER BY account").all()
        assert [tuple(row) for row in rows] == [("main", "operator"), ("other", "credentials")]

    @pytest.mark.parametrize(
        ("first", "second", "until"),
        [
            (HOUR, MINUTE, START + HOUR),
            (MINUTE, HOUR, START + HOUR),
            (None, MINUTE, None),
            (MINUTE, None, None),
        ],
    )
    def test_the_later_of_two_ends_counts(self, harness, holds, first, second, until):
        holds.hold("main", "rate_limited", first)
        holds.hold("main", "rate_limited", second)
        assert harness.hold_ends() == {"rate_limited": until}

    def test_a_new_hold_does_not_begin_when_an_expired_one_began(self, harness, holds):
        harness.change(failing_since=START)
        holds.hold("main", "rate_limited", MINUTE)
        harness.clock.now += HOUR
        holds.hold("main", "rate_limited", MINUTE)
        assert harness.row()["failing_since"] == START + MINUTE
        assert harness.hold_ends() == {"rate_limited": START + HOUR + MINUTE}

    def test_only_holds_whose_time_is_over_expire(self, harness, holds):
        holds.hold("main", "rate_limited", MINUTE)
        holds.hold("main", "operator", None)
        holds.hold("main", "outage", HOUR)
        harness.clock.now += MINUTE
        holds.expire()
        assert set(harness.hold_ends()) == {"operator", "outage"}

    def test_lifting_a_hold_that_does_not_exist_changes_nothing(self, harness, holds):
        harness.change(failing_since=START)
        holds.lift("main", "credentials")
        assert harness.row()["failing_since"] == START

    def test_workers_that_hold_an_account_at_the_same_time_make_one_hold(self, harness, holds):
        at_once(lambda seconds: holds.hold("main", "rate_limited", seconds * SECOND), range(1, 9))
        assert harness.hold_ends() == {"rate_limited": START + 8 * SECOND}


class TestOperators:
    def test_an_operators_hold_lasts_until_it_is_released_and_both_are_in_the_log(self, harness, holds):
        holds.hold_for_operator("main", "audit (sara)")
        harness.clock.advance(days=1000)
        holds.expire()
        assert harness.hold_details() == {"operator": "audit (sara)"}
        assert holds.release("main", "operator", "done (sara)")
        assert harness.hold_ends() == {}
        assert account_log(harness) == [
            ("main", START, "held", "audit (sara)"),
            ("main", harness.clock(), "released", "operator: done (sara)"),
        ]

    def test_a_second_hold_of_an_operator_keeps_its_beginning_and_has_the_new_note(self, harness, holds):
        holds.hold_for_operator("main", "first")
        harness.clock.advance(minutes=1)
        holds.hold_for_operator("main", "second")
        (hold,) = holds.active()
        assert (hold.since, hold.detail, hold.until, hold.next_probe) == (START, "second", None, None)

    def test_a_release_in_vain_is_not_in_the_log(self, harness, holds):
        holds.hold("main", "outage", None)
        assert not holds.release("main", "operator", "why")
        assert account_log(harness) == []
        assert set(harness.hold_ends()) == {"outage"}

    def test_the_active_holds_are_shown_with_their_probes(self, harness, holds, probes):
        holds.hold("main", "rate_limited", MINUTE)
        holds.hold("main", "outage", None, "timed out", 30 * SECOND)
        probes.record("main", ProbeAnswer(ProbeResult.UNREACHABLE, "503"), 1, HOUR)
        harness.clock.advance(minutes=1)
        assert holds.active() == (Hold("main", "outage", START, None, "503", START + HOUR, 1),)


def account_log(harness) -> list[tuple[object, ...]]:
    with harness.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT account, at, action, detail FROM account_log ORDER BY id")
        return [tuple(row) for row in rows]


class TestResumption:
    """With the last hold of an account, its orders begin again."""

    def test_the_end_of_the_last_hold_is_noted(self, harness, holds):
        holds.hold("main", "operator", None)
        holds.hold("main", "rate_limited", MINUTE)
        harness.clock.advance(minutes=2)
        holds.expire()
        assert harness.resumptions() == {}
        holds.lift("main", "operator")
        assert harness.resumptions() == {"main": harness.clock()}

    def test_every_way_in_which_a_hold_ends_is_noted(self, harness, holds):
        ways = {
            "expired": holds.expire,
            "lifted": lambda: holds.lift("main", "rate_limited"),
            "leased": harness.lease,
        }
        for way in ways.values():
            harness.clock.advance(minutes=2)
            holds.hold("main", "rate_limited", MINUTE)
            harness.clock.advance(minutes=1)
            way()
            assert harness.resumptions() == {"main": harness.clock()}

    def test_a_good_probe_is_noted(self, harness, holds, probes):
        holds.hold("main", "outage", None, probe_in=0)
        probes.record("main", ProbeAnswer(ProbeResult.GOOD), 1, MINUTE)
        assert harness.resumptions() == {"main": START}

    def test_lifting_nothing_is_not_noted(self, harness, holds):
        assert holds.lift("main", "operator") is False
        holds.expire()
        assert harness.resumptions() == {}

    @pytest.mark.parametrize("reason", ["outage", "credentials"])
    def test_failures_that_led_to_the_hold_are_forgotten(self, harness, holds, reason):
        harness.change(failing_since=START - WINDOW, failures=3)
        holds.hold("main", reason, None)
        harness.clock.advance(days=3)
        holds.lift("main", reason)
        assert (harness.row()["failing_since"], harness.row()["failures"]) == (None, 0)

    def test_earlier_failures_still_count_and_the_time_of_the_hold_does_not(self, harness, holds):
        harness.change(failing_since=START - WINDOW - 1, failures=3)
        holds.hold("main", "outage", None)
        harness.clock.advance(days=3)
        holds.lift("main", "outage")
        assert harness.row()["failing_since"] == harness.clock() - WINDOW - 1
        assert harness.row()["failures"] == 3

    def test_an_operators_hold_forgets_no_failures(self, harness, holds):
        harness.change(failing_since=START, failures=3)
        holds.hold("main", "operator", None)
        holds.lift("main", "operator")
        assert harness.row()["failures"] == 3

    def test_a_hold_for_a_reason_of_the_version_before_ends(self, harness, holds):
        holds.hold("main", "not_configured", None)
        holds.expire()
        assert harness.hold_ends() == {}


class TestRetryFor:
    """`retry_for` counts from `failing_since`, an hour from `missing_since`; the time of a hold does not count."""

    @pytest.mark.parametrize("column", ["failing_since", "missing_since"])
    @pytest.mark.parametrize(
        ("since", "moved"),
        [
            (START - HOUR, START - HOUR + 10 * MINUTE),  # the whole hold does not count
            (START + 4 * MINUTE, START + 10 * MINUTE),  # the rest of the hold does not count
        ],
    )
    def test_the_time_of_a_lifted_hold_does_not_count(self, harness, holds, column, since, moved):
        harness.change(**{column: since})
        holds.hold("main", "operator", None)
        harness.clock.advance(minutes=10)
        holds.lift("main", "operator")
        assert harness.row()[column] == moved

    @pytest.mark.parametrize(("since", "moved"), [(START, START + MINUTE), (START + 2 * MINUTE, START + 2 * MINUTE)])
    def test_a_hold_that_is_deleted_late_leaves_out_only_the_time_that_it_lasted(self, harness, holds, since, moved):
        harness.change(failing_since=since)
        holds.hold("main", "rate_limited", MINUTE)
        harness.clock.advance(minutes=10)
        holds.expire()
        assert harness.row()["failing_since"] == moved

    def test_a_hold_changes_nothing_for_other_accounts_and_for_orders_that_do_not_fail(self, harness, holds):
        harness.change(failing_since=START)
        holds.hold("other", "operator", None)
        harness.clock.advance(minutes=10)
        holds.lift("other", "operator")
        assert harness.row()["failing_since"] == START
        assert harness.row()["missing_since"] is None


class TestLocks:
    def test_one_worker_has_a_lock_until_it_ends(self, harness):
        assert harness.locks.acquire("probe:main", MINUTE)
        harness.clock.now += MINUTE - 1
        assert not harness.locks.acquire("probe:main", MINUTE)
        assert harness.locks.acquire("probe:other", MINUTE)
        harness.clock.now += 1
        assert harness.locks.acquire("probe:main", MINUTE)
        assert not harness.locks.acquire("probe:main", MINUTE)

    def test_one_of_many_workers_gets_a_lock(self, harness):
        acquired = at_once(lambda _: harness.locks.acquire("prune", MINUTE), range(8))
        assert sorted(acquired) == [False] * 7 + [True]


def test_a_hold_of_one_account_holds_no_other(harness, holds):
    holds.hold("other", "operator", None)
    assert harness.due_orders.claim(1, 0) == [OrderKey("main", "1")]
