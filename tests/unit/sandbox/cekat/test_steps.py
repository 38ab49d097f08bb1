"""Which steps an order takes at Cekat, and what of it an update leaves, replaces or destroys."""

import pytest

ROAD = ["pending", "paid", "processing", "shipped", "delivered"]
EVERYWHERE = [*ROAD, "cancelled", "refunded"]
AHEAD = {(ROAD[at], ROAD[at + places]) for places in (1, 2) for at in range(len(ROAD) - places)}
OFF = {(at, off) for at in [*ROAD, "completed"] for off in ("cancelled", "refunded")}


@pytest.mark.parametrize("wanted", EVERYWHERE)
@pytest.mark.parametrize("current", [*EVERYWHERE, "completed"])
def test_an_order_goes_one_place_or_two_ahead_or_off_the_road(api, current, wanted):
    api.order(status=current)
    answer = api.put(1, status=wanted)
    totals = api.totals()
    if (current, wanted) in AHEAD | OFF:
        assert (answer.code, api.seen()["status"], totals["transitions"]) == (200, wanted, 1)
    elif current == wanted and current in ROAD:
        assert (answer.code, totals["repeat"], totals["transitions"]) == (200, 1, 0)
    else:
        assert (answer.code, totals["illegal"], totals["applied"]) == (409, 1, 0)
        assert api.seen()["status"] == current


def test_an_illegal_step_changes_nothing_else_either(api):
    before = api.order(notes="ring twice", metadata={"gift": True})
    assert api.put(1, status="delivered", notes="lost", metadata={"gift": False}).code == 409
    assert api.seen() == before
    assert (api.totals()["notes_lost"], api.totals()["metadata_lost"]) == (0, 0)


def test_an_update_without_status_is_no_step(api):
    api.order(status="paid")
    assert api.put(1, tracking_number="TRK1", tracking_url="https://track.example/TRK1").code == 200
    assert (api.seen()["status"], api.seen()["tracking_number"]) == ("paid", "TRK1")
    assert [api.totals()[count] for count in ("applied", "transitions", "repeat", "illegal")] == [1, 0, 0, 0]


@pytest.mark.parametrize("final", ["cancelled", "refunded"])
def test_nothing_changes_an_order_that_is_final(api, final):
    before = api.order(status=final)
    assert [api.put(1, **fields).code for fields in ({"status": final}, {"notes": "x"}, {})] == [409] * 3
    assert (api.seen(), api.totals()["illegal"]) == (before, 3)


def test_a_repeat_brings_its_other_fields_along(api):
    api.order(status="shipped")
    assert api.put(1, status="shipped", tracking_number="TRK1").json["data"]["tracking_number"] == "TRK1"
    assert (api.totals()["repeat"], len(api.seen()["status_history"])) == (1, 1)


def test_every_change_of_status_is_history_whoever_made_it(api, clock):
    clock.now = 1706193000
    api.order()
    clock.now += 60
    api.put(1, status="paid")
    clock.now += 60
    api.control("PATCH", "/orders/1", {"status": "on hold"})
    assert api.get(1).json["data"]["status_history"] == [
        {"status": "pending", "timestamp": "2024-01-25T14:30:00Z"},
        {"status": "paid", "timestamp": "2024-01-25T14:31:00Z"},
        {"status": "on hold", "timestamp": "2024-01-25T14:32:00Z"},
    ]


def test_fields_that_are_not_sent_stay(api):
    before = api.order(notes="ring twice", metadata={"gift": True}, tracking_number="TRK1", shipping_address="Home 1")
    api.put(1, status="paid")
    after = api.seen()
    kept = {"status", "status_history", "updated_at"}
    assert {key: after[key] for key in after if key not in kept} == {
        key: before[key] for key in before if key not in kept
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
def test_notes_replace_all_notes_and_those_that_are_lost_are_counted(api, before, sent, lost):
    api.order(notes=before)
    api.put(1, notes=sent)
    assert (api.seen()["notes"], api.totals()["notes_lost"]) == (sent, lost)


def test_metadata_is_merged_by_key_and_each_key_is_replaced_whole(api):
    api.order(metadata={"gift": {"card": "yes", "wrap": "no"}, "shop": 7})
    api.put(1, metadata={"gift": {"wrap": "red"}, "tracking": ["TRK1"]})
    assert api.seen()["metadata"] == {"gift": {"wrap": "red"}, "shop": 7, "tracking": ["TRK1"]}


def test_metadata_is_lost_when_an_update_changes_what_a_creation_or_a_hand_wrote(api):
    api.order(metadata={"shop": 7})
    api.control("PATCH", "/orders/1", {"metadata": {"shop": 7, "gift": True}})
    losses = []
    for sent in ({"shop": 7, "gift": True}, {"worker": 1}, {"worker": 2}, {"shop": 8}, {"gift": None, "shop": 9}):
        api.put(1, metadata=sent)
        losses.append(api.totals()["metadata_lost"])
    assert losses == [0, 0, 0, 1, 2]


def test_a_key_that_an_update_wrote_is_its_client_s_until_a_hand_writes_it(api):
    api.order()
    api.put(1, metadata={"worker": 1})
    api.control("PATCH", "/orders/1", {"metadata": {"worker": 1, "gift": True}})
    api.put(1, metadata={"worker": 2})
    assert api.totals()["metadata_lost"] == 0
    api.control("PATCH", "/orders/1", {"metadata": {"worker": 3}})
    assert [api.put(1, metadata={"gift": gift}).code for gift in (False, True)] == [200, 200]
    assert api.totals()["metadata_lost"] == 0
    api.put(1, metadata={"worker": 4})
    assert api.totals()["metadata_lost"] == 1
