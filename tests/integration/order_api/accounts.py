"""One account whose platform is a peer on a socket: its requests, its answers, and its printed text."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from tests.integration.order_api.calling import http
from tests.support.credentials import credentials_at
from worker.domain.accounts.observations import Observation
from worker.order_api.account_session import AccountContext
from worker.order_api.accounts import open_account

NOW = 1_706_193_000_999_999


class PeerAccount:
    """One account. It records what it observes of its rate limit, and its clock stands still until a test sets it."""

    def __init__(self, peer, client, platform, **settings):
        self.now, self.peer, self.platform = NOW, peer, platform
        self.observed: list[Observation] = []
        self.context = AccountContext(client, lambda: self.now, ZoneInfo("Asia/Riyadh"), self.observed.append)
        self.credentials = credentials_at(peer.url, platform, **settings)
        self.account = open_account(self.credentials, self.context)
        self.api, self.orders_client = self.account.order_api(), self.account.orders_client()

    def other(self, **settings):
        """Return another account at the same peer, with *settings* of its own."""
        return PeerAccount(self.peer, self.context.client, self.platform, **settings)

    def answers_with(self, response):
        """Answer every call with *response* from now on."""
        headers = [f"{name}: {value}" for name, value in response.headers.items()]
        self.peer.answers(http(response.body, f"{response.status} Reason", *headers))

    def only_request(self):
        """Return the first line, the headers and the body of the only request that the peer received."""
        (request,) = self.peer.requests
        return parse(request)

    def printed(self):
        """Return the text of all its parts as a log prints them."""
        return " ".join(text for part in parts(self.account, self.api) for text in (repr(part), str(part)))


def parse(request):
    head, _, body = request.partition(b"\r\n\r\n")
    line, *lines = head.decode().split("\r\n")
    return line, {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}, body


def parts(*objects: object) -> Iterator[object]:
    """Yield *objects* and all objects of our classes in them, because a log may print any of them."""
    for each in objects:
        if type(each).__module__.startswith("worker."):
            yield each
            names = (*getattr(each, "__dict__", ()), *getattr(type(each), "__slots__", ()))
            yield from parts(*(getattr(each, name) for name in names))
