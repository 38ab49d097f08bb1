"""The statuses that awalchat documents, and the steps between them."""

from itertools import pairwise

from deploy.sandbox.orders import Step

STAGES = ("pending", "accepted", "shipped", "delivered", "completed")
TERMINAL = ("cancelled", "refunded")
STATUSES = (*STAGES, *TERMINAL)


def step_between(current: str, target: str | None) -> Step:
    """Return the step of an update from *current* to *target*, one of STATUSES; None: the update sets no status.

    A move goes one stage forward, or to a terminal status from any stage but `completed`.
    The order's own status is a repeat. Everything else is illegal.
    """
    if target is None:
        return Step.NONE
    if target == current:
        return Step.REPEAT
    if target in TERMINAL:
        return Step.MOVE if current in STAGES[:-1] else Step.ILLEGAL
    return Step.MOVE if (current, target) in pairwise(STAGES) else Step.ILLEGAL
