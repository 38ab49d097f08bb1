"""Every error that we name. Its family says what to do next; its *reason* is its word everywhere.

FulfillmentError
├── Unusable              an authentic delivery that we cannot use: quarantine
├── JournalError
│   ├── JournalUnavailable   the database does not answer in time: try again
│   └── SchemaOutdated       run `fulfillment migrate`
├── SettingsError         the process refuses to start: its message is one sentence, without any value
├── StoreUnavailable      the embedded Valkey could not be started
├── IllegalRequest        an operator asked for what the rules forbid
└── ApiError              a call to an order API did not end well
    ├── Defect               ours, met during a turn: later, and not for ever
    ├── Transient            later: network, timeout, 5xx, an answer that makes no sense
    ├── Throttled            the account waits
    ├── Unauthorized         a probe finds out whose trouble it is
    ├── OrderMissing         the platform does not know the order
    │   └── OrderAmbiguous      it knows several that may be meant
    ├── Conflict             read again
    └── Rejected             the platform will not take this request
"""


class FulfillmentError(Exception):
    """Base of every error that we name."""

    reason: str = "error"


class Unusable(FulfillmentError):
    """An authentic delivery that cannot become an event; *reason* is the quarantine's word."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


class JournalError(FulfillmentError):
    """The journal could not be used."""


class JournalUnavailable(JournalError):
    """The database is locked, full, read-only, slow or gone; nothing was written."""

    reason = "database_unavailable"


class SchemaOutdated(JournalError):
    """The database has an older schema than this program needs."""

    reason = "schema_outdated"


class SettingsError(FulfillmentError):
    """A setting is wrong, missing or misspelt; the message is one sentence that never shows the value."""

    reason = "settings_invalid"


class StoreUnavailable(FulfillmentError):
    """The embedded Valkey could not be started; the message is one sentence."""

    reason = "store_unavailable"


class IllegalRequest(FulfillmentError):
    """An operator asked for what the rules forbid; the message says why, in one sentence."""

    reason = "illegal_request"


class ApiError(FulfillmentError):
    """A call to an order API did not end well.

    *message* is the platform's own, stripped of control characters; *status* its HTTP status, 0
    without an answer; *code* and *request_id* as the platform named them.
    """

    definite: bool = True
    """The platform has answered that nothing was changed; otherwise a write may have been applied."""

    def __init__(self, message: str = "", status: int = 0, code: str = "", request_id: str = "") -> None:
        super().__init__(message, status, code, request_id)
        self.message, self.status, self.code, self.request_id = message, status, code, request_id

    def __str__(self) -> str:
        # A platform may end its sentence, while ours goes on.
        named = (f"HTTP {self.status}" if self.status else "", self.code, self.message.rstrip("."))
        request = f"request {self.request_id}" if self.request_id else ""
        return ", ".join(part for part in (*named, request) if part) or self.reason


class Transient(ApiError):
    """The same call may succeed later; a write may have been applied."""

    reason = "api_unavailable"
    definite = False


class Defect(ApiError):
    """Something in a turn went wrong that we had not foreseen; the message is its name."""

    reason = "internal_error"
    definite = False


class Throttled(ApiError):
    """The platform asked the account to send nothing for *wait* microseconds."""

    reason = "rate_limited"

    def __init__(
        self, message: str = "", status: int = 429, code: str = "", request_id: str = "", wait: int = 0
    ) -> None:
        super().__init__(message, status, code, request_id)
        self.args = (message, status, code, request_id, wait)
        self.wait = wait


class Unauthorized(ApiError):
    """The platform refused our credentials, or says that this order is none of ours."""

    reason = "unauthorized"


class OrderMissing(ApiError):
    """The platform does not know this order."""

    reason = "unknown_order"


class OrderAmbiguous(OrderMissing):
    """The platform, or the journal, knows several orders that may be meant."""

    reason = "ambiguous_order"


class Conflict(ApiError):
    """The platform says that the order is not where we believe it to be."""

    reason = "conflict"


class Rejected(ApiError):
    """The platform will not take this request, however often it is sent."""

    reason = "refused"
