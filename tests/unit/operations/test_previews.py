"""What one act would do: the sentence of `--dry-run`, and whether it completes the order, which cannot be undone."""

import pytest

from tests.support.clock import START
from tests.support.events import an_event
from tests.support.snapshots import AT_ONCE, SETTLED, snapshot
from worker.domain.errors import IllegalRequest
from worker.domain.instants import DAY, HOUR
from worker.domain.policy import Policy
from worker.domain.stages import Stage
from worker.operations.bulk import Act
from worker.operations.previews import preview, preview_advance, require_as_seen

STOPPED = {"stop": "refused", "stopped_at": START - HOUR}
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
