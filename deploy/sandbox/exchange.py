"""One call to the order API and its response. The order of the checks is the same for all platforms."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import Response

from deploy.sandbox import errors
from deploy.sandbox.call_log import Call
from deploy.sandbox.errors import ApiError
from deploy.sandbox.execution import Execution
from deploy.sandbox.fault_injection import inject
from deploy.sandbox.faults import CallKey, Fault, FaultKind, Phase
from deploy.sandbox.http_request import HttpRequest
from deploy.sandbox.platform import Platform
from deploy.sandbox.state import State


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call. *order_id* is the unchecked id in the path; None if the path names no order."""

    platform: Platform
    state: State
    request: HttpRequest
    order_id: str | None
    call: Call

    def respond(self) -> Response:
        """Return the response to a call that the rate limit allows: inject a fault, or check and execute the call."""
        fault = self.state.faults.take(self._key(), Phase.BEFORE_CHECKS)
        if fault is None:
            return self._respond_or_fail(self._check_and_execute)
        self.state.calls.record_fault(self.call, fault.kind)
        if fault.kind is FaultKind.WRONG_CREDENTIALS:
            return self.fail(errors.authentication_failed())
        # An outage never executes the call, so the second argument is never called.
        return inject(fault, Response, self.state.delays, self._injected_error)

    def fail(self, error: ApiError) -> Response:
        """Return *error* in the platform's format."""
        return self.platform.error_response(error, self.call.number)

    def _check_and_execute(self) -> Response:
        self.platform.authenticate(self.request, self.state.clock())
        order_request = self.platform.parse(self.request, self.order_id)
        execution = Execution(self.platform, self.state, self.call, order_request)
        execution.record_arrival()
        fault = self.state.faults.take(self._key(), Phase.AFTER_CHECKS)
        if fault is None:
            return execution.run()
        self.state.calls.record_fault(self.call, fault.kind)
        if fault.kind is FaultKind.STALE:
            return self._read_cache(fault, execution)
        # A fault can execute the call later, in another thread, where nothing else would catch an ApiError.
        return inject(fault, lambda: self._respond_or_fail(execution.run), self.state.delays, self._injected_error)

    def _read_cache(self, fault: Fault, execution: Execution) -> Response:
        """Return the response of a cache that is behind. A write, and a read that may pass by, reach the platform."""
        passes_by = fault.no_cache and "no-cache" in self.request.headers.get("cache-control", "")
        if self.request.method != "GET" or passes_by:
            return execution.run()
        response = replace(execution, behind_s=fault.duration_s).run()
        response.headers["Age"] = str(int(fault.duration_s))
        return response

    def _respond_or_fail(self, respond: Callable[[], Response]) -> Response:
        try:
            return respond()
        except ApiError as error:
            return self.fail(error)

    def _injected_error(self, status: int) -> Response:
        return self.fail(errors.injected(status))

    def _key(self) -> CallKey:
        return CallKey(method=self.request.method, order_id=self.order_id, status=self.call.status)
