"""Acts on one order: a preview, a required reason, what was done, and an audit entry that says who has done it."""

import pytest

from tests.support.clock import START, Clock
from tests.support.console_user import TOKEN, ConsoleUser, fields_of, shown
from tests.support.harness import Harness, order_key
from tests.support.programs import free_port
from worker.domain.events import EventResult
from worker.domain.instants import HOUR
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import State
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Done, Later, Stopped
from worker.domain.stages import Stage
from worker.operations.acts import ActName

KEY = order_key(1)
WHY = {"reason": "the branch is open again"}


@pytest.fixture
def stopped(harness: Harness) -> Harness:
    """An accepted order whose parcel is on its way, stopped because the platform refuses the write."""
    harness.accept(order=KEY, tracking="TRK1")
    harness.finish(KEY, Stopped(StopReason.REFUSED, "HTTP 422"), stage=Stage.ACCEPTED)
    return harness


@pytest.fixture
def settled(harness: Harness) -> Harness:
    """A shipped order at rest."""
    harness.accept(order=KEY, tracking="TRK1")
    harness.finish(KEY, Done(), EventResult.APPLIED, stage=Stage.SHIPPED)
    return harness


def audit_log(harness: Harness, key: OrderKey = KEY) -> list[tuple[str, str]]:
    return [(entry.action, entry.detail) for entry in harness.snapshot(key).audit_log]


def path(name: ActName, key: OrderKey = KEY) -> str:
    return f"/orders/-/{name}?order={key}"


def test_a_release_shows_what_follows_and_says_who_did_it(stopped: Harness, operator: ConsoleUser):
    page = shown(operator.get(path(ActName.RELEASE)))
    assert "The platform is read, then asked for shipped." in page
    assert "released from refused and due" in shown(operator.submit(path(ActName.RELEASE), **WHY))
    assert stopped.snapshot(KEY).state is State.DUE
    assert audit_log(stopped)[-1] == ("released", "refused: the branch is open again (olga)")


@pytest.mark.parametrize("name", [ActName.RELEASE, ActName.RETRY, ActName.CLOSE])
def test_a_form_that_is_sent_twice_acts_once(stopped: Harness, operator: ConsoleUser, clock: Clock, name: ActName):
    fields = fields_of(operator.get(path(name)))
    clock.advance(seconds=1)
    operator.post(path(name), {**fields, **WHY})
    before = audit_log(stopped)
    clock.advance(seconds=1)
    assert "nothing was changed" in shown(operator.post(path(name), {**fields, **WHY}, 409)).lower()
    assert audit_log(stopped) == before


def test_a_stop_that_came_after_the_look_is_not_released(stopped: Harness, operator: ConsoleUser, clock: Clock):
    fields = fields_of(operator.get(path(ActName.RELEASE)))
    clock.advance(seconds=1)
    stopped.operator_store.release(stopped.snapshot(KEY), "somebody else")
    stopped.finish(KEY, Stopped(StopReason.REFUSED, "HTTP 400"), stage=Stage.ACCEPTED)
    page = operator.post(path(ActName.RELEASE), {**fields, **WHY}, 409)
    assert "has changed since you looked at it: nothing was changed; look again" in shown(page)
    assert stopped.snapshot(KEY).state is State.STOPPED
    assert "HTTP 400" in shown(page)
    operator.post(path(ActName.RELEASE), {**fields_of(page), **WHY})
    assert stopped.snapshot(KEY).state is State.DUE


@pytest.mark.parametrize("reason", ["", "  ", "<why>", "\u200b", "x" * 501])
def test_an_act_needs_a_reason(stopped: Harness, operator: ConsoleUser, reason: str):
    page = shown(operator.submit(path(ActName.RELEASE), 409, reason=reason))
    assert "reason" in page
    assert stopped.snapshot(KEY).state is State.STOPPED


def test_what_was_typed_stays_in_a_form_that_is_refused(settled: Harness, operator: ConsoleUser):
    page = operator.submit(path(ActName.ADD_PARCEL), 409, tracking="no number: a sentence", **WHY)
    assert 'value="no number: a sentence"' in page
    assert "is no tracking number" in shown(page)
    assert 'value="the branch is open again"' in page


def test_a_completion_has_to_be_confirmed(settled: Harness, operator: ConsoleUser):
    completed = f"{path(ActName.ADVANCE)}&choice=completed"
    assert "cannot be undone" in shown(operator.get(completed))
    assert "tick the box" in shown(operator.submit(completed, 409, **WHY))
    assert settled.snapshot(KEY).state is State.SETTLED
    assert "is to reach completed" in shown(operator.submit(completed, sure="1", **WHY))
    note = settled.snapshot(KEY).events[-1].event.note
    assert note == "the branch is open again (olga)"


def test_a_stage_that_is_behind_cannot_be_chosen(settled: Harness, operator: ConsoleUser):
    fields = fields_of(operator.get(f"{path(ActName.ADVANCE)}&choice=delivered"))
    page = operator.post(path(ActName.ADVANCE), {**fields, **WHY, "choice": "accepted", "sure": "1"}, 409)
    assert "cannot be chosen" in shown(page)
    assert settled.snapshot(KEY).state is State.SETTLED


def test_an_act_that_the_state_does_not_allow_is_explained(settled: Harness, operator: ConsoleUser):
    page = shown(operator.get(path(ActName.RELEASE), 409))
    assert "does not allow this" in page
    assert "Order main/1" in page


def test_a_waiting_order_is_retried(harness: Harness, operator: ConsoleUser):
    harness.accept(order=KEY)
    harness.finish(KEY, Later(START + HOUR, WaitReason.API_UNAVAILABLE), stage=Stage.ACCEPTED)
    operator.submit(path(ActName.RETRY), **WHY)
    assert harness.snapshot(KEY).state is State.DUE


def test_an_order_is_closed_and_opened_again(settled: Harness, operator: ConsoleUser):
    operator.submit(path(ActName.CLOSE), **WHY)
    assert settled.snapshot(KEY).state is State.CLOSED
    operator.submit(path(ActName.RELEASE), **WHY)
    assert settled.snapshot(KEY).state is State.DUE


def test_an_order_is_assigned_to_a_source_and_to_nobody(settled: Harness, operator: ConsoleUser):
    client = ConsoleUser(
        settled.database,
        FULFILLMENT_SOURCES__FASTBOX__SECRETS="whsec_of_the_other_courier",
        FULFILLMENT_SOURCES__FASTBOX__PROFILE="courier",
        FULFILLMENT_SOURCES__FASTBOX__ALLOW='["shipment"]',
    )
    assert "fastbox carries main/1" in shown(client.submit(f"{path(ActName.ASSIGN)}&choice=fastbox", **WHY))
    assert settled.snapshot(KEY).order.carrier == "fastbox"
    assert "Nobody carries main/1" in shown(client.submit(f"{path(ActName.ASSIGN)}&choice=", **WHY))


def test_parcels_are_added_put_away_and_removed(settled: Harness, operator: ConsoleUser):
    operator.submit(path(ActName.ADD_PARCEL), tracking="TRK2", url="https://t.example/2", shipment="", **WHY)
    operator.submit(path(ActName.ADD_PARCEL), tracking="TRK3", url="", shipment="", **WHY)
    page = shown(operator.get("/orders/main/1"))
    assert "TRK2" in page
    dropped = operator.submit(f"{path(ActName.DROP_PARCEL)}&choice=TRK2", **WHY)
    assert "does not wait for the parcel TRK2 any more" in shown(dropped)
    removed = operator.submit(f"{path(ActName.REMOVE_PARCEL)}&choice=TRK3", **WHY)
    assert "does not have the parcel TRK3 any more" in shown(removed)
    assert [e.event.note for e in settled.snapshot(KEY).events if e.event.note] == [
        "the branch is open again (olga)"
    ] * 2


def test_an_order_that_the_database_does_not_have_is_created_once(harness: Harness, operator: ConsoleUser):
    page = operator.get("/orders/main/77", 404)
    assert "/orders/-/add-parcel?order=main%2F77" in page
    form = path(ActName.ADD_PARCEL, order_key(77))
    fields = {**fields_of(operator.get(form)), "tracking": "TRK7", "url": "", "shipment": "", **WHY}
    assert "has the parcel TRK7 now" in shown(operator.post(form, fields))
    assert "has changed since" in shown(operator.post(form, {**fields, "tracking": "TRK8"}, 409))
    assert [e.event.tracking for e in harness.snapshot(order_key(77)).events] == ["TRK7"]
    advanced = f"{path(ActName.ADVANCE, order_key(78))}&choice=shipped"
    assert "is to reach shipped" in shown(operator.submit(advanced, **WHY))
    operator.get(path(ActName.RELEASE, order_key(79)), 409)


def test_a_reference_gets_its_order_if_the_platform_cannot_be_reached_and_the_operator_is_sure(
    harness: Harness,
):
    reference = OrderKey("main", "number:ORD-1")
    harness.accept(order=reference)
    harness.finish(reference, Stopped(StopReason.UNKNOWN_ORDER))
    user = ConsoleUser(harness.database, FULFILLMENT_ACCOUNTS__MAIN__BASE_URL=f"http://127.0.0.1:{free_port()}")
    refused = user.submit(path(ActName.FIND, reference), 409, target="17", **WHY)
    assert "nothing was changed" in shown(refused)
    done = user.submit(path(ActName.FIND, reference), target="17", unseen="1", **WHY)
    assert "is main/17, which has its events" in shown(done)
    assert [e.event.order for e in harness.snapshot(order_key(17)).events] == [order_key(17)]


@pytest.mark.parametrize("name", list(ActName)[:9])
def test_a_viewer_cannot_act_not_even_by_a_form_of_their_own(stopped: Harness, viewer: ConsoleUser, name: ActName):
    viewer.get(path(name), 403)
    viewer.post(path(name), {"order": str(KEY), "seen": "0", "stop": "refused", **WHY}, 403)
    assert stopped.snapshot(KEY).state is State.STOPPED


def test_a_form_without_its_token_does_nothing(stopped: Harness, operator: ConsoleUser):
    fields = {**fields_of(operator.get(path(ActName.RELEASE))), **WHY}
    assert fields["form_token"] == [TOKEN]
    for token in ([], ["another"]):
        assert operator.send(path(ActName.RELEASE), {**fields, "form_token": token}).status_code == 403
    assert stopped.snapshot(KEY).state is State.STOPPED


def test_a_look_changes_nothing(stopped: Harness, operator: ConsoleUser):
    before = stopped.snapshot(KEY)
    for name in (ActName.RELEASE, ActName.RETRY, ActName.CLOSE, ActName.ADD_PARCEL):
        operator.get(f"{path(name)}&reason=x&seen={before.row.updated_at}&stop=refused&sure=1&confirmed=1")
    operator.get(f"/orders/-/many/release?order=main/1&reason=x&seen_at={before.now}&sure=1")
    assert stopped.snapshot(KEY) == before
