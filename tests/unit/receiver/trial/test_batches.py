"""A trial of a batch sees what no single element shows: a key that comes twice, and a path to one element for all."""

import pytest

from tests.support.invented import profile
from tests.support.trials import reading_of, step, steps
from webhook_receiver.profiles.engine.paths import parse_path
from webhook_receiver.profiles.schema.model import ProfileFile
from webhook_receiver.profiles.trial.batches import per_element
from webhook_receiver.profiles.trial.steps import Outcome, Trial


def zephyr(read: str) -> ProfileFile:
    return profile(
        document='each = "[].scans[]"',
        read=read,
        status='from = "[].scans[].state"\nrows = [["P", "picked_up"], ["D", "delivered"]]',
    )


ID = 'number = "[].shipment.ref"\ntracking = "[].shipment.awb"\nid = "[].shipment.awb"'


def parcel(ref: str, awb: str, *states: str) -> dict[str, object]:
    return {"shipment": {"ref": ref, "awb": awb}, "scans": [{"state": state} for state in states]}


def test_two_events_with_one_id_are_quarantined_as_the_database_would():
    trial = reading_of(zephyr(ID), [parcel("7", "T1", "P", "D"), parcel("8", "T2", "P")])
    assert (trial.outcome, trial.reason) == (Outcome.QUARANTINED, "key_reused")
    reused = step(trial, "quarantine", "[0][1]")
    assert reused.text == "key_reused: [0][1] has the same key as [0][0] and says something else"
    assert reused.advice == (
        "read.id ([].shipment.awb) names the parcel, not the event: remove it, or write read.key instead",
    )
    assert not reused.is_well
    assert [event.tracking for event in trial.events] == ["T1", "T2"]


def test_a_key_of_too_few_fields_is_answered_by_what_to_add():
    trial = reading_of(zephyr(ID.replace("\nid", "\nkey")), [parcel("7", "T1", "P", "D")])
    assert step(trial, "quarantine", "[0][1]").advice == (
        "read.key has the same fields in both: add what differs, such as the status and the time",
    )


def test_an_id_that_is_not_there_is_not_to_blame():
    read = ID.replace("\nid", "\nkey") + '\nid = "[].scans[].id"'
    (sentence,) = step(reading_of(zephyr(read), [parcel("7", "T1", "P", "D")]), "quarantine", "[0][1]").advice
    assert sentence.startswith("read.key has the same fields in both")


def test_the_same_event_counts_once():
    trial = reading_of(zephyr(ID), [parcel("7", "T1", "D", "D")])
    assert (trial.outcome, len(trial.events)) == (Outcome.ACCEPTED, 1)
    assert step(trial, "repeat", "[0][1]").text == "the same event as [0][0]: it counts once"
    assert not steps(trial, "repeat", "[0][0]")


@pytest.mark.parametrize("other", [parcel("8", "T1", "D"), parcel("7", "T2", "D"), parcel("7", "T1", "P")])
def test_another_order_event_or_tracking_number_is_another_event(other: dict[str, object]):
    read = ID.replace('id = "[].shipment.awb"', 'key = "[].kind"')
    documents = [{"kind": "x", **parcel("7", "T1", "D")}, {"kind": "x", **other}]
    assert reading_of(zephyr(read), documents).reason == "key_reused"


def test_the_first_problem_of_another_kind_is_the_reason():
    trial = reading_of(zephyr(ID), [parcel("7", "T1", "P", "D", "X")])
    assert trial.reason == "unknown_event"


# --------------------------------------------------------------------------------------- paths to one element for all


def order(read: str) -> Trial:
    return reading_of(zephyr(read), [parcel("7", "T1", "P"), parcel("8", "T2", "D")])


def test_a_field_of_every_element_is_proposed_with_brackets():
    chosen = profile(
        document='each = "data[]"', read='number = "shipment.ref"', status='from = "data[].s"\nrows = [["D", "lost"]]'
    )
    trial = reading_of(chosen, {"data": [{"s": "D", "shipment": {"ref": "7"}}, {"s": "D"}]})
    (sentence,) = step(trial, "quarantine", "[0]").advice
    assert sentence == "shipment.ref leads to nothing; there is data[].shipment.ref"
    trial = order('number = "[].shipments.ref"')
    (sentence,) = step(trial, "quarantine", "[1][0]").advice
    assert sentence == "[].shipments.ref leads to nothing; there is [].shipment.ref"


@pytest.mark.parametrize(("path", "element"), [("[0].shipment.ref", "7"), ("[-1].shipment.ref", "8")])
def test_a_fixed_index_gives_all_elements_the_field_of_one(path: str, element: str):
    trial = order(f'number = "{path}"\ntracking = "[0].shipment.awb"')
    shown = step(trial, "order", "[1][0]")
    assert shown.text == f'{path} "{element}" → number:{element}'
    assert shown.advice == (f"{path} is the field of one element, and all elements get it: write [].shipment.ref",)
    assert step(trial, "tracking", "[1][0]").advice == (
        "[0].shipment.awb is the field of one element, and all elements get it: write [].shipment.awb",
    )


def test_a_field_of_the_whole_document_is_said_to_be_shared_and_is_no_mistake():
    chosen = profile(document='each = "scans[]"', status='from = "scans[].s"\nrows = [["D", "lost"]]')
    assert step(order(ID), "order", "[1][0]").text == '[1].shipment.ref "8" → number:8'
    shown = step(reading_of(chosen, {"ref": "7", "scans": [{"s": "D"}]}), "order", "[0]")
    assert (shown.text, shown.advice) == ('ref "7" → number:7, which all elements share', ())


@pytest.mark.parametrize(
    ("path", "each", "expected"),
    [
        ("[0].a", "[]", "[].a"),
        ("[0].b[1].c", "[].b[]", "[].b[].c"),
        ("[].b[1].c", "[].b[]", "[].b[].c"),
        ("[2].x[1].c", "[].b[]", "[].x[1].c"),
        ("d.i[3]", "d.i[]", "d.i[]"),
        ("e.i[3].x", "d.i[]", "e.i[3].x"),
        ("d", "d.i[]", "d"),
    ],
)
def test_only_indexes_into_the_list_of_the_elements_become_brackets(path: str, each: str, expected: str):
    assert per_element(parse_path(path), parse_path(each)).text == expected
    assert per_element(parse_path(path), None).text == path
