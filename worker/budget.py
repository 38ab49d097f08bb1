"""The budget: what an account may still ask of its platform."""

from worker.ports import Holds

RATE_LIMITED = "rate_limited"


class Budget:
    """Learns from the platform's answers. An exhausted budget is a hold that ends by itself."""

    def __init__(self, holds: Holds) -> None:
        self._holds = holds

    def exhausted(self, account: str, lasts: int, detail: str = "") -> None:
        """Let the account send nothing for *lasts* microseconds."""
        self._holds.hold(account, RATE_LIMITED, lasts, detail)
