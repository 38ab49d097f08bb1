"""Injects one fault into one call: from a fault to a response."""

from collections.abc import Callable
from typing import TypeAlias

from flask import Response

from deploy.sandbox.delays import Delays
from deploy.sandbox.faults import Fault, FaultKind
from deploy.sandbox.responses import raw_response
from deploy.sandbox.socket_responses import ConnectionReset, SlowResponse

Execute: TypeAlias = Callable[[], Response]
"""Executes the call and returns its normal response."""
ErrorResponse: TypeAlias = Callable[[int], Response]
"""Returns an error response in the platform's format for an HTTP status."""


def inject(fault: Fault, execute: Execute, delays: Delays, error_response: ErrorResponse) -> Response:
    """Return the response that *fault* defines. The fault decides whether and when *execute* is called."""
    match fault.kind:
        case FaultKind.DELAY:
            return _delay(fault, execute, delays)
        case FaultKind.DRIP:
            return SlowResponse(execute(), lambda: delays.wait(fault.pause_s), drip_headers=fault.drip_headers)
        case FaultKind.APPLY_LATE:
            delays.run_later(fault.duration_s, execute)
            return _failure(fault, delays, error_response)
        case FaultKind.OUTAGE:
            return _failure(fault, delays, error_response)
        case FaultKind.LOSE_ANSWER:
            execute()
            return ConnectionReset()
        case _:
            if fault.when == "after":
                execute()
            return ConnectionReset() if fault.kind is FaultKind.RESET else _defined_response(fault, error_response)


def _delay(fault: Fault, execute: Execute, delays: Delays) -> Response:
    if fault.when == "before":
        delays.wait(fault.duration_s)
        return execute()
    response = execute()
    delays.wait(fault.duration_s)
    return response


def _failure(fault: Fault, delays: Delays, error_response: ErrorResponse) -> Response:
    if isinstance(fault.answer, int):
        return error_response(fault.answer)
    if fault.answer == "hang":
        delays.wait(fault.duration_s)
    return ConnectionReset()


def _defined_response(fault: Fault, error_response: ErrorResponse) -> Response:
    if fault.body is None and fault.size is None:
        response = error_response(fault.code)
    else:
        response = raw_response(fault.code, fault.body, fault.size, fault.content_type)
    response.headers.update(fault.headers)
    return response
