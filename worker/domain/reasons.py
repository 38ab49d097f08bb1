"""The words for reasons, outcomes and actions, as the database, logs, metrics, commands and documents use them.

Each word has a sentence for people, its `meaning`. A test compares the tables in the documents with it.
"""

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A word of the contract, and the sentence that explains it."""

    meaning: str

    def __new__(cls, word: str, meaning: str = "") -> Self:
        """Make the member from its *word* and its *meaning*."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.meaning = meaning
        return member


class StopReason(Word):
    """Why one order needs a person."""

    UNKNOWN_STATUS = "unknown_status", "The platform shows a status that the account's table does not have."
    MOVING_WHILE_CANCELLED = (
        "moving_while_cancelled",
        "The order is cancelled or refunded at the platform, but one of its parcels moves.",
    )
    MOVED_BACK = "moved_back", "The platform shows the order behind the stage that it had confirmed."
    SHIPMENT_RETURNED = "shipment_returned", "The courier returns a parcel."
    SHIPMENT_LOST = "shipment_lost", "The courier has lost a parcel."
    SHIPMENT_CANCELLED = "shipment_cancelled", "The courier has cancelled a parcel after its pick-up."
    RETURNED_AFTER_COMPLETION = (
        "returned_after_completion",
        "A parcel was returned, lost or cancelled, but the order is completed.",
    )
    PARCEL_MISSING = (
        "parcel_missing",
        "A parcel has arrived, another one has not, and there was no news of them for 14 days.",
    )
    REFUSED = "refused", "The platform refuses the write, however often it is sent."
    CONFLICT = (
        "conflict",
        "The platform has answered eight times that the order is locked, or is not in the expected stage.",
    )
    UNKNOWN_ORDER = (
        "unknown_order",
        "For an hour, the platform has not known the order or has refused to show it; or it says that it is deleted.",
    )
    AMBIGUOUS_ORDER = "ambiguous_order", "For an hour, several orders had the same number."
    NUMBER_REUSED = (
        "number_reused",
        "Only an order that ended long ago has the number of this newer parcel.",
    )
    TOO_MANY_EVENTS = (
        "too_many_events",
        "The order that was found would have more than 1,000 events with those of the reference.",
    )
    NOT_YOUR_ORDER = (
        "not_your_order",
        "Another source carries the order that was found, and the news can only wait, because not all bodies are kept.",
    )
    GAVE_UP = "gave_up", "The same step has failed for longer than `retry_for`."


class HoldReason(Word):
    """Why a whole account waits."""

    CREDENTIALS = "credentials", "The platform has refused the account's credentials, and a probe has confirmed it."
    OUTAGE = "outage", "Calls about several orders have failed one after another, and so has a probe."
    RATE_LIMITED = "rate_limited", "The platform has asked the account to pause."
    OPERATOR = "operator", "An operator holds the account; only `fulfillment accounts release` lifts this hold."


class WaitReason(Word):
    """Why one order waits until its due time."""

    COMPLETE_AFTER = "complete_after", "The account completes orders some time after their delivery."
    PARCELS = "parcels", "A parcel has arrived, and another one has not; after 14 days without news, a person decides."
    SETTLE = "settle", "The platform may still apply an earlier write that it has not answered."
    MOVED_BACK = (
        "moved_back",
        "The platform shows the order behind its confirmed stage; reads for up to ten minutes decide.",
    )
    STALE_READ = (
        "stale_read",
        "The platform's answer is older than the stage that it has confirmed; the order is read again.",
    )
    DRY_RUN = "dry_run", "The account is in `dry_run`: steps are decided, but no write is sent."
    BUDGET = "budget", "The account's call budget is used up for the moment; the order goes on when calls are free."
    JUST_READ = "just_read", "The order was read a moment ago; repeated hints lead to one read."
    INTERRUPTED = "interrupted", "The last reconciliation was interrupted before its end."
    API_UNAVAILABLE = (
        "api_unavailable",
        "The platform did not answer, or its answer made no sense; the next attempts come at growing intervals.",
    )
    INTERNAL_ERROR = (
        "internal_error",
        "A defect of the program, which the worker's log shows; the next attempts come at growing intervals.",
    )
    CONFLICT = (
        "conflict",
        "The platform says that the order is locked, or is not in the expected stage; it is read again after minutes.",
    )
    UNKNOWN_ORDER = "unknown_order", "The platform does not know the order yet; the service goes on asking for an hour."
    ORDER_GONE = "order_gone", "The platform says that the order is deleted; a second look after a minute decides."
    AMBIGUOUS_ORDER = "ambiguous_order", "Several orders have this number; the search goes on for an hour."
    NUMBER_REUSED = (
        "number_reused",
        "Only an order that ended long ago has the number of this newer parcel; the search goes on for an hour.",
    )
    UNAUTHORIZED = "unauthorized", "The platform refused the credentials for this order alone."


class WriteOutcome(Word):
    """How one write to a platform ended."""

    SENT = "sent", "It was announced, and may have been sent; there is no answer yet."
    CONFIRMED = "confirmed", "The platform's answer shows the wanted stage, or a later one."
    TERMINAL = "terminal", "The platform's answer shows the order cancelled, refunded or in an unknown status."
    FAILED = "failed", "The platform has answered that nothing was changed."
    UNCERTAIN = "uncertain", "There was no usable answer: the write may have been applied."
    NOT_SENT = "not_sent", "It was announced, but not sent, because too much time had passed."


class Accept(Word):
    """When a pending order of an account is accepted without an event that says so."""

    PAID = "paid", "A pending order of this account is accepted once the platform shows it as paid."
    ALWAYS = "always", "A pending order of this account is accepted at once."
    MANUAL = "manual", "A pending order of this account is accepted by a person, or by a parcel that moves."


class DeliveryOutcome(Word):
    """The outcome of a delivery. The members before `IGNORED` are stored; the others are only counted.

    The stored members come in order of gravity: a delivery of several events has the gravest of their outcomes.
    """

    QUARANTINED = "quarantined", "Authentic, but not usable: kept for an operator, who can replay it."
    STALE = "stale", "Authentic, but too old or too new: kept once, and answered with 401."
    ACCEPTED = "accepted", "Authentic, new and understood."
    DUPLICATE = "duplicate", "Authentic, but its event was known already."
    IGNORED = "ignored", "Authentic, but of no interest: counted only."
    REFUSED = "refused", "Not authentic: counted only."
    UNKNOWN_SOURCE = "unknown_source", "No source has this URL: counted only."


class RefusalReason(Word):
    """Why the receiver refused a request."""

    NO_SIGNATURE = "no_signature", "There is no signature, token or password where the profile looks for it."
    BAD_TIME = "bad_time", "The time that is signed is missing, or is no time: ten digits, in seconds."
    BAD_SIGNATURE = "bad_signature", "The signature, token or password does not fit any secret of the source."
    STALE = "stale", "The signature is good, but its time is further from ours than `tolerance`."
    WRONG_METHOD = "wrong_method", "The source does not take requests of this HTTP method."
    TOO_LARGE = "too_large", "The body is larger than `max_body`."
    UNKNOWN_PATH = "unknown_path", "No source has this path."


STORED_OUTCOMES = (
    DeliveryOutcome.QUARANTINED,
    DeliveryOutcome.STALE,
    DeliveryOutcome.ACCEPTED,
    DeliveryOutcome.DUPLICATE,
)
"""The outcomes of the deliveries that the database stores, the gravest first."""


class QuarantineReason(Word):
    """Why an authentic delivery cannot be used."""

    NOT_JSON = "not_json", "The body is not JSON."
    TOO_DEEP = "too_deep", "The JSON is nested deeper than 32 levels."
    DUPLICATE_KEY = "duplicate_key", "A key that is needed comes twice in its object."
    BAD_NUMBER = "bad_number", "A number that is needed is NaN, infinite or too long."
    BAD_TEXT = "bad_text", "A text that is needed is not valid UTF-8, has NUL or a lone surrogate, or is too long."
    NOT_AN_OBJECT = "not_an_object", "The JSON is not an object."
    UNKNOWN_EVENT = "unknown_event", "The event has no name, or the profile does not have its name or status."
    NOT_ALLOWED = "not_allowed", "The source may not send this event: see its setting `allow`."
    NO_ORDER = "no_order", "The delivery names no order."
    BAD_ORDER_ID = "bad_order_id", "The order id does not have the form of the account's platform."
    BAD_ORDER_NUMBER = "bad_order_number", "The order number is not a short printable text or an integer."
    BAD_TRACKING = (
        "bad_tracking",
        "The tracking number is no short printable text or integer, or it alone names the order and is no code.",
    )
    BAD_ID = "bad_id", "The event's id is not a printable text of at most 150 characters, or an integer."
    BAD_PARCELS = "bad_parcels", "The number of parcels may be more than one, and cannot be read."
    NO_KEY = "no_key", "The event has neither an id nor a time, so a repetition could not be recognised."
    NO_EVENT = "no_event", "The delivery has no event."
    KEY_REUSED = "key_reused", "An earlier event had the same id, but another order, name or tracking number."
    WHICH_PARCEL = "which_parcel", "The order has several parcels, but the event names none."
    TOO_MANY_EVENTS = (
        "too_many_events",
        "The order takes no more events: it has 1,000, or 500 of a restricted source, or 50 and was never shown.",
    )
    TOO_MANY_UNKNOWN = (
        "too_many_unknown",
        "The source has named as many orders as its `max_unknown` allows that the platform has never shown.",
    )
    NOT_YOUR_ORDER = (
        "not_your_order",
        "Another source carries the order, or nobody does, and the source may report only orders that it carries.",
    )
    NOT_A_FORM = "not_a_form", "The body is not a form: `key=value`, joined by `&`."
    NO_LIST = "no_list", "There is no list where the profile expects the elements of a batch."
    TOO_MANY_ELEMENTS = "too_many_elements", "The batch has more than 1,000 elements."
    CAPTURED = "captured", "The profile `capture` keeps what a courier sends, to be looked at."


MISSING_STATUS = "the status is missing"
"""The detail of a delivery without a status, which is quarantined as `unknown_event`. Its word is the empty text."""
STATUS_WITHOUT_WORD = "the status is no text and no whole number"
"""The detail of a delivery whose status cannot be a word."""


class Discrepancy(Word):
    """What only a defect of the program can have caused in the database."""

    DELIVERY_WITHOUT_OUTCOME = "delivery_without_outcome", "A delivery has no outcome that this version knows."
    DELIVERY_WITHOUT_EVENT = "delivery_without_event", "An accepted delivery has no event."
    EVENT_WITHOUT_RESULT = "event_without_result", "An event has no result that this version knows."
    EVENT_WITHOUT_ORDER = "event_without_order", "An event belongs to no order."
    EVENT_WITHOUT_DELIVERY = "event_without_delivery", "An event belongs to no delivery."
    EVENT_COUNT = "event_count", "An order has counted more events than it has, or fewer."
    PENDING_AFTER_END = "pending_after_end", "An event is pending, but its order is closed and at rest."
    FORGOTTEN = "forgotten", "An order has something left to do, but no worker will reconcile it."
    STOPPED_AND_LEASED = "stopped_and_leased", "An order is stopped, and a reconciliation may still change it."
    STOPPED_AND_CLOSED = "stopped_and_closed", "An order is stopped, although an operator has closed it."
    SENDING_WITHOUT_WRITE = "sending_without_write", "An order waits for the answer to a write that was not announced."
    WRITE_WITHOUT_SENDING = "write_without_sending", "A write has no answer, and its order does not wait for one."


class Finding(Word):
    """Why a scan makes an order due."""

    NEW = "new", "The database did not have the order, and there is something to do with it."
    READY = "ready", "The order is where we knew it, and now a step may be taken, because it is paid, for instance."
    MOVED_FORWARD = "moved_forward", "The platform shows a later stage than the database has."
    MOVED_BACK = "moved_back", "The platform shows an earlier stage than a read has shown."
    UNCONFIRMED = "unconfirmed", "The platform shows an earlier stage than its answer to our last write has confirmed."
    LEFT_STAGES = "left_stages", "The platform shows the order cancelled or refunded."
    REOPENED = "reopened", "The platform shows a stage of an order that was cancelled or refunded."
    UNKNOWN_STATUS = "unknown_status", "The platform shows a status that the account's table does not have."
    UNLISTED = "unlisted", "No list has shown the open order, and it was not read for a day."


class AccountAction(Word):
    """What an operator did to a whole account."""

    HELD = "held", "An operator held the account."
    RELEASED = "released", "An operator lifted a hold of the account."


class AuditAction(Word):
    """What else happened to an order, besides events and writes."""

    STOPPED = "stopped", "A reconciliation stopped the order."
    RELEASED = "released", "An operator lifted the stop, or opened the order again."
    RETRIED = "retried", "An operator made the order due, or lifted its stop without acknowledging anything."
    CLOSED = "closed", "The platform shows the order completed, cancelled or refunded."
    CLOSED_BY_OPERATOR = "closed_by_operator", "An operator closed the order: only news that needs a person opens it."
    REPLAYED = "replayed", "An operator replayed a delivery, and the order has an event of it."
    FOUND = "found", "The order of a reference was found, and has the reference's events now."
    REMOVED = "removed", "An operator removed a parcel that only operators had registered."
    ASSIGNED = "assigned", "An operator said which source carries the order, that none does, or what its new name is."
