"""The platforms as sandboxes, and the settings with which a command finds the account `main` there."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from tests.support.credentials import SECRET
from tests.support.good_settings import MAIN
from tests.support.installation import Sandbox
from tests.support.merchant import sandbox

PLENTY = "100000"
OPTIONS = {"awalchat": (), "cekat": (), "cekat_other": ("--answers", "other")}
"""Cekat's answers are documented in two shapes."""


class Platform(Sandbox):
    """A platform of the name *name*, and the *settings* of the account `main` there, beside the usual ones."""

    def __init__(self, url: str, kind: str) -> None:
        super().__init__(int(url.rpartition(":")[2]))
        self.url, self.kind, self.name = url, kind, kind.partition("_")[0]

    @property
    def settings(self) -> Mapping[str, str | None]:
        # A test makes more calls than the smallest plan allows.
        common = {f"{MAIN}PLATFORM": self.name, f"{MAIN}CALLS_PER_MINUTE": PLENTY}
        if self.name == "awalchat":
            return {**common, f"{MAIN}BASE_URL": f"{self.url}/api/v1", f"{MAIN}HMAC_SECRET": SECRET}
        others = dict.fromkeys(f"{MAIN}{key}" for key in ("DOMAIN", "CLIENT_ID", "HMAC_SECRET", "PHONE_NUMBER_ID"))
        return {**common, **others, f"{MAIN}BASE_URL": self.url, f"{MAIN}API_KEY": SECRET}

    def calls(self) -> int:
        """How many calls have come in."""
        calls: int = self.totals()["calls"]
        return calls


@contextmanager
def platforms() -> Iterator[Mapping[str, Platform]]:
    """Run every platform, by the names in `OPTIONS`."""
    with ExitStack() as stack:
        running = {}
        for kind, options in OPTIONS.items():
            url = stack.enter_context(sandbox("--rate-limit", PLENTY, *options, platform=kind.partition("_")[0]))
            running[kind] = Platform(url, kind)
            stack.callback(running[kind].close)
        yield running
