"""The errors of the program. The class says what to do next, the *reason* is the word in logs and in the database.

FulfillmentError
├── Unusable                    an authentic delivery that cannot be used: quarantine
├── StoreError
│   ├── StoreUnavailable        the database does not answer in time: try again
│   ├── SchemaOutdated          run `fulfillment migrate`
│   └── UnsuitableDatabase      create another database
├── SettingsError               the process refuses to start
├── EmbeddedValkeyUnavailable   the embedded Valkey did not start
├── IllegalRequest              the rules forbid what an operator asked for
└── ApiError                    a call to an order API failed
    ├── Defect                  a defect of the program during a reconciliation: try again for a limited time
    ├── Transient               network, timeout, 5xx or an unusable answer: try again
    ├── Throttled               the account waits
    ├── Unauthorized            a probe finds out whether the account or the order is the cause
    │   └── ReadRefused           the platform refuses to show this order: few tries
    ├── OrderMissing            the platform does not know the order
    │   ├── OrderGone           the platform says that the order is deleted: a second look decides
    │   ├── OrderAmbiguous      several orders have the reference
    │   └── NumberReused        only an order that ended long ago has the reference
    ├── Conflict                somebody else changes the order: read again after minutes
    └── Rejected                the platform refuses this request
"""

from worker.domain.instants import Duration
from worker.domain.reasons import HoldReason, QuarantineReason, StopReason, WaitReason


class FulfillmentError(Exception):
    """Base of the errors of the program. *reason* is its word in logs and in the database."""

    reason: str = "error"


class Unusable(FulfillmentError):
    """An authentic delivery that cannot become an event."""

    reason: QuarantineReason

    def __init__(self, reason: QuarantineReason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


class StoreError(FulfillmentError):
    """The database could not be used."""


class StoreUnavailable(StoreError):
    """The database is locked, full, read-only, slow or gone; nothing was written."""

    reason = "database_unavailable"


class SchemaOutdated(StoreError):
    """The database has no schema, an older one than this program needs, or that of another program."""

    reason = "schema_outdated"


class UnsuitableDatabase(StoreError):
    """The database cannot hold every text, whatever its schema. The message says what to do."""

    reason = "database_unsuitable"


class SettingsError(FulfillmentError):
    """Settings are wrong, missing or misspelt. Each line of the message is one sentence; none shows a value."""

    reason = "settings_invalid"


class EmbeddedValkeyUnavailable(FulfillmentError):
    """The embedded Valkey did not start. The message is one sentence."""

    reason = "embedded_valkey_unavailable"


class IllegalRequest(FulfillmentError):
    """The rules forbid what an operator asked for. The message is one sentence that says why."""

    reason = "illegal_request"


class ApiError(FulfillmentError):
    """A call to an order API failed.

    *message* is the platform's own, without control characters. *status* is the HTTP status, 0 without an answer.
    *code* and *request_id* are the platform's.
    """

    definite: bool = True
    """True: the platform has answered that nothing was changed. False: a write may have been applied."""

    def __init__(self, message: str = "", status: int = 0, code: str = "", request_id: str = "") -> None:
        super().__init__(message, status, code, request_id)
        self.message, self.status, self.code, self.request_id = message, status, code, request_id

    def __str__(self) -> str:
        # The platform may end its message with a full stop, but our sentence goes on.
        status = f"HTTP {self.status}" if self.status else ""
        request = f"request {self.request_id}" if self.request_id else ""
        parts = (status, self.code, self.message.rstrip("."), request)
        return ", ".join(part for part in parts if part) or self.reason


class Transient(ApiError):
    """The same call may succeed later. A write may have been applied."""

    reason = WaitReason.API_UNAVAILABLE
    definite = False


class Defect(ApiError):
    """A defect of the program during a reconciliation. The message is the name of the exception."""

    reason = WaitReason.INTERNAL_ERROR
    definite = False


class Throttled(ApiError):
    """The platform asked the account to send nothing for *wait* (microseconds)."""

    reason = HoldReason.RATE_LIMITED

    def __init__(
        self, message: str = "", status: int = 429, code: str = "", request_id: str = "", wait: Duration = 0
    ) -> None:
        super().__init__(message, status, code, request_id)
        self.args = (message, status, code, request_id, wait)
        self.wait = wait


class Unauthorized(ApiError):
    """The platform refused the account's credentials, or the order does not belong to the account."""

    reason = WaitReason.UNAUTHORIZED


class ReadRefused(Unauthorized):
    """The platform refuses to show the order, or to search for it: HTTP 400, 403 or 422."""


class OrderMissing(ApiError):
    """The platform does not know this order."""

    reason = WaitReason.UNKNOWN_ORDER


class OrderAmbiguous(OrderMissing):
    """The platform, or the database, knows several orders by the reference."""

    reason = WaitReason.AMBIGUOUS_ORDER


class OrderGone(OrderMissing):
    """The platform says that this order is deleted."""

    reason = WaitReason.ORDER_GONE


class NumberReused(OrderMissing):
    """Only an order that ended long ago has the reference, and the events are about a newer parcel."""

    reason = WaitReason.NUMBER_REUSED


class Conflict(ApiError):
    """The platform says that the order is locked, or is not in the expected stage."""

    reason = WaitReason.CONFLICT


class Rejected(ApiError):
    """The platform refuses this request, however often it is sent."""

    reason = StopReason.REFUSED
