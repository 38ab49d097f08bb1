"""Judges whether the receiver runs and can write deliveries, by its own answer. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from worker.domain.instants import MINUTE, Duration, Instant
from worker.operations.doctor.checks import Check, Verdict
from worker.operations.instants import ago

ELSEWHERE: Duration = 15 * MINUTE
"""After a delivery, a receiver that does not answer here may run elsewhere for this long."""
START = (
    "`fulfillment receiver`, or `fulfillment up` for everything; with systemd, `systemctl start"
    " fulfillment-receiver` or `systemctl start fulfillment`."
)
_NAME = "receiver"


class Unanswered(Enum):
    """Why there is no answer of the receiver."""

    NOT_LOCAL = auto()
    """The setting `listen` names an address of another machine."""
    REFUSED = auto()
    """Nobody listens there."""
    SILENT = auto()
    """Somebody listens there, and does not answer in time."""
    FOREIGN = auto()
    """Another program answers there."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The answer of a receiver: whether it *is_ready*, and the state of its *parts*, if it tells them."""

    is_ready: bool
    parts: Mapping[str, str]


def judge_receiver(
    url: str, answer: Ready | Unanswered, last_delivery_at: Instant | None = None, now: Instant = 0
) -> Check:
    """Judge the *answer* to `/readyz` at *url*. *last_delivery_at* is when any source's last delivery was stored."""
    match answer:
        case Ready(is_ready=True, parts=parts):
            return _judge_ready(url, parts)
        case Ready():
            return _fail(
                f"It answers at {url}, but cannot write deliveries: it answers 503 to the couriers, who send again.",
                "See the check `database`. If that is well, the receiver runs as another user, or with another"
                " database_url, than this command: compare them, and restart it.",
            )
        case Unanswered.NOT_LOCAL:
            sentence = f"It was not asked: {url} is no address of this machine."
            return Check(_NAME, Verdict.OK, f"{sentence}{_last_delivery(last_delivery_at, now)}")
        case Unanswered.SILENT:
            return _fail(f"It does not answer at {url} in time.", "Restart it, and see the end of its log.")
        case Unanswered.FOREIGN:
            return _fail(
                f"Another program answers at {url}.",
                "End that program, or give the receiver another address by the setting `listen`; then restart it.",
            )
        case Unanswered.REFUSED:
            return _judge_absence(url, last_delivery_at, now)


def _fail(sentence: str, advice: str) -> Check:
    return Check(_NAME, Verdict.FAIL, sentence, advice, unreachable=True)


def _judge_ready(url: str, parts: Mapping[str, str]) -> Check:
    if parts.get("broker", "ok") in {"ok", "unknown"}:
        return Check(_NAME, Verdict.OK, f"It answers at {url}, and can write deliveries.")
    return Check(
        _NAME,
        Verdict.WARN,
        f"It answers at {url}, and can write deliveries, but does not reach the broker: orders begin later.",
        "See the check `broker`. If that is well, the receiver has another broker_url than this command: restart it.",
    )


def _judge_absence(url: str, last_delivery_at: Instant | None, now: Instant) -> Check:
    elsewhere = "If it runs on another machine, write its address there as `listen` into the settings here."
    if last_delivery_at is not None and now - last_delivery_at < ELSEWHERE:
        sentence = f"Nobody answers at {url}. It may run elsewhere:{_last_delivery(last_delivery_at, now)}"
        return Check(_NAME, Verdict.WARN, sentence, f"{elsewhere} If it is to run here, start it: {START}")
    return _fail(f"Nobody answers at {url}: webhooks are not received.", f"Start it: {START} {elsewhere}")


def _last_delivery(at: Instant | None, now: Instant) -> str:
    return " No delivery was stored yet." if at is None else f" The last delivery was stored {ago(at, now)}."
