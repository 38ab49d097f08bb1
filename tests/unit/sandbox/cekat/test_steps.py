"""The steps of orders at Cekat, and what an update keeps, replaces and loses."""

import pytest

STAGES = ["pending", "paid", "processing", "shipped", "delivered"]
TERMINAL = ["cancelled", "refunded"]
STATUSES = [*STAGES, *TERMINAL]
FORWARD = {(STAGES[i], STAGES[i + stages_ahead]) for stages_ahead in (1, 2) for i in range(len(STAGES) - stages_ahead)}
TO_TERMINAL = {(current, target) for current in [*STAGES, "completed"] for target in TERMINAL}


@pytest.mark.parametrize("target", STATUSES)
@pytest.mark.parametrize("current", [*STATUSES, "completed"])
def test_an_update_moves_an_order_one_or_two_stages_or_to_a_terminal_status(api, current, target):
    api.add_order(status=current)
    response = api.put(1, status=target)
    totals = api.totals()
    if (current, target) in FORWARD | TO_TERMINAL:
        assert (response.status, api.stored_order()["status"], totals["transitions"]) == (200, target, 1)
    elif current == target and current in STAGES:
        assert (response.status, totals["repeat"], totals["transitions"]) == (200, 1, 0)
    else:
        assert (response.status, totals["illegal"], totals["applied"]) == (409, 1, 0)
        assert api.stored_order()["status"] == current


def test_an_illegal_step_leaves_all_other_fields_unchanged(api):
    before = api.add_order(notes="ring twice", metadata={"gift": True})
    assert api.put(1, status="delivered", notes="lost", metadata={"gift": False}).status == 409
    assert api.stored_order() == before
    assert (api.totals()["notes_lost"], api.totals()["metadata_lost"]) == (0, 0)


def test_an_update_without_status_is_no_step(api):
    api.add_order(status="paid")
    assert api.put(1, tracking_number="TRK1", tracking_url="https://track.example/TRK1").status == 200
    assert (api.stored_order()["status"], api.stored_order()["tracking_number"]) == ("paid", "TRK1")
    assert [api.totals()[count] for count in ("applied", "transitions", "repeat", "illegal")] == [1, 0, 0, 0]


@pytest.mark.parametrize("status", TERMINAL)
def test_an_order_with_a_terminal_status_allows_no_update(api, status):
    before = api.add_order(status=status)
    assert [api.put(1, **fields).status for fields in ({"status": status}, {"notes": "x"}, {})] == [409] * 3
    assert (api.stored_order(), api.totals()["illegal"]) == (before, 3)


def test_a_repeat_updates_the_other_fields(api):
    api.add_order(status="shipped")
    assert api.put(1, status="shipped", tracking_number="TRK1").json["data"]["tracking_number"] == "TRK1"
    assert (api.totals()["repeat"], len(api.stored_order()["status_history"])) == (1, 1)


def test_the_history_has_every_change_of_status_by_an_update_or_manually(api, clock):
    clock.now_s = 1706193000
    api.add_order()
    clock.now_s += 60
    api.put(1, status="paid")
    clock.now_s += 60
    api.control("PATCH", "/orders/1", {"status": "on hold"})
    assert api.get(1).json["data"]["status_history"] == [
        {"status": "pending", "timestamp": "2024-01-25T14:30:00Z"},
        {"status": "paid", "timestamp": "2024-01-25T14:31:00Z"},
        {"status": "on hold", "timestamp": "2024-01-25T14:32:00Z"},
    ]


def test_an_update_keeps_the_fields_that_it_does_not_send(api):
    before = api.add_order(
        notes="ring twice", metadata={"gift": True}, tracking_number="TRK1", shipping_address="Home 1"
    )
    api.put(1, status="paid")
    after = api.stored_order()
    changed = {"status", "status_history", "updated_at"}
    assert {key: after[key] for key in after if key not in changed} == {
        key: before[key] for key in before if key not in changed
    }


@pytest.mark.parametrize(
    ("before", "sent", "lost"),
    [
        ("ring twice", "ring twice\nTRK1", 0),
        ("ring twice", "TRK1\nring twice", 0),
        ("ring twice", "TRK1", 1),
        ("ring twice", "", 1),
        ("", "TRK1", 0),
        (None, "TRK1", 0),
    ],
)
def test_notes_replace_all_notes_and_lost_notes_are_counted(api, before, sent, lost):
    api.add_order(notes=before)
    api.put(1, notes=sent)
    assert (api.stored_order()["notes"], api.totals()["notes_lost"]) == (sent, lost)


def test_metadata_is_merged_by_key_and_the_whole_value_of_a_key_is_replaced(api):
    api.add_order(metadata={"gift": {"card": "yes", "wrap": "no"}, "shop": 7})
    api.put(1, metadata={"gift": {"wrap": "red"}, "tracking": ["TRK1"]})
    assert api.stored_order()["metadata"] == {"gift": {"wrap": "red"}, "shop": 7, "tracking": ["TRK1"]}


def test_metadata_is_lost_when_an_update_changes_a_key_of_the_creation_or_of_a_manual_change(api):
    api.add_order(metadata={"shop": 7})
    api.control("PATCH", "/orders/1", {"metadata": {"shop": 7, "gift": True}})
    losses = []
    for sent in ({"shop": 7, "gift": True}, {"worker": 1}, {"worker": 2}, {"shop": 8}, {"gift": None, "shop": 9}):
        api.put(1, metadata=sent)
        losses.append(api.totals()["metadata_lost"])
    assert losses == [0, 0, 0, 1, 2]


def test_an_update_may_change_a_key_that_an_update_wrote_until_a_manual_change_writes_it(api):
    api.add_order()
    api.put(1, metadata={"worker": 1})
    api.control("PATCH", "/orders/1", {"metadata": {"worker": 1, "gift": True}})
    api.put(1, metadata={"worker": 2})
    assert api.totals()["metadata_lost"] == 0
    api.control("PATCH", "/orders/1", {"metadata": {"worker": 3}})
    assert [api.put(1, metadata={"gift": gift}).status for gift in (False, True)] == [200, 200]
    assert api.totals()["metadata_lost"] == 0
    api.put(1, metadata={"worker": 4})
    assert api.totals()["metadata_lost"] == 1
