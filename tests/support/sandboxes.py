"""Every platform as a sandbox in a process, and the settings with which a command finds the account `main` there."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from tests.support.credentials import SECRET
from tests.support.good_settings import MAIN
from tests.support.installation import Sandbox
from tests.support.sandbox_account import sandbox

PLENTY = "100000"
"""Calls a minute: more than any test sends."""
OPTIONS = {"awalchat": (), "cekat": (), "cekat_other": ("--answers", "other")}
"""Cekat documents its answers in two shapes."""


class Platform(Sandbox):
    """One platform. *kind* is a key of `OPTIONS`, *name* the name that the settings know."""

    def __init__(self, url: str, kind: str) -> None:
        super().__init__(int(url.rpartition(":")[2]))
        self.url, self.kind, self.name = url, kind, kind.partition("_")[0]

    @property
    def settings(self) -> Mapping[str, str | None]:
        """The settings of the account `main` here, besides the usual ones; None removes a usual one."""
        # A test makes more calls than the smallest plan allows.
        common = {f"{MAIN}PLATFORM": self.name, f"{MAIN}CALLS_PER_MINUTE": PLENTY}
        if self.name == "awalchat":
            return {**common, f"{MAIN}BASE_URL": f"{self.url}/api/v1", f"{MAIN}HMAC_SECRET": SECRET}
        others = dict.fromkeys(f"{MAIN}{key}" for key in ("DOMAIN", "CLIENT_ID", "HMAC_SECRET", "PHONE_NUMBER_ID"))
        return {**common, **others, f"{MAIN}BASE_URL": self.url, f"{MAIN}API_KEY": SECRET}

    def calls(self) -> int:
        """Return how many calls the sandbox has received."""
        calls: int = self.totals()["calls"]
        return calls


@contextmanager
def platforms() -> Iterator[Mapping[str, Platform]]:
    """Run every platform, by its key in `OPTIONS`."""
    with ExitStack() as stack:
        running = {}
        for kind, options in OPTIONS.items():
            url = stack.enter_context(sandbox("--rate-limit", PLENTY, *options, platform=kind.partition("_")[0]))
            running[kind] = Platform(url, kind)
            stack.callback(running[kind].close)
        yield running
