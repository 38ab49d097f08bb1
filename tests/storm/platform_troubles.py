"""What the platforms do wrong during a storm."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.storm.system import CALL_DEADLINE_SECONDS
from tests.support.installation import Sandbox

HANG_SECONDS = CALL_DEADLINE_SECONDS + 0.5
ECHO = "5161" * 16
"""A signature in the platform's own error message: some servers show which signature they expected."""
HTML = "<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>"
STALE_SECONDS = 4
ALWAYS = (
    {"rate": 0.02, "kind": "status", "code": 500, "body": {"error": "internal_error", "message": f"sha256={ECHO}"}},
    {"rate": 0.01, "kind": "status", "code": 503, "body": HTML, "content_type": "text/html"},
    {"rate": 0.01, "kind": "status", "code": 503, "body": HTML, "content_type": "text/html", "when": "after"},
    {"rate": 0.005, "kind": "body", "body": HTML, "content_type": "text/html"},
    {"rate": 0.01, "kind": "reset"},
    {"rate": 0.02, "kind": "lose_answer"},
    {"rate": 0.005, "kind": "apply_late", "seconds": 2},
    {"rate": 0.005, "kind": "apply_late", "seconds": 2, "answer": 500},
    {"rate": 0.003, "kind": "delay", "seconds": HANG_SECONDS},
    {"rate": 0.003, "kind": "delay", "seconds": HANG_SECONDS, "when": "after"},
    {"rate": 0.10, "kind": "delay", "seconds": 0.1},
    {"rate": 0.02, "kind": "stale", "seconds": STALE_SECONDS, "no_cache": True},
)
"""The faults of single calls, each with its probability. A late write is applied within `settle`."""
STALE = {"rate": 0.02, "kind": "stale", "seconds": STALE_SECONDS}
"""A cache that answers although the client asks for a fresh answer. Each such read costs its order a minute."""


@dataclass
class PlatformTroubles:
    """Every trouble of the platforms as a method; *wait* pauses for some seconds."""

    sandboxes: dict[str, Sandbox]
    wait: Callable[[float], object]

    def begin(self, seed: int, *, stubborn_cache: bool) -> None:
        """Begin with the faults of single calls, which last until `end`."""
        faults = [*ALWAYS, STALE] if stubborn_cache else list(ALWAYS)
        for number, sandbox in enumerate(self.sandboxes.values()):
            sandbox.fault("storm", seed=seed + number, faults=faults)

    def end(self) -> None:
        """Lift all faults."""
        for sandbox in self.sandboxes.values():
            sandbox.lift_faults()

    def fail(self, account: str, seconds: float, answer: int | str) -> None:
        """Let every call fail for some seconds: with an HTTP status, `reset` or `hang`."""
        self.sandboxes[account].fault("outage", answer=answer, lasts=seconds, seconds=HANG_SECONDS)
        self.wait(seconds)

    def lose_credentials(self, account: str, seconds: float) -> None:
        """Refuse the account's credentials for some seconds."""
        self.sandboxes[account].fault("wrong_credentials", lasts=seconds)
        self.wait(seconds)

    def throttle(self, account: str, seconds: int) -> None:
        """Answer 429 to three calls, with a `Retry-After` of some seconds."""
        self.sandboxes[account].fault("status", code=429, retry_after=seconds, times=3)
        self.wait(seconds)
