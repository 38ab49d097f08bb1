"""A write without an answer is uncertain until a read, or the answer to the same write, shows what came of it."""

from tests.support.clock import START
from tests.support.decisions import MANUAL, decided, naming, order_at, shows
from tests.support.events import KEY, recorded
from worker.domain.evidence.evidence import weigh
from worker.domain.instants import SECOND
from worker.domain.lifecycle.lifecycle import confirm, decide, observe, settle
from worker.domain.orders import Order
from worker.domain.reasons import WaitReason
from worker.domain.results import Done, Later, Step
from worker.domain.stages import STAGES

_, ACCEPTED, SHIPPED, DELIVERED, _ = STAGES


class TestUncertainWrites:
    def sent(self, stage, at=START, **fields):
        return Order(KEY, revision=1, sending=stage, sent_at=at, **fields)

    def test_the_same_step_may_be_sent_again(self):
        assert decided(self.sent(SHIPPED), shows("accepted"), naming("delivered")) == Step(
            SHIPPED, START, inferred=True
        )

    def test_no_further_step_is_sent_before_settle_has_passed(self):
        order, reading = self.sent(SHIPPED), shows("shipped", START + SECOND)
        assert observe(order, reading).sending is None
        assert decided(order, reading, naming("delivered"), now=START + SECOND) == Later(
            START + MANUAL.settle, WaitReason.SETTLE, "the platform may still apply an earlier write"
        )
        assert isinstance(decided(order, reading, naming("delivered"), now=START + MANUAL.settle), Step)

    def test_a_confirmed_repetition_does_not_settle_the_write_without_an_answer(self):
        order = observe(self.sent(SHIPPED), shows("accepted", START + SECOND))
        order = confirm(order, shows("shipped", START + 2 * SECOND))
        assert (order.sending, order.confirmed_at) == (None, START + 2 * SECOND)
        decision = decide(order, weigh(recorded(naming("delivered"))), shows("shipped"), MANUAL, START + 3 * SECOND)
        assert isinstance(decision, Later)
        assert decision.due == START + MANUAL.settle

    def test_an_uncertain_step_that_is_no_longer_justified_is_read_after_settle(self):
        order = self.sent(DELIVERED)
        assert isinstance(decided(order, shows("shipped"), now=START), Later)
        assert decided(order, shows("shipped"), now=START + MANUAL.settle) == Done()

    def test_a_terminal_status_ends_the_uncertainty(self):
        order = observe(self.sent(SHIPPED), shows("cancelled"))
        assert (order.sending, order.sent_at) == (None, None)


def test_after_a_confirmed_write_none_is_uncertain():
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


def test_a_write_is_certain_once_a_read_shows_its_stage():
    sent = order_at("pending", sending=ACCEPTED, sent_at=START)
    shown, unshown = observe(sent, shows("accepted")), observe(sent, shows("pending"))
    assert (shown.sending, shown.sent_at) == (None, None)
    assert (unshown.sending, unshown.sent_at) == (ACCEPTED, START)
