"""Advice for a person about each stop and each hold. The meaning of a reason is its attribute `meaning`.

The database may have reasons of a newer version of the program. They get a general sentence.
"""

from collections.abc import Mapping

from worker.domain.reasons import HoldReason, StopReason

PUT_AWAY = " If another one took its place before, put it away, by `parcels drop`."

STOPS: Mapping[StopReason, str] = {
    StopReason.UNKNOWN_STATUS: (
        "Say in the account's setting `statuses` what the status means, or give the order another status at the"
        " platform; then release it."
    ),
    StopReason.MOVING_WHILE_CANCELLED: (
        "Tell the courier to bring the parcel back, and close the order; or reopen it at the platform, and release it."
    ),
    StopReason.MOVED_BACK: (
        "If somebody moved it back on purpose and it should stay there, close it: a released order takes its steps"
        " again, up to the stage that its events justify."
    ),
    StopReason.SHIPMENT_RETURNED: (
        "Settle the return with the customer and at the platform; then close the order, or release it if it goes on:"
        " then it waits for a newer parcel."
        f"{PUT_AWAY}"
    ),
    StopReason.SHIPMENT_LOST: (
        "Settle the loss with the courier and the customer; then close the order, or release it if it goes on:"
        " then it waits for a newer parcel."
        f"{PUT_AWAY}"
    ),
    StopReason.SHIPMENT_CANCELLED: (
        "Ask the courier why the parcel was cancelled; then close the order, or release it if it goes on: then it waits"
        " for a newer parcel."
        f"{PUT_AWAY}"
    ),
    StopReason.RETURNED_AFTER_COMPLETION: (
        "Settle it at the platform by hand, because nothing is written to a completed order; then close it."
    ),
    StopReason.PARCEL_MISSING: (
        "Ask the courier for the parcel. If it will not arrive, put it away, if `orders explain` names the command, and"
        " release the order. If no further parcel exists, release the order; then `orders explain` names the command"
        " that says so. Or close it. After a release, it waits for 14 more days."
    ),
    StopReason.REFUSED: (
        "Read the platform's message, correct the order there or the account's settings; then release the order."
    ),
    StopReason.CONFLICT: "Look at the order at the platform: something there forbids this step; then release it.",
    StopReason.UNKNOWN_ORDER: (
        "Check that the order exists in this account (its credentials, its base_url) with exactly this id or number."
        " Then release it. If it is known only by a number, `orders explain` names the commands that say which order"
        " it is. If nobody should look for it any more, close it."
    ),
    StopReason.AMBIGUOUS_ORDER: (
        "Say which order it is, by `orders release --found`; or correct the numbers at the platform and release it."
        " If nobody should look for it any more, close it."
    ),
    StopReason.NUMBER_REUSED: (
        "Say which order it is, by `orders release --found`: a new one, or the one that ended. If nobody should look"
        " for it, close it."
    ),
    StopReason.TOO_MANY_EVENTS: (
        "Look at the order that it names, which takes no more events, not even yours. Move that order forward at the"
        " platform by hand; then close this one."
    ),
    StopReason.NOT_YOUR_ORDER: (
        "If the source of this news carries the order that the stop names, assign that order to it, and release this"
        " one. If it does not, close this one, and ask the courier why it reports it."
    ),
    StopReason.GAVE_UP: "See the platform's last answer; when the platform works again, release the order.",
}
"""What to do about a stopped order, by the reason of the stop."""

HOLDS: Mapping[HoldReason, str] = {
    HoldReason.CREDENTIALS: "Correct the account's credentials in the settings and restart; then a probe lifts it.",
    HoldReason.OUTAGE: (
        "Nothing to do if the platform has an outage: probes lift the hold when it answers again. Otherwise, check the"
        " account's base_url, and the way from here to the platform."
    ),
    HoldReason.RATE_LIMITED: "Nothing to do: the hold ends by itself, after the pause that the platform asked for.",
    HoldReason.OPERATOR: "To let its orders go on: `fulfillment accounts release`.",
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
