"""An update for awalchat has only what we know: it claims no payment, and keeps the notes of others."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.orders import Payment, Reading
from worker.domain.results import Step
from worker.domain.stages import Stage
from worker.order_api.awalchat.updates import Composer

LATE_EVENING = 1_795_294_800_000_000  # 2026-11-21 21:00 UTC; the next day has begun in Riyadh
TRACKING = (("TRK1", "https://courier.example/TRK1"),)


def reading(**changes):
    return Reading(**{"status": "accepted", "position": Stage.ACCEPTED, "read_at": 0, **changes})


def step(stage=Stage.SHIPPED, tracking=()):
    return Step(stage, LATE_EVENING, tracking=tracking)


def compose(step, reading, with_note=True, timezone="Asia/Riyadh", branch_id=None):
    return Composer(ZoneInfo(timezone), branch_id).compose(step, reading, with_note=with_note)


def test_a_step_without_tracking_sends_only_its_status():
    assert compose(step(Stage.ACCEPTED), reading()) == {"status": "accepted"}


@pytest.mark.parametrize(
    ("payment", "sent"), [(Payment.PAID, {"payment_status": "paid"}), (Payment.UNPAID, {}), (Payment.UNKNOWN, {})]
)
def test_paid_is_sent_only_when_it_was_read(payment, sent):
    assert compose(step(Stage.ACCEPTED), reading(payment=payment)) == {"status": "accepted", **sent}


@pytest.mark.parametrize(
    ("stage", "dated"),
    [
        (Stage.ACCEPTED, {}),
        (Stage.SHIPPED, {"shipping_date": "2026-11-22"}),
        (Stage.DELIVERED, {"delivery_date": "2026-11-22"}),
        (Stage.COMPLETED, {}),
    ],
)
def test_a_step_has_its_date_in_the_accounts_time_zone(stage, dated):
    assert compose(step(stage), reading()) == {"status": stage.value, **dated}


def test_the_date_of_the_evidence_depends_on_the_time_zone():
    assert compose(step(), reading(), timezone="America/New_York")["shipping_date"] == "2026-11-21"


def test_a_date_that_the_order_has_already_is_not_changed():
    dated = reading(shipping_date="2026-11-01", delivery_date="2026-11-02")
    assert compose(step(Stage.SHIPPED), dated) == {"status": "shipped"}
    assert compose(step(Stage.DELIVERED), dated) == {"status": "delivered"}


@pytest.mark.parametrize(
    ("notes", "sent"),
    [
        ("", "Tracking: TRK1 https://courier.example/TRK1"),
        (" ring twice ", " ring twice \nTracking: TRK1 https://courier.example/TRK1"),
        ("ring twice\n", "ring twice\nTracking: TRK1 https://courier.example/TRK1"),
        ("TRK10, ATRK1", "TRK10, ATRK1\nTracking: TRK1 https://courier.example/TRK1"),
    ],
)
def test_tracking_is_added_below_the_notes_that_were_read(notes, sent):
    assert compose(step(tracking=TRACKING), reading(notes=notes))["admin_notes"] == sent


@pytest.mark.parametrize("notes", ["Tracking: TRK1 https://courier.example/TRK1", "sent as TRK1.", "(TRK1)"])
def test_tracking_that_the_notes_have_already_is_not_added_again(notes):
    assert "admin_notes" not in compose(step(tracking=TRACKING), reading(notes=notes))


def test_notes_that_were_not_shown_are_not_overwritten():
    assert "admin_notes" not in compose(step(tracking=TRACKING), reading(notes=None))


def test_an_update_without_a_note_adds_nothing_to_the_notes():
    assert "admin_notes" not in compose(step(tracking=TRACKING), reading(notes="ring twice"), with_note=False)


def test_only_the_parcels_that_the_notes_do_not_name_are_added():
    both = (("TRK1", ""), ("TRK2", "https://courier.example/TRK2"))
    sent = compose(step(tracking=both), reading(notes="Tracking: TRK1"))["admin_notes"]
    assert sent == "Tracking: TRK1\nTracking: TRK2 https://courier.example/TRK2"


def test_parcels_that_do_not_fit_come_with_the_next_step():
    parcels = tuple((f"TRK{n:03}", "") for n in range(40))
    first = compose(step(tracking=parcels), reading())["admin_notes"]
    second = compose(step(tracking=parcels), reading(notes=first))["admin_notes"]
    assert [line.count("TRK") for line in second.splitlines()] == [24, 16]


def test_a_number_is_added_without_its_url_when_both_do_not_fit():
    assert compose(step(tracking=(("TRK1", "https://x/" + "y" * 190),)), reading())["admin_notes"] == "Tracking: TRK1"


@given(st.text(st.characters(exclude_categories=["Cs"])), st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_the_notes_of_others_stay_and_our_note_is_one_clean_line_written_once(notes, tracking):
    parcels = step(tracking=tuple(tracking))
    sent = compose(parcels, reading(notes=notes)).get("admin_notes")
    if sent is None:
        return
    assert sent.startswith(notes)
    line = sent[len(notes) :].removeprefix("\n")
    assert len(line) <= 200
    assert line.isprintable() or not any(ord(character) < 32 for character in line)
    again = compose(parcels, reading(notes=sent)).get("admin_notes", sent)
    assert line not in again[len(sent) :]


def test_the_branch_is_sent_when_one_is_configured():
    assert compose(step(Stage.ACCEPTED), reading(), branch_id=3)["branch_id"] == 3
