"""`fulfillment deliveries try`: a stored delivery is read again, and nothing is changed."""

import pytest
from sqlalchemy import update

from tests.support.commands import Commands
from tests.support.events import a_delivery
from tests.support.fastbox import BODY
from tests.support.harness import Harness
from worker.domain.reasons import QuarantineReason
from worker.store.tables import deliveries


def captured(harness: Harness, body: bytes) -> int | None:
    """Write a delivery that the profile `capture` has kept, and return its id."""
    delivery = a_delivery(unusable=QuarantineReason.CAPTURED, source="courier", received_at=harness.clock(), body=body)
    return harness.intake.write(delivery).delivery_id


@pytest.mark.usefixtures("fastbox")
def test_a_captured_body_is_tried_with_a_profile_and_nothing_is_changed(fulfillment: Commands, harness: Harness):
    number = captured(harness, BODY.encode())
    before = fulfillment("deliveries", "show", str(number), "--json").out
    result = fulfillment("deliveries", "try", str(number), "--profile", "fastbox.toml")
    assert result.code == 0
    assert "left out: there is only a body" in result.out
    assert 'ref "TK-7" → number:TK-7' in result.out
    assert fulfillment("deliveries", "show", str(number), "--json").out == before


@pytest.mark.usefixtures("fastbox")
def test_a_captured_body_that_cannot_be_read_ends_with_1(fulfillment: Commands, harness: Harness):
    number = captured(harness, b"no json")
    result = fulfillment("deliveries", "try", str(number), "--profile", "fastbox.toml", "--json")
    assert (result.code, result.document["reason"]) == (1, "not_json")


@pytest.mark.usefixtures("fastbox")
def test_the_rules_of_the_deliverys_source_count_if_the_settings_still_have_it(fulfillment: Commands, harness: Harness):
    number = captured(harness, BODY.encode())
    fulfillment.set({"FULFILLMENT_SOURCES__COURIER__TIMEZONE": "Asia/Jakarta"})
    arguments = ("deliveries", "try", str(number), "--profile", "fastbox.toml", "--json")
    assert fulfillment(*arguments).document["events"][0]["occurred_at"] == "2026-11-27T05:00:00.000000Z"
    fulfillment.set(
        {
            "FULFILLMENT_SOURCES__COURIER__SECRETS": None,
            "FULFILLMENT_SOURCES__COURIER__TIMEZONE": None,
            "FULFILLMENT_SOURCES__OTHER__SECRETS": "whsec_of_another",
            "FULFILLMENT_SOURCES__OTHER__PROFILE": "courier",
        }
    )
    assert fulfillment(*arguments).document["events"][0]["occurred_at"] == "2026-11-27T12:00:00.000000Z"


@pytest.mark.usefixtures("fastbox")
def test_a_delivery_that_is_not_there_or_has_no_body_ends_with_2(fulfillment: Commands, harness: Harness):
    number = captured(harness, b"")
    with harness.database.write() as connection:
        connection.execute(update(deliveries).values(body=None, body_size=None))
    result = fulfillment("deliveries", "try", str(number), "--profile", "fastbox.toml")
    assert (result.code, "was not kept: its outcome is quarantined" in result.err) == (2, True)
    assert "there is no delivery 99" in fulfillment("deliveries", "try", "99", "--profile", "fastbox.toml").err


@pytest.mark.usefixtures("fastbox")
def test_a_body_with_values_that_nothing_uses_is_tried_and_shown_as_it_came(fulfillment: Commands, harness: Harness):
    body = BODY.rstrip()[:-1].encode() + b', "customer": "Sara \\ud83d", "size": NaN, "city": "Jos\xe9\x1b"}'
    number = captured(harness, body.replace(b"\x1b", b"\\u001b"))
    result = fulfillment("deliveries", "try", str(number), "--profile", "fastbox.toml", "--json")
    assert (result.code, result.document["outcome"]) == (0, "accepted")
    shown = fulfillment("deliveries", "show", str(number)).out
    for text in ("Sara \\ud83d", "NaN", "Jos\\xe9"):
        assert text in "".join(shown.split("\n"))
