"""One order's trouble: it waits ever longer, and in the end a person is called."""

from dataclasses import replace
from itertools import pairwise

import pytest

from tests.support.fake_order_api import fails, ignores, moves_to, unknown
from worker.domain.errors import Conflict, Rejected, Transient
from worker.domain.instants import HOUR, SECOND
from worker.domain.orders import Done, Later, Stopped

OUTAGE = fails(Transient("service unavailable", 503))


@pytest.mark.parametrize("kind", ["read", "write"])
def test_an_outage_is_waited_out(stage, kind):
    stage.hear("order.shipped")
    stage.api.script(kind, *[OUTAGE] * 6)
    stage.live(minutes=10)
    assert stage.api.orders["1"].status == "shipped"
    assert (stage.row()["failures"], stage.row()["failing_since"], stage.row()["due"]) == (0, None, None)


def test_waits_grow_with_every_failure(stage):
    stage.hear("order.shipped")
    stage.api.script("read", *[OUTAGE] * 5)
    stage.live(minutes=2)
    reads = [call.at for call in stage.api.calls if call.kind == "read"]
    waits = [(later - earlier) // SECOND for earlier, later in pairwise(reads)]
    assert waits == [1, 2, 4, 8, 16]


def test_news_does_not_shorten_a_back_off(stage):
    stage.hear("order.shipped")
    stage.api.script("read", *[OUTAGE] * 4)
    stage.live(seconds=8)
    due = stage.row()["due"]
    assert due == stage.row()["not_before"] > stage.clock()
    stage.hear("order.delivered")
    stage.hear("hint")
    assert stage.row()["due"] == due
    assert stage.turn() is None
    stage.clock.now = due
    assert isinstance(stage.turn(), Later | Done)


def test_news_that_comes_in_during_a_failing_call_does_not_shorten_the_back_off(stage):
    stage.hear("order.shipped")

    def failing(_api, _order_id, _place):
        stage.hear("order.delivered")
        raise Transient("503")

    stage.api.script("read", failing)
    end = stage.turn()
    assert isinstance(end, Later)
    assert stage.row()["due"] == end.due > stage.clock()
    assert stage.api.reads == 1


def test_an_order_whose_step_fails_for_too_long_is_given_up(stage):
    stage.policy = replace(stage.policy, retry_for=2 * HOUR)
    stage.hear("order.shipped", key="evt")
    stage.api.script("read", *[OUTAGE] * 200)
    began = stage.clock()
    stage.live(hours=1, minutes=50)
    assert stage.row()["stop"] is None
    stage.live(minutes=30)
    assert stage.row()["stop"] == "gave_up"
    assert stage.row()["stopped_at"] >= began + 2 * HOUR
    assert stage.ends() == {"evt": "stopped"}
    assert "HTTP 503, service unavailable" in stage.row()["stop_detail"]
    reads = stage.api.reads
    stage.live(days=1)
    assert stage.api.reads == reads


def test_success_gives_an_order_all_its_patience_anew(stage):
    stage.policy = replace(stage.policy, retry_for=HOUR)
    stage.hear("order.shipped")
    stage.api.script("write", *[OUTAGE] * 4)
    stage.live(minutes=5)
    assert stage.row()["failing_since"] is None
    stage.clock.advance(days=3)
    stage.api.script("read", OUTAGE)
    stage.hear("order.delivered")
    assert isinstance(stage.turn(), Later)
    assert stage.row()["failing_since"] == stage.clock()


def test_a_good_read_is_no_success_of_a_step_that_fails(stage):
    stage.policy = replace(stage.policy, retry_for=HOUR)
    stage.hear("order.shipped")
    stage.api.script("write", *[OUTAGE] * 1000)
    stage.live(hours=2)
    assert stage.row()["stop"] == "gave_up"


def test_an_order_that_the_platform_learns_of_within_the_hour_goes_on(stage):
    stage.hear("order.shipped")
    stage.api.script("read", *[unknown] * 8)
    stage.live(minutes=59)
    assert (stage.row()["place"], stage.row()["missing_since"]) == ("shipped", None)


def test_an_order_that_the_platform_does_not_know_for_an_hour_stops(stage):
    stage.hear("order.shipped")
    stage.api.script("read", *[unknown] * 1000)
    stage.live(minutes=59, seconds=59)
    assert stage.row()["stop"] is None
    stage.live(minutes=15)
    assert stage.row()["stop"] == "unknown_order"


def test_a_conflict_is_read_again_and_the_third_stops_the_order(stage):
    stage.hear("order.shipped")
    stage.api.script("write", *[fails(Conflict("not now", 409))] * 3)
    stage.live(minutes=1)
    assert [call.kind for call in stage.api.calls] == ["read", "write"] * 3
    assert (stage.row()["stop"], stage.row()["stop_detail"]) == ("conflict", "HTTP 409, not now")


def test_conflicts_that_pass_stop_nothing(stage):
    stage.hear("order.completed")
    for _ in range(2):
        stage.api.script("write", *[fails(Conflict("not now", 409))] * 2)
        stage.api.script("write", lambda *_: None)
    stage.live(minutes=1)
    assert stage.api.orders["1"].status == "completed"


class TestRefusals:
    REFUSAL = Rejected("admin_notes is too long", 422, "validation_failed", "req_7")

    def notes(self, stage):
        return [call.noted for call in stage.api.calls if call.kind == "write"]

    def test_a_refused_write_with_our_note_is_tried_once_without_it(self, stage):
        stage.hear("shipment.picked_up", "TRK1")
        stage.api.script("write", fails(self.REFUSAL))
        assert stage.turn() == Done()
        assert self.notes(stage) == [True, False, False]
        assert stage.steps() == [("accepted", "failed"), ("accepted", "confirmed"), ("shipped", "confirmed")]

    def test_a_write_that_is_refused_without_our_note_too_stops_the_order(self, stage):
        stage.hear("shipment.picked_up", "TRK1", key="evt")
        stage.api.script("write", fails(self.REFUSAL), fails(self.REFUSAL))
        assert stage.turn() == Stopped("refused", str(self.REFUSAL))
        assert self.notes(stage) == [True, False]
        assert stage.ends() == {"evt": "stopped"}
        for word in ("admin_notes is too long", "req_7", "422"):
            assert word in stage.row()["stop_detail"]

    def test_a_refused_write_without_a_note_stops_the_order_at_once(self, stage):
        stage.hear("order.accepted")
        stage.api.script("write", fails(self.REFUSAL))
        assert isinstance(stage.turn(), Stopped)
        assert len(stage.api.writes) == 1

    def test_what_was_refused_was_not_applied_by_us(self, stage):
        stage.hear("order.accepted", key="evt")
        stage.api.script("write", fails(Conflict("409")))
        stage.turn()
        stage.api.orders["1"].status = "accepted"
        stage.live(minutes=1)
        assert stage.ends() == {"evt": "superseded"}

    def test_news_between_the_two_tries_is_read_first(self, stage):
        stage.hear("shipment.picked_up", "TRK1")

        def refused(_api, _order_id, _place):
            stage.hear("shipment.lost", "TRK1")
            raise self.REFUSAL

        stage.api.script("write", refused)
        assert isinstance(stage.turn(), Stopped)
        assert stage.row()["stop"] == "shipment_lost"
        assert self.notes(stage) == [True]


def test_one_orders_trouble_is_never_the_accounts(stage):
    stage.hear("order.shipped")
    for error in (Transient("503"), Conflict("409"), Rejected("422")):
        stage.api.script("write", fails(error), fails(error))
    stage.live(minutes=10)
    assert stage.held() == {}
    assert stage.api.probes == 0


def test_what_the_platform_said_to_a_write_stands_beside_the_step(stage):
    stage.hear("order.accepted")
    stage.api.script("write", fails(Rejected("is closed", 422, "validation_failed", "req-7")))
    stage.turn()
    assert stage.answers() == ["HTTP 422, validation_failed, is closed, request req-7"]


def test_an_answer_that_shows_less_than_was_asked_for_is_told_in_words(stage):
    stage.hear("order.accepted")
    stage.api.script("write", ignores)
    end = stage.turn()
    assert isinstance(end, Later)
    assert end.detail == "the answer to a write of accepted shows pending"


def test_an_answer_off_the_road_is_told_from_a_confirmation(stage):
    stage.hear("order.accepted")
    stage.api.script("write", moves_to("cancelled"))
    stage.turn()
    assert stage.steps() == [("accepted", "off_the_road")]


def test_a_stop_that_a_person_has_released_does_not_stop_the_order_again_and_newer_news_does(stage):
    stage.hear("shipment.lost", "TRK1")
    assert isinstance(stage.turn(), Stopped)
    stage.change(stop=None, acknowledged=1, due=stage.clock())
    assert stage.turn() == Done()
    stage.hear("shipment.lost", "TRK2")
    assert isinstance(stage.turn(), Stopped)
