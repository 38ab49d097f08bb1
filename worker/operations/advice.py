"""What each reason word means to a person, and what to do about it."""

STOPS = {
    "unknown_status": "Say in the account's setting `statuses` what it means, or move the order back onto the road at"
    " the platform; then release it.",
    "moving_while_cancelled": "Call the courier back, or reopen the order at the platform; then release it.",
    "moved_back": "If somebody moved it back on purpose and it should stay there, leave it stopped: once released, it"
    " is walked forward again to the place that its news justifies.",
    "shipment_returned": "Settle the return with the customer and at the platform; release it if the order goes on.",
    "shipment_lost": "Settle the loss with the courier and the customer; release it if the order goes on.",
    "shipment_cancelled": "Find out from the courier why the parcel was called back; release it if the order goes on.",
    "returned_after_completion": "Settle it at the platform by hand: nothing is written to a completed order.",
    "refused": "Read the platform's message, correct the order there or the account's settings; then release it.",
    "conflict": "Look at the order at the platform: something there forbids this step; then release it.",
    "unknown_order": "Check that the order exists in this account (its credentials, its base_url) under this very id or"
    " number; of a parcel's number, tell us whose it is (`fulfillment send`: `shipment.created`, with `--order` and"
    " `--tracking`); then release it. Of a misprint, say which order it is, by `orders release --found`; or, if"
    " nobody shall look for it any more, `--dismiss` it.",
    "ambiguous_order": "Several orders may be meant. Say which, by `orders release --found`; or correct their numbers"
    " at the platform and release it; or, if nobody shall look for it any more, `--dismiss` it.",
    "too_many_events": "Look at the order that it names: it takes no more news. Bring it where it belongs by"
    " `orders advance`, or at the platform; then put the number away, by `orders release --dismiss`.",
    "gave_up": "The platform failed for too long: see its last answer; when it works again, release the order.",
}
"""By stop reason."""

HOLDS = {
    "credentials": "Correct the account's credentials in the settings and restart; a probe lifts the hold by itself.",
    "rate_limited": "Nothing to do: the platform asked for a pause, and the hold ends by itself.",
    "budget": "Nothing to do: calls_per_minute is used up, and the hold ends by itself.",
    "not_configured": "Put the account back into the settings and restart; the hold does not end before that.",
}
"""By hold reason."""

WAITS = {
    "complete_after": "The account completes orders some time after their delivery.",
    "settle": "An earlier write without an answer may still be applied by the platform.",
    "moved_back": "The platform shows the order behind the place it had confirmed; a second look decides.",
    "dry_run": "The account is in dry_run: steps are planned, and none is sent.",
    "just_read": "It was read a moment ago; repeated hints lead to one read.",
    "interrupted": "The last turn was interrupted before it was finished.",
    "api_unavailable": "The platform did not answer, or its answer made no sense; it is tried again, ever more slowly.",
    "internal_error": "A defect of the program, which the worker's log shows; it is tried again, ever more slowly.",
    "conflict": "The platform says that the order is not where we believe it to be; it is read again.",
    "unknown_order": "The platform does not know the order yet; it has an hour to learn of it.",
    "ambiguous_order": "Several orders may be meant, and none is guessed; it is looked for again, for an hour.",
    "unauthorized": "The platform refused the credentials for this order alone.",
}
"""By the reason for which an order waits by itself."""


def advise(stop: str) -> str:
    """Return what a person should do about a stopped order."""
    return STOPS.get(stop, "Look at the order at the platform; then release it.")
