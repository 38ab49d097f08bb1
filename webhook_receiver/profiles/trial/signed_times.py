"""The time that is a part of what was signed: whether a delivery is too old by it, and whether anybody looks at it."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from webhook_receiver.profiles.engine.authentication import Authentic
from webhook_receiver.profiles.schema.model import AuthTable, DigestAuth, HmacAuth
from webhook_receiver.profiles.trial.steps import Step, Subject, instant_text
from webhook_receiver.requests import Request
from worker.domain.errors import Unusable
from worker.domain.instants import DAY, MINUTE, SECOND, Instant

_TIME = re.compile("[0-9]{10}")


def signed_time_step(subject: Subject, authentic: Authentic) -> Iterator[Step]:
    """Yield the step of the signed time, if there is one."""
    if authentic.signed_at is None:
        return
    text = instant_text(authentic.signed_at)
    if abs(subject.received_at - authentic.signed_at) > subject.source.tolerance:
        limit = subject.source.tolerance // MINUTE
        text += f": further than {limit} min from now. As a delivery it would be refused by now (401)"
    yield Step("signed time", text)


def advice_on_unread_time(subject: Subject, table: AuthTable, request: Request) -> Iterator[str]:
    """Yield what to write for a header in the message that looks like the time of the request."""
    if subject.is_builtin or not isinstance(table, HmacAuth | DigestAuth) or table.time:
        return
    for name in table.message.arguments("header"):
        text = request.headers.get(name.lower(), "")
        if _TIME.fullmatch(text) and _is_near(int(text) * SECOND, _times_of(subject, request)):
            key = f'time = {{ from = "header:{name}" }}'
            yield f"{name} looks like a signed time: write {key} and {{time}}, else its age is not checked"


def _is_near(instant: Instant, others: Sequence[Instant]) -> bool:
    return any(abs(instant - other) <= DAY for other in others)


def _times_of(subject: Subject, request: Request) -> list[Instant]:
    """Return the arrival, and the times in the document, because a sample may be old."""
    with suppress(Unusable):
        times = [reading.time for reading in subject.format.readings(request.body, subject.received_at)]
        instants = [time.instant for time in times if time and time.instant is not None]
        return [subject.received_at, *instants]
    return [subject.received_at]
