"""What one act would do: the sentence of `--dry-run`, and whether it completes the order, which cannot be undone."""

from typing import Any

import pytest

from tests.support.clock import START
from tests.support.events import an_event
from tests.support.snapshots import AT_ONCE, SETTLED, snapshot
from worker.domain.errors import IllegalRequest
from worker.domain.events import OPERATOR
from worker.domain.instants import DAY, HOUR
from worker.domain.policy import Policy
from worker.domain.stages import Stage
from worker.operations.bulk import Act
from worker.operations.previews import (
    preview,
    preview_advance,
    preview_assign,
    preview_drop,
    preview_remove,
    require_as_seen,
)

STOPPED: dict[str, Any] = {"stop": "refused", "stopped_at": START - HOUR}
WAITS_TO_COMPLETE = Policy(complete_after=DAY)


def test_a_release_that_completes_the_order_is_final():
    delivered = snapshot(an_event("shipment.delivered", "A"), **STOPPED)
    assert preview(delivered, Act.RELEASE, AT_ONCE).is_final
    assert not preview(delivered, Act.RELEASE, WAITS_TO_COMPLETE).is_final
    assert not preview(delivered, Act.CLOSE, AT_ONCE).is_final


def test_an_advance_is_shown_with_the_steps_that_follow():
    follows = preview_advance(snapshot(**SETTLED), Stage.SHIPPED, AT_ONCE)
    assert follows.sentence == "the platform is read, then asked for shipped"
    assert not follows.is_final


@pytest.mark.parametrize(("stage", "policy"), [(Stage.COMPLETED, WAITS_TO_COMPLETE), (Stage.DELIVERED, AT_ONCE)])
def test_an_advance_that_completes_the_order_is_final(stage, policy):
    assert preview_advance(snapshot(**SETTLED), stage, policy).is_final


def test_a_preview_changes_nothing_of_the_order():
    seen = snapshot(**SETTLED)
    preview_advance(seen, Stage.SHIPPED, AT_ONCE)
    assert seen.events == ()


def test_an_order_that_has_changed_since_the_look_is_refused():
    seen = snapshot(**STOPPED)
    require_as_seen(seen, seen.row.updated_at, "refused")
    for changed in ((seen.row.updated_at - 1, "refused"), (seen.row.updated_at, "")):
        with pytest.raises(IllegalRequest, match="has changed since you looked at it"):
            require_as_seen(seen, *changed)


def test_putting_away_the_last_missing_parcel_is_final_if_it_completes_the_order():
    arrived, missing = an_event("shipment.delivered", "A"), an_event("shipment.created", "B")
    assert preview_drop(snapshot(arrived, missing, **SETTLED), "B", AT_ONCE).is_final
    assert not preview_drop(snapshot(missing, **SETTLED), "B", AT_ONCE).is_final


def test_removing_the_last_missing_parcel_is_final_if_it_completes_the_order():
    arrived, misprint = an_event("shipment.delivered", "A"), an_event("shipment.created", "B", source=OPERATOR)
    assert preview_remove(snapshot(arrived, misprint, **SETTLED), "B", AT_ONCE).is_final


def test_a_stopped_order_stays_stopped():
    follows = preview_drop(snapshot(an_event("shipment.lost", "A"), **STOPPED), "A", AT_ONCE)
    assert follows.sentence == "the order stays stopped (refused) until somebody releases it"


def test_an_assignment_shows_what_follows_from_the_news_of_that_source():
    told = an_event("shipment.picked_up", "A", source="fastbox", restricted=True)
    carried = snapshot(told, order={"carrier": "slowbox"}, **SETTLED)
    assert preview_assign(carried, "fastbox", AT_ONCE).sentence == "the platform is read, then asked for shipped"
