"""A write is under way until its answer, or a read, shows what became of it; until then it is uncertain."""

from tests.support.clock import START
from tests.support.decisions import MANUAL, decided, order_at, saying, shows
from tests.support.stories import KEY, recorded
from worker.domain.evidence import weigh
from worker.domain.instants import SECOND
from worker.domain.lifecycle import confirm, decide, observe, settle
from worker.domain.orders import Order
from worker.domain.reasons import WaitReason
from worker.domain.results import Done, Later, Step
from worker.domain.stages import STAGES

_, ACCEPTED, SHIPPED, DELIVERED, _ = STAGES


class TestUncertainWrites:
    def sent(self, stage, at=START, **known):
        return Order(KEY, revision=1, sending=stage, sent_at=at, **known)

    def test_the_same_step_may_be_sent_again(self):
        assert decided(self.sent(SHIPPED), shows("accepted"), saying("delivered")) == Step(
            SHIPPED, START, inferred=True
        )

    def test_no_further_step_is_sent_until_the_write_can_no_longer_be_applied(self):
        order, reading = self.sent(SHIPPED), shows("shipped", START + SECOND)
        assert observe(order, reading).sending is None
        assert decided(order, reading, saying("delivered"), now=START + SECOND) == Later(
            START + MANUAL.settle, WaitReason.SETTLE, "an earlier write may still be applied"
        )
        assert isinstance(decided(order, reading, saying("delivered"), now=START + MANUAL.settle), Step)

    def test_a_confirmed_repeat_does_not_settle_the_write_that_hung(self):
        order = observe(self.sent(SHIPPED), shows("accepted", START + SECOND))
        order = confirm(order, shows("shipped", START + 2 * SECOND))
        assert (order.sending, order.confirmed_at) == (None, START + 2 * SECOND)
        found = decide(order, weigh(recorded(saying("delivered"))), shows("shipped"), MANUAL, START + 3 * SECOND)
        assert isinstance(found, Later)
        assert found.due == START + MANUAL.settle

    def test_a_step_that_is_no_longer_wanted_is_looked_at_once_it_cannot_be_applied_any_more(self):
        order = self.sent(DELIVERED)
        assert isinstance(decided(order, shows("shipped"), now=START), Later)
        assert decided(order, shows("shipped"), now=START + MANUAL.settle) == Done()

    def test_an_ending_forgets_what_was_sent(self):
        order = observe(self.sent(SHIPPED), shows("cancelled"))
        assert (order.sending, order.sent_at) == (None, None)


def test_a_confirmed_write_leaves_nothing_under_way():
    confirmed = confirm(order_at("pending", sending=ACCEPTED, sent_at=START), shows("accepted"))
    assert (confirmed.stage, confirmed.sending, confirmed.sent_at, confirmed.uncertain_at) == (
        ACCEPTED,
        None,
        None,
        START,
    )


def test_a_write_is_uncertain_until_the_order_is_at_rest():
    uncertain = order_at("pending", sending=ACCEPTED, sent_at=START)
    waiting, settled = settle(uncertain, Later(START, WaitReason.SETTLE)), settle(uncertain, Done())
    assert (waiting.sending, waiting.sent_at) == (ACCEPTED, START)
    assert (settled.sending, settled.sent_at) == (None, None)


def test_a_write_that_a_read_shows_is_under_way_no_more_and_another_one_is():
    sent = order_at("pending", sending=ACCEPTED, sent_at=START)
    shown, unshown = observe(sent, shows("accepted")), observe(sent, shows("pending"))
    assert (shown.sending, shown.sent_at) == (None, None)
    assert (unshown.sending, unshown.sent_at) == (ACCEPTED, START)
