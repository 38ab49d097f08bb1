"""Advice for a person about each stop and each hold. The meaning of a reason is its attribute `meaning`.

The database may have reasons of a newer version of the program. They get a general sentence.
"""

from collections.abc import Mapping

from worker.domain.reasons import HoldReason, StopReason

STOPS: Mapping[StopReason, str] = {
    StopReason.UNKNOWN_STATUS: (
        "Say in the account's setting `statuses` what the status means, or give the order another status at the"
        " platform; then release it."
    ),
    StopReason.MOVING_WHILE_CANCELLED: (
        "Tell the courier to bring the parcel back, or reopen the order at the platform; then release it."
    ),
    StopReason.MOVED_BACK: (
        "If somebody moved it back on purpose and it should stay there, leave it stopped: a released order takes its"
        " steps again, up to the stage that its events justify."
    ),
    StopReason.SHIPMENT_RETURNED: (
        "Settle the return with the customer and at the platform; release the order if it goes on."
    ),
    StopReason.SHIPMENT_LOST: "Settle the loss with the courier and the customer; release the order if it goes on.",
    StopReason.SHIPMENT_CANCELLED: "Ask the courier why the parcel was cancelled; release the order if it goes on.",
    StopReason.RETURNED_AFTER_COMPLETION: "Settle it at the platform by hand: nothing is written to a completed order.",
    StopReason.REFUSED: (
        "Read the platform's message, correct the order there or the account's settings; then release the order."
    ),
    StopReason.CONFLICT: "Look at the order at the platform: something there forbids this step; then release it.",
    StopReason.UNKNOWN_ORDER: (
        "Check that the order exists in this account (its credentials, its base_url) with exactly this id or number."
        " Then release it. If only a parcel is known, say which order has it, by `fulfillment parcels add`: then the"
        " search begins again by itself. If the number is a misprint, say which order it is, by `orders release"
        " --found`. If nobody should look for it any more, `--dismiss` it."
    ),
    StopReason.AMBIGUOUS_ORDER: (
        "Say which order it is, by `orders release --found`; or correct the numbers at the platform and release it."
        " If nobody should look for it any more, `--dismiss` it."
    ),
    StopReason.TOO_MANY_EVENTS: (
        "Look at the order that it names, which takes no more events. Move that order forward by `orders advance`, or"
        " at the platform; then dismiss the number, by `orders release --dismiss`."
    ),
    StopReason.GAVE_UP: "See the platform's last answer; when the platform works again, release the order.",
}
"""What to do about a stopped order, by the reason of the stop."""

HOLDS: Mapping[HoldReason, str] = {
    HoldReason.CREDENTIALS: "Correct the account's credentials in the settings and restart; then a probe lifts it.",
    HoldReason.RATE_LIMITED: "Nothing to do: the hold ends by itself, after the pause that the platform asked for.",
    HoldReason.BUDGET: "Nothing to do: the hold ends by itself, as soon as the account may make calls again.",
    HoldReason.NOT_CONFIGURED: "Put the account back into the settings and restart; the hold lasts until then.",
}
"""What to do about a held account, by the reason of the hold."""

UNKNOWN_STOP = (
    "This version of the program does not know this stop. Look at the order at the platform; then release it."
)
UNKNOWN_HOLD = "This version of the program does not know this hold. A newer version may have set it, and will lift it."


def advise_on_stop(reason: str) -> str:
    """Return what a person should do about an order that is stopped for *reason*."""
    return STOPS[StopReason(reason)] if reason in set(StopReason) else UNKNOWN_STOP


def advise_on_hold(reason: str) -> str:
    """Return what a person should do about an account that is held for *reason*."""
    return HOLDS[HoldReason(reason)] if reason in set(HoldReason) else UNKNOWN_HOLD
