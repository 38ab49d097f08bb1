"""An update for Cekat has only what we know: it claims no payment, and changes no field of others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.orders import Payment, Reading
from worker.domain.results import Step
from worker.domain.stages import STAGES, Stage
from worker.order_api.cekat.updates import compose

AT = 1_795_294_800_000_000
STAMP = "2026-11-21T21:00:00+00:00"
PARCEL = ("TRK1", "https://courier.example/TRK1")
OTHER = ("TRK2", "https://courier.example/TRK2")


def reading(**changes):
    return Reading(**{"status": "processing", "position": Stage.ACCEPTED, "read_at": 0, **changes})


def update(stage=Stage.SHIPPED, *parcels, before=None, with_note=True, completes=False):
    step = Step(stage, AT, tracking=parcels, completes=completes)
    return compose(step, before or reading(), with_note=with_note)


def marked(stage):
    return {"metadata": {"fulfillment": {"stage": stage, "at": STAMP}}}


@pytest.mark.parametrize(
    ("stage", "completes", "sent"),
    [
        (Stage.ACCEPTED, False, {"status": "processing"}),
        (Stage.SHIPPED, False, {"status": "shipped"}),
        (Stage.DELIVERED, False, {"status": "delivered", **marked("delivered")}),
        (Stage.DELIVERED, True, {"status": "delivered", **marked("completed")}),
        (Stage.COMPLETED, False, marked("completed")),
    ],
)
def test_a_step_asks_for_its_stage_and_completion_is_in_our_metadata(stage, completes, sent):
    assert update(stage, completes=completes) == sent


@pytest.mark.parametrize("stage", STAGES[1:])
@pytest.mark.parametrize("payment", Payment)
def test_payment_is_never_claimed(stage, payment):
    assert "paid" not in str(update(stage, before=reading(payment=payment)))


@pytest.mark.parametrize(
    ("tracking", "url", "sent"),
    [
        ("", "", {"tracking_number": PARCEL[0], "tracking_url": PARCEL[1]}),
        (PARCEL[0], "", {"tracking_url": PARCEL[1]}),
        (PARCEL[0], "https://elsewhere.example", {}),
        (PARCEL[0], PARCEL[1], {}),
        ("", "https://elsewhere.example", {"tracking_number": PARCEL[0]}),
    ],
)
def test_tracking_goes_only_into_fields_that_are_empty(tracking, url, sent):
    before = reading(tracking=tracking, tracking_url=url)
    assert update(Stage.SHIPPED, PARCEL, before=before) == {"status": "shipped", **sent}


def test_tracking_fields_that_were_not_shown_are_not_overwritten():
    sent = update(Stage.SHIPPED, PARCEL, before=reading(tracking=None))
    assert sent == {"status": "shipped", "notes": "Tracking: TRK1 https://courier.example/TRK1"}


def test_a_tracking_number_of_others_stays_and_ours_goes_below_the_notes():
    before = reading(tracking="HAND1", notes="ring twice")
    assert update(Stage.SHIPPED, PARCEL, before=before) == {
        "status": "shipped",
        "notes": "ring twice\nTracking: TRK1 https://courier.example/TRK1",
    }


def test_the_first_of_several_parcels_goes_into_the_field_and_the_others_below_the_notes():
    sent = update(Stage.SHIPPED, PARCEL, OTHER, before=reading(notes="ring twice"))
    assert (sent["tracking_number"], sent["tracking_url"]) == PARCEL
    assert sent["notes"] == "ring twice\nTracking: TRK2 https://courier.example/TRK2"


def test_the_parcel_that_is_in_the_field_stays_there_in_any_order_of_the_parcels():
    before = reading(tracking="TRK2", tracking_url=OTHER[1])
    assert update(Stage.SHIPPED, PARCEL, OTHER, before=before) == {
        "status": "shipped",
        "notes": "Tracking: TRK1 https://courier.example/TRK1",
    }


@pytest.mark.parametrize("before", [reading(notes=None), reading(notes="Tracking: TRK2")])
def test_notes_that_were_not_shown_or_name_the_parcel_are_not_written(before):
    assert "notes" not in update(Stage.SHIPPED, PARCEL, OTHER, before=before)


def test_an_update_without_a_note_adds_nothing_to_the_notes():
    assert "notes" not in update(Stage.SHIPPED, PARCEL, OTHER, with_note=False)


@given(
    st.text(), st.text(), st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=4), st.sampled_from(STAGES[1:])
)
def test_an_update_has_only_our_own_fields_and_keeps_the_notes(notes, tracking, parcels, stage):
    sent = update(stage, *parcels, before=reading(notes=notes, tracking=tracking))
    assert sent.keys() <= {"status", "metadata", "tracking_number", "tracking_url", "notes"}
    assert sent.get("metadata", {"fulfillment": 0}).keys() == {"fulfillment"}
    assert str(sent.get("notes", notes)).startswith(notes)
    assert not (tracking and "tracking_number" in sent)
