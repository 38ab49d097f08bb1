"""The exit code and the message of a command that fails, for each error that the program names."""

from worker.domain.errors import (
    ApiError,
    IllegalRequest,
    OrderMissing,
    SettingsError,
    Throttled,
    Unauthorized,
)
from worker.operations.instants import span
from worker.processes.exits import NEEDS_A_PERSON, UNREACHABLE, WRONG_USE


def code_of(error: Exception) -> int:
    """Return the exit code: 2 for wrong use or settings, 1 when the platform refuses the request, else 3."""
    match error:
        case SettingsError() | IllegalRequest():
            return WRONG_USE
        case ApiError() if error.definite and not isinstance(error, Throttled):
            return NEEDS_A_PERSON
    return UNREACHABLE


def message_of(error: Exception) -> str:
    """Return the message: one sentence, or one line for each mistake in the settings."""
    if isinstance(error, ApiError):
        return f"{_meaning(error)}: {error}"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error) or getattr(error, "reason", type(error).__name__)


def _meaning(error: ApiError) -> str:
    match error:
        case Throttled(wait=wait):
            return f"the account has to wait{f' for {span(wait)}' if wait else ''}"
        case Unauthorized():
            return "the platform does not accept the account's credentials"
        case OrderMissing():
            return "the platform does not know the order"
        case _ if error.definite:
            return "the platform refuses"
    return "the platform gives no usable answer"
