"""The senders of a storm: each webhook leaves at its moment, and is repeated until it has an answer below 500."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

import httpx

from tests.storm.plan import PlannedDelivery
from tests.storm.wire import outgoing

THREADS = 12
PAUSE_SECONDS = 0.3
"""Between two attempts."""
GIVES_UP_AFTER_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The last answer to a delivery: its HTTP *code*, and its *outcome* and *delivery_id* if it names them.

    The code is 0 when the sender gave up.
    """

    delivery: PlannedDelivery
    code: int
    outcome: str = ""
    delivery_id: int | None = None


@dataclass
class Senders:
    """Sends *deliveries*, sorted by their moments, to the receiver at *url*. *begin* is when the facts were news."""

    url: str
    deliveries: list[PlannedDelivery]
    begin: datetime
    answers: list[Answer] = field(default_factory=list)
    signatures: set[str] = field(default_factory=set)
    attempts: int = 0

    def __post_init__(self) -> None:
        self._stopped, self._lock = threading.Event(), threading.Lock()
        limits = httpx.Limits(max_connections=THREADS, max_keepalive_connections=0)
        self._client = httpx.Client(base_url=self.url, trust_env=False, timeout=12, limits=limits)
        self._pool = ThreadPoolExecutor(THREADS, "sender")
        self._futures: list[Future[None]] = []

    def start(self) -> None:
        """Begin to send."""
        began = monotonic()
        self._futures = [self._pool.submit(self._send, delivery, began) for delivery in self.deliveries]

    @property
    def are_done(self) -> bool:
        """Whether every delivery has its last answer. Raises what a sender has raised."""
        done = [future for future in self._futures if future.done()]
        for future in done:
            if error := future.exception():
                raise error
        return len(done) == len(self._futures)

    def stop(self) -> None:
        """Send nothing more."""
        self._stopped.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._client.close()

    def _send(self, delivery: PlannedDelivery, began: float) -> None:
        self._stopped.wait(max(0.0, began + delivery.at - monotonic()))
        gives_up_at = monotonic() + GIVES_UP_AFTER_SECONDS
        while not self._stopped.is_set() and monotonic() < gives_up_at:
            answer = self._attempt(delivery)
            if answer is not None:
                self.answers.append(answer)
                return
            self._stopped.wait(PAUSE_SECONDS)
        if not self._stopped.is_set():
            self.answers.append(Answer(delivery, 0))

    def _attempt(self, delivery: PlannedDelivery) -> Answer | None:
        request = outgoing(delivery, self.begin)
        with self._lock:
            self.attempts += 1
            self.signatures |= {request.signed} - {""}
        path, headers = (
            f"/webhooks/{request.source}{request.query}",
            [(name.encode(), value.encode()) for name, value in request.headers.items()],
        )
        try:
            response = self._client.post(path, headers=headers, content=request.body)
        except httpx.TransportError:
            return None
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            return None
        body = response.json()
        return Answer(delivery, response.status_code, str(body.get("status", "")), body.get("delivery_id"))
