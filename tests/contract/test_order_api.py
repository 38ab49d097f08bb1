"""What the port `OrderApi` promises on every platform, against a sandbox in a process of its own."""

import json
import re
import time
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.sandbox_account import SandboxAccount
from worker.domain.errors import Conflict, OrderMissing, Rejected, Throttled, Transient, Unauthorized
from worker.domain.instants import SECOND
from worker.domain.orders import Payment, Reading, Reference
from worker.domain.results import Step
from worker.domain.stages import STAGES, Stage
from worker.order_api.accounts import open_account
from worker.order_api.http.client import AnswerTooLarge, Client, Timeouts
from worker.order_api.platforms import PLATFORMS

HURRIED = Timeouts(timedelta(seconds=0.3), timedelta(seconds=0.3), timedelta(seconds=0.6))
SLACK_SECONDS = 10.0
"""How far a call may exceed its deadline on a busy machine. A platform that hangs does so for longer."""

TRACKING = (("TRK1", "https://courier.example/TRK1"),)
READING = Reading("pending", Stage.PENDING, 0)
PARCELS = (*TRACKING, ("TRK2", ""))


def step(stage=Stage.ACCEPTED, tracking=()):
    return Step(stage, 1_795_294_800 * SECOND, tracking=tracking)


def take(account, step):
    """Take a step, and return what the answer shows, or a read if the answer is partial."""
    reading = account.api.read("1")
    answer = account.api.write("1", account.api.compose(step, reading, with_note=True))
    return account.api.read("1") if answer.partial else answer


def test_an_order_takes_every_stage_and_no_data_of_others_is_lost(account):
    account.order(**account.traits.paid, **{account.traits.notes: "اتصل مرتين\nring twice"})
    assert [take(account, step(stage, PARCELS)).position for stage in STAGES[1:]] == list(STAGES[1:])
    assert account.api.read("1").position is Stage.COMPLETED
    assert account.notes().startswith("اتصل مرتين\nring twice\nTracking: ")
    document = json.dumps(account.order_document())
    assert [len(re.findall(rf"\b{word}\b", document)) for word in ("TRK1", "TRK2")] == [2, 1]
    assert account.harm() == 0


def test_every_status_of_the_table_is_read(account, platform):
    statuses = PLATFORMS[platform].statuses
    for word in statuses.meanings:
        account.control("POST", "/reset")
        account.order(status=word)
        reading = account.api.read("1")
        assert (reading.status, reading.position) == (word, statuses.read(word).position)


def test_an_unknown_status_is_named_and_has_no_position(account):
    account.order(status="on_hold")
    reading = account.api.read("1")
    assert (reading.status, reading.position) == ("on_hold", None)


def test_an_account_may_add_a_status(account):
    account.order(status="packed")
    context = replace(account.context, statuses={"packed": "accepted"})
    assert open_account(account.credentials, context).order_api().read("1").position is Stage.ACCEPTED


def test_payment_is_read_and_never_changed(account):
    account.order(**account.traits.paid)
    assert account.api.read("1").payment is Payment.PAID
    before = account.order_document().get("payment_status")
    take(account, step())
    assert account.order_document().get("payment_status") == before


def test_the_number_of_the_order_is_read(account):
    account.order(order_number="ORD-2024-001")
    assert account.api.read("1").number == "ORD-2024-001"


def test_a_parcel_that_the_notes_name_is_not_named_again(account):
    account.order(**{account.traits.notes: "TRK1 and TRK2 are on their way"})
    take(account, step())
    take(account, step(Stage.SHIPPED, PARCELS))
    assert account.notes() == "TRK1 and TRK2 are on their way"


def test_notes_that_are_too_long_are_refused_and_the_step_succeeds_without_them(account):
    account.order(**{account.traits.notes: "x" * 2000})
    with pytest.raises(Rejected, match=account.traits.notes):
        take(account, step(tracking=PARCELS))
    without_notes = account.api.compose(step(tracking=PARCELS), account.api.read("1"), with_note=False)
    assert account.api.write("1", without_notes).position is Stage.ACCEPTED
    assert account.notes() == "x" * 2000


def test_an_unknown_order_is_missing(account):
    with pytest.raises(OrderMissing):
        account.api.read("1")
    with pytest.raises(OrderMissing):
        account.api.write("1", account.api.compose(step(), READING, with_note=False))


def test_an_illegal_step_is_a_conflict_and_changes_nothing(account):
    account.order()
    with pytest.raises(Conflict, match="pending"):
        account.api.write("1", {"status": "delivered"})
    assert account.order_document()["status"] == "pending"


@pytest.mark.parametrize("status", ["cancelled", "refunded"])
def test_a_terminal_order_is_read_as_terminal_and_takes_no_write(account, status):
    account.order(status=status)
    assert account.api.read("1").position == status
    with pytest.raises(Conflict):
        account.api.write("1", account.api.compose(step(), READING, with_note=False))


def test_a_wrong_secret_makes_the_account_unauthorized(url, client, platform, account):
    account.order()
    secret = {"awalchat": "hmac_secret", "cekat": "api_key"}[platform]
    with closing(SandboxAccount(url, client, platform, **{secret: "whsec_another"})) as stranger:
        for call in (stranger.api.probe, lambda: stranger.api.read("1")):
            with pytest.raises(Unauthorized):
                call()


def test_a_probe_with_good_credentials_is_one_read(account):
    account.api.probe()
    assert (account.totals()["reads"], account.totals()["writes"]) == (1, 0)


def test_an_order_is_found_by_exactly_its_number(account):
    for order_id, number in enumerate(["ORD-1", "ORD-10", "ord-1", "ORD-1", "ORD-2"], 1):
        account.order(id=order_id, order_number=number)
    assert account.api.find(Reference("number", "ORD-2")) == ("5",)
    assert account.api.find(Reference("number", "ORD-1")) == ("1", "4")
    assert account.api.find(Reference("number", "ORD")) == ()


def test_an_order_that_had_ended_before_is_not_found(account):
    for order_id, status in enumerate(["delivered", "cancelled", "shipped"], 1):
        account.order(id=order_id, order_number="ORD-1", status=status)
    assert account.api.find(Reference("number", "ORD-1"), 0) == ("1", "2", "3")
    assert account.api.find(Reference("number", "ORD-1"), 2**60) == ("3",)


def test_an_order_is_found_behind_a_hundred_similar_ones(account):
    for order_id in range(1, 131):
        account.order(id=order_id, order_number=f"ORD-7-{order_id}")
    assert account.api.find(Reference("number", "ORD-7-130")) == ("130",)
    account.order(id=200, order_number="ORD-7")
    assert account.api.find(Reference("number", "ORD-7")) == ("200",)


def test_an_unknown_tracking_number_finds_nothing(account):
    account.order()
    assert account.api.find(Reference("tracking", "TRK1")) == ()


def test_no_platform_is_asked_for_a_shipment_id(account):
    account.order(order_number="S1")
    assert account.api.find(Reference("shipment", "S1")) == ()
    assert account.totals()["reads"] == 0


def test_a_refused_call_says_how_long_to_pause(account, platform):
    account.order()
    account.control("PUT", "/limit", limit=1, window=30)
    account.api.read("1")
    with pytest.raises(Throttled) as throttled:
        account.api.read("1")
    # Only awalchat announces its limit in the headers of an answer.
    waits = [seen.closed_for for seen in account.observed if seen.closed_for]
    assert bool(waits) == (platform == "awalchat")
    assert all(20 * SECOND < lasts <= 31 * SECOND for lasts in (*waits, throttled.value.wait))
    assert [seen.refused for seen in account.observed] == [False, True]


@pytest.mark.parametrize(
    ("fault", "family"),
    [
        ({"kind": "status", "code": 500}, Transient),
        ({"kind": "status", "code": 503, "body": "<html>"}, Transient),
        ({"kind": "status", "code": 302, "headers": {"Location": "https://elsewhere.invalid/"}}, Transient),
        ({"kind": "status", "code": 403}, Unauthorized),
        ({"kind": "status", "code": 422}, Rejected),
        ({"kind": "status", "code": 429, "retry_after": "Fri, 31 Dec 2100 00:00:00 GMT"}, Throttled),
        ({"kind": "wrong_credentials"}, Unauthorized),
        ({"kind": "outage"}, Transient),
        ({"kind": "outage", "answer": "reset"}, Transient),
        ({"kind": "reset"}, Transient),
        ({"kind": "lose_answer"}, Transient),
        ({"kind": "apply_late"}, Transient),
        ({"kind": "body", "body": {"status": False, "success": False, "message": "no"}}, Transient),
        ({"kind": "body", "body": "{"}, Transient),
        ({"kind": "body", "body": "["}, Transient),
        ({"kind": "body", "body": "[", "size": 1_048_576}, Transient),
        ({"kind": "body", "body": " ", "size": 8_000_000}, AnswerTooLarge),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else value.__name__,
)
def test_a_call_that_fails_ends_with_the_error_of_its_kind(account, fault, family):
    account.order()
    update = account.api.compose(step(), account.api.read("1"), with_note=False)
    account.fault(**fault)
    with pytest.raises(family) as failed:
        account.api.write("1", update)
    assert type(failed.value) is family
    assert "Timeout" not in str(failed.value)
    assert failed.value.definite is not issubclass(family, Transient)
    account.control("DELETE", "/faults")
    assert account.api.read("1").position in {Stage.PENDING, Stage.ACCEPTED}


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "outage", "answer": "hang", "seconds": 60},
        {"kind": "delay", "seconds": 60},
        {"kind": "drip", "pause": 0.2, "drip_headers": True},
        {"kind": "drip", "pause": 0.2},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
def test_a_call_that_has_no_answer_in_time_ends_in_time(url, platform, account, fault):
    account.order()
    update = account.api.compose(step(), account.api.read("1"), with_note=False)
    account.fault(**fault)
    with Client(HURRIED) as client, closing(SandboxAccount(url, client, platform)) as hurried:
        began_at = time.monotonic()
        with pytest.raises(Transient) as failed:
            hurried.api.write("1", update)
        assert time.monotonic() - began_at < HURRIED.overall.total_seconds() + SLACK_SECONDS
    assert type(failed.value) is Transient
    assert not failed.value.definite
    account.control("DELETE", "/faults")
    assert account.api.read("1").position in {Stage.PENDING, Stage.ACCEPTED}
