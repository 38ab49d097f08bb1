"""Batches: one event for each element, on one level or two, and only the newest one."""

import json

import pytest

from tests.support.invented import delivery, flaws, names, opened, profile
from webhook_receiver.profiles.engine.documents import MAX_ELEMENTS
from worker.domain.reasons import QuarantineReason
from worker.ports import Delivery

ROWS = 'rows = [["D", "delivered"], ["P", "picked_up"], ["T", "in_transit"], ["I", "info"]]'
FLAT = profile(
    document='each = "items[]"',
    read='number = "items[].ref"\nnote = "batch.note"\ntime = "items[].at"',
    status=f'from = "items[].state"\n{ROWS}',
)
TOP = profile(document='each = "[]"', read='number = "[].ref"', status=f'from = "[].state"\n{ROWS}')
NESTED = profile(
    document='each = "[].Scans[]"',
    read='number = "[].Reference"\ntracking = "[].AWB"\nid = "[].Scans[].id"\ntime = "[].Scans[].at"',
    status=f'from = "[].Scans[].type"\n{ROWS}',
)
LATEST = profile(
    document='each = "history[]"\npick = "latest"',
    read='number = "ref"\ntime = "history[].at"',
    status=f'from = "history[].state"\n{ROWS}',
)


def item(state: object, number: object = 1, **fields: object) -> dict[str, object]:
    return {"state": state, "ref": number} | fields


def orders(result: Delivery) -> list[str]:
    return [event.order.order_id for event in result.events]


def test_each_element_is_an_event_in_the_order_of_the_document():
    result = delivery(FLAT, {"items": [item("P", 1), item("D", 2), item("T", 3)], "batch": {"note": "all"}})
    assert names(result) == ["picked_up", "delivered", "in_transit"]
    assert orders(result) == ["number:1", "number:2", "number:3"]
    assert {event.note for event in result.events} == {"all"}


def test_an_array_may_be_at_the_top():
    assert orders(delivery(TOP, [item("D", 7), item("D", 8)])) == ["number:7", "number:8"]


def test_the_scans_of_each_parcel_are_events_of_that_parcel():
    parcels = [
        {"AWB": "A", "Reference": "1", "Scans": [{"id": "s1", "type": "P"}, {"id": "s2", "type": "D"}]},
        {"AWB": "B", "Reference": "2", "Scans": []},
        {"AWB": "C", "Reference": "3"},
        {"AWB": "E", "Reference": "5", "Scans": None},
        {"AWB": "D", "Reference": "4", "Scans": [{"id": "s3", "type": "T"}]},
    ]
    result = delivery(NESTED, parcels)
    assert [(event.tracking, event.key, event.order.order_id) for event in result.events] == [
        ("A", "s1", "number:1"),
        ("A", "s2", "number:1"),
        ("D", "s3", "number:4"),
    ]
    assert result.unusable is None


def test_a_bad_element_has_its_problem_and_the_good_ones_are_read_nevertheless():
    items = [item("P", 1), item("unheard of", 2), item("D", 1.5), item("I", 3), item("D", 4)]
    result = delivery(FLAT, {"items": items})
    assert (result.unusable, result.detail) == (QuarantineReason.UNKNOWN_EVENT, "unheard of")
    assert orders(result) == ["number:1", "number:4"]


@pytest.mark.parametrize("odd", [None, 7, "x", True, [], {}, [{"state": "D", "ref": "1"}]])
def test_an_element_that_is_no_object_has_a_problem(odd: object):
    result = delivery(FLAT, {"items": [odd, item("D", 4)]})
    assert (result.unusable, result.detail) == (QuarantineReason.UNKNOWN_EVENT, "the status is missing")
    assert orders(result) == ["number:4"]


@pytest.mark.parametrize("odd", [7, "x", True, {"id": "s1", "type": "P"}, {}])
def test_inner_elements_that_are_no_list_have_a_problem(odd: object):
    parcels = [{"AWB": "A", "Reference": "1", "Scans": odd}, {"AWB": "B", "Reference": "2", "Scans": [{"type": "D"}]}]
    result = delivery(NESTED, parcels)
    assert result.unusable is QuarantineReason.UNKNOWN_EVENT
    assert orders(result) == ["number:2"]


@pytest.mark.parametrize("odd", [{}, {"items": None}, {"items": {}}, {"items": "x"}, {"items": 7}, [], None, "x"])
def test_a_document_without_the_list_is_quarantined_with_the_path(odd: object):
    result = delivery(FLAT, odd)
    assert (result.unusable, result.detail) == (QuarantineReason.NO_LIST, "items[] leads to no list")


def test_an_object_where_the_array_at_the_top_should_be_is_quarantined():
    assert delivery(TOP, item("D")).unusable is QuarantineReason.NO_LIST


def test_an_empty_list_is_of_no_interest():
    for chosen, document in ((FLAT, {"items": []}), (TOP, []), (LATEST, {"history": []})):
        result = delivery(chosen, document)
        assert (result.events, result.unusable) == ((), None)


def test_a_thousand_elements_are_read_and_no_more():
    assert len(delivery(TOP, [item("D", number) for number in range(MAX_ELEMENTS)]).events) == MAX_ELEMENTS
    result = delivery(TOP, [item("D", number) for number in range(MAX_ELEMENTS + 1)])
    assert (result.unusable, result.events) == (QuarantineReason.TOO_MANY_ELEMENTS, ())
    assert "[] has more than 1000 elements" in result.detail


def test_inner_elements_are_counted_together():
    parcels = [{"AWB": str(number), "Scans": [{"type": "T"}] * 501} for number in range(2)]
    assert delivery(NESTED, parcels).unusable is QuarantineReason.TOO_MANY_ELEMENTS


def test_a_single_index_takes_one_element_without_each():
    chosen = profile(read='number = "ref"\ntime = "history[-1].at"', status=f'from = "history[-1].state"\n{ROWS}')
    assert names(delivery(chosen, {"ref": "1", "history": [{"state": "P"}, {"state": "D"}]})) == ["delivered"]


@pytest.mark.parametrize("turned", [False, True])
def test_only_the_newest_element_is_read_whatever_the_order(turned: bool):
    history = [
        {"state": "P", "at": "2026-11-27T10:00:00Z"},
        {"state": "D", "at": "2026-11-27T15:00:00+03:00"},
        {"state": "T", "at": "2026-11-27T11:00:00Z"},
    ]
    result = delivery(LATEST, {"ref": "1", "history": history[::-1] if turned else history})
    assert names(result) == ["delivered"]


def test_elements_that_share_the_newest_time_are_all_read():
    history = [
        {"state": "P", "at": "2026-11-27T10:00:00Z"},
        {"state": "T", "at": "2026-11-27T12:00:00Z"},
        {"state": "D", "at": "2026-11-27T14:00:00+02:00"},
    ]
    assert names(delivery(LATEST, {"ref": "1", "history": history})) == ["in_transit", "delivered"]


@pytest.mark.parametrize("time", [None, "", "soon", 1.5, {}])
def test_without_any_readable_time_all_elements_are_read(time: object):
    history = [{"state": "P", "at": time}, {"state": "D", "at": time}]
    assert names(delivery(LATEST, {"ref": "1", "history": history})) == ["picked_up", "delivered"]


def test_an_element_without_a_readable_time_is_read_because_it_may_be_the_newest():
    history = [
        {"state": "P", "at": "2026-11-27T10:00:00Z"},
        {"state": "D", "at": "soon"},
        {"state": "T", "at": "2026-11-27T09:00:00Z"},
        {"state": "P"},
    ]
    result = delivery(LATEST, {"ref": "1", "history": history})
    assert names(result) == ["picked_up", "delivered", "picked_up"]


def test_the_newest_element_that_is_of_interest_is_read():
    chosen = profile(
        document='each = "history[]"\npick = "latest"\nskip = { "history[].internal" = [true] }',
        read='number = "ref"\ntime = "history[].at"',
        status=f'from = "history[].state"\n{ROWS}',
    )
    history = [
        {"state": "D", "at": "2026-11-27T10:00:00Z"},
        {"state": "T", "at": "2026-11-27T12:00:00Z", "internal": True},
    ]
    assert names(delivery(chosen, {"ref": "1", "history": history})) == ["delivered"]


def test_a_newest_element_whose_status_has_no_text_has_the_problem():
    history = [{"state": "P", "at": "2026-11-27T10:00:00Z"}, {"state": 1.5, "at": "2026-11-27T12:00:00Z"}]
    assert delivery(LATEST, {"ref": "1", "history": history}).unusable is QuarantineReason.UNKNOWN_EVENT


def test_the_steps_of_every_element_are_shown_with_its_position():
    body = json.dumps({"items": [item("P", 1), item("unheard of", 2)]}).encode()
    first, second = opened(FLAT).readings(body, 0)
    assert (first.position, second.position) == ((0,), (1,))
    assert (first.problem, second.problem) == (None, QuarantineReason.UNKNOWN_EVENT)


@pytest.mark.parametrize("key", ["id", "key"])
def test_what_recognises_repeats_must_differ_from_element_to_element(key: str):
    read = f'number = "parcels[].ref"\n{key} = "batch"'
    status = 'from = "parcels[].state"\nrows = [["D", "delivered"]]'
    sentence = f"read.{key} is the same for all elements: one of its paths must have []"
    assert flaws(document='each = "parcels[]"', read=read, status=status) == (sentence,)
    times = f'{read}\ntime = "parcels[].at"'
    assert flaws(document='each = "parcels[]"\npick = "latest"', read=times, status=status) == ()
    read, status = times.replace("parcels[]", "p[].s[]"), status.replace("parcels[]", "p[].s[]")
    assert flaws(document='each = "p[].s[]"\npick = "latest"', read=read, status=status) == (sentence,)


def test_the_newest_scan_of_each_parcel_is_its_news():
    newest = profile(
        document='each = "parcels[].scans[]"\npick = "latest"',
        read='number = "parcels[].ref"\ntime = "parcels[].scans[].at"',
        status=f'from = "parcels[].scans[].state"\n{ROWS}',
    )
    early, late = {"state": "P", "at": "2026-11-27T08:00:00Z"}, {"state": "D", "at": "2026-11-28T08:00:00Z"}
    parcels = [{"ref": 1, "scans": [early, late]}, {"ref": 2, "scans": [early]}, {"ref": 3, "scans": [late, early]}]
    result = delivery(newest, {"parcels": parcels})
    assert orders(result) == ["number:1", "number:2", "number:3"]
    assert names(result) == ["delivered", "picked_up", "delivered"]


def test_of_several_problems_an_unknown_status_is_named_because_a_setting_heals_it():
    result = delivery(FLAT, {"items": [item("D", None), item("X?"), item("Y?"), item("D", 4)]})
    assert (result.unusable, result.detail, orders(result)) == ("unknown_event", "X?", ["number:4"])
