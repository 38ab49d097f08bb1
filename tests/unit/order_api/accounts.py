"""One account of a platform, which is a peer: what it sends, what it hears, and what it shows of itself."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from tests.support.credentials import credentials_at
from tests.unit.order_api.calling import http
from worker.order_api.accounts import AccountContext

NOW = 1_706_193_000_999_999


class Account:
    """One account; what it may wait is written down, and its clock stands until a test sets it."""

    def __init__(self, peer, client, platform, **settings):
        self.now, self.peer, self.platform = NOW, peer, platform
        self.waits: list[int] = []
        self.context = AccountContext(client, lambda: self.now, ZoneInfo("Asia/Riyadh"), self.waits.append)
        self.credentials = credentials_at(peer.url, platform, **settings)
        self.orders = self.credentials.connect(self.context)
        self.book = self.credentials.orders_client(self.context)

    def other(self, **settings):
        """Another account at the same peer, with *settings* of its own."""
        return Account(self.peer, self.context.client, self.platform, **settings)

    def meets(self, answer):
        """Let this be the answer to every call from now on."""
        headers = [f"{name}: {value}" for name, value in answer.headers.items()]
        self.peer.answers(http(answer.body, f"{answer.status} Whatever", *headers))

    def heard(self):
        """The one request that came: its line, headers and body."""
        (request,) = self.peer.requests
        return parse(request)

    def shows(self):
        """All that its parts show of themselves when they are printed."""
        return " ".join(text for part in parts(self.credentials, self.orders) for text in (repr(part), str(part)))


def parse(request):
    head, _, body = request.partition(b"\r\n\r\n")
    line, *lines = head.decode().split("\r\n")
    return line, {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}, body


def parts(*objects: object) -> Iterator[object]:
    """Yield *objects* and whatever objects of ours they are made of: a log may print any of them."""
    for each in objects:
        if type(each).__module__.startswith("worker."):
            yield each
            names = (*getattr(each, "__dict__", ()), *getattr(type(each), "__slots__", ()))
            yield from parts(*(getattr(each, name) for name in names))
