"""The statuses that Cekat documents, and the steps from one to another."""

from deploy.sandbox.orders import Step

ROAD = ("pending", "paid", "processing", "shipped", "delivered")
FINAL = ("cancelled", "refunded")
STATUSES = (*ROAD, *FINAL)
LONGEST_STEP = 2


def judge(current: str, wanted: str | None) -> Step:
    """Say what a PUT asks of an order at *current*; *wanted* is one of STATUSES, None: no status was sent.

    Forward along the road, one place or two, is a move; cancelled and refunded can be reached from every place and let
    nothing happen any more, not even a repeat. The status it already has is a repeat. All else is illegal.
    """
    if current in FINAL:
        return Step.ILLEGAL
    if wanted is None:
        return Step.NONE
    if wanted == current:
        return Step.REPEAT
    if wanted in FINAL:
        return Step.MOVE
    ahead = ROAD.index(wanted) - ROAD.index(current) if current in ROAD else 0
    return Step.MOVE if 1 <= ahead <= LONGEST_STEP else Step.ILLEGAL
