"""The order in which messages are tried: the most probable first."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from webhook_receiver.profiles.engine.authentication import OpenedRequest
from webhook_receiver.profiles.engine.messages import Template
from webhook_receiver.profiles.trial import candidates
from webhook_receiver.profiles.trial.candidates import Body
from webhook_receiver.profiles.trial.carriers import Carrier, Part, times_of

MAX_TIMES = 6
SIMPLE = ("{body}", "{time}.{body}", "{time}{body}", "{body}{time}", "{time}:{body}")


class Attempt(NamedTuple):
    """One message to try: by an HMAC, or, with *hashes_secret*, by a digest.

    It has the template, the signed time if the template has one, and the body that was signed.
    """

    template: str
    time: Part | None
    body: Body
    hashes_secret: bool = False


def phases(opened: OpenedRequest, own: Template, carriers: Sequence[Carrier]) -> Iterator[Iterator[Attempt]]:
    """Yield the attempts for a method with the message *own*, in groups. After a group with a hit, the rest is idle."""
    whole, *variants = candidates.bodies_of(opened.request.body)
    plan = _Plan(times_of(opened)[:MAX_TIMES], [whole])
    varied = _Plan(plan.times, variants)
    yield from (one.attempts([own.text], hashes_secret=secret) for one in (plan, varied) for secret in (False, True))
    headers = candidates.header_names(opened, carriers)
    # A signed time is worth more than a signed header: the receiver compares it with its clock.
    yield plan.attempts(candidates.timed_templates(headers))
    yield plan.attempts(candidates.body_templates(headers))
    fields = candidates.single_field_templates(opened)
    for secret in (False, True):
        yield plan.attempts([*candidates.own_field_templates(own), *fields], hashes_secret=secret)
        yield from (one.attempts(SIMPLE, hashes_secret=secret) for one in (plan, varied))
    yield plan.attempts(["{secret}"], hashes_secret=True)
    yield plan.attempts(candidates.several_field_templates(fields))


class _Plan(NamedTuple):
    times: Sequence[Part]
    bodies: Sequence[Body]

    def attempts(self, templates: Iterable[str], *, hashes_secret: bool = False) -> Iterator[Attempt]:
        for template in templates:
            for written in candidates.with_secret(template) if hashes_secret else (template,):
                times = self.times if "{time}" in written else (None,)
                bodies = self.bodies if "{body}" in written else self.bodies[:1]
                yield from (Attempt(written, time, body, hashes_secret) for time, body in product(times, bodies))
