"""The statuses that Cekat documents, and the steps between them."""

from deploy.sandbox.orders import Step

STAGES = ("pending", "paid", "processing", "shipped", "delivered")
TERMINAL = ("cancelled", "refunded")
STATUSES = (*STAGES, *TERMINAL)
LONGEST_MOVE = 2
"""How many stages one update may move an order forward."""


def step_between(current: str, target: str | None) -> Step:
    """Return the step of an update from *current* to *target*, one of STATUSES; None: the update sets no status.

    A move goes one or two stages forward, or to a terminal status from any other status.
    The order's own status is a repeat. Everything else is illegal.
    An order with a terminal status allows no update at all, not even a repeat.
    """
    if current in TERMINAL:
        return Step.ILLEGAL
    if target is None:
        return Step.NONE
    if target == current:
        return Step.REPEAT
    if target in TERMINAL:
        return Step.MOVE
    stages_ahead = STAGES.index(target) - STAGES.index(current) if current in STAGES else 0
    return Step.MOVE if 1 <= stages_ahead <= LONGEST_MOVE else Step.ILLEGAL
