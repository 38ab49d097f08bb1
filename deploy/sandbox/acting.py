"""Acts out one fault around one call."""

from collections.abc import Callable

from flask import Response

from deploy.sandbox.faults import Fault, Kind
from deploy.sandbox.replies import raw
from deploy.sandbox.wire import Dripping, Severed
from deploy.sandbox.world import World

CarryOut = Callable[[], Response]
"""Does what the call asks for, and gives the honest answer to it."""
Envelope = Callable[[int], Response]
"""Gives the platform's error envelope for an HTTP status."""


def act(fault: Fault, carry_out: CarryOut, world: World, envelope: Envelope) -> Response:
    """Answer as *fault* has it; the call is carried out in time, late, or not at all."""
    match fault.kind:
        case Kind.DELAY:
            return _delay(fault, carry_out, world)
        case Kind.DRIP:
            return Dripping(carry_out(), lambda: world.wait(fault.pause), drip_head=fault.drip_headers)
        case Kind.APPLY_LATE:
            world.later(fault.seconds, carry_out)
            return _answer(fault, world, envelope)
        case Kind.OUTAGE:
            return _answer(fault, world, envelope)
        case Kind.LOSE_ANSWER:
            carry_out()
            return Severed()
        case _:
            if fault.when == "after":
                carry_out()
            return Severed() if fault.kind is Kind.RESET else _canned(fault, envelope)


def _delay(fault: Fault, carry_out: CarryOut, world: World) -> Response:
    if fault.when == "before":
        world.wait(fault.seconds)
        return carry_out()
    response = carry_out()
    world.wait(fault.seconds)
    return response


def _answer(fault: Fault, world: World, envelope: Envelope) -> Response:
    if isinstance(fault.answer, int):
        return envelope(fault.answer)
    if fault.answer == "hang":
        world.wait(fault.seconds)
    return Severed()


def _canned(fault: Fault, envelope: Envelope) -> Response:
    if fault.body is None and fault.size is None:
        response = envelope(fault.code)
    else:
        response = raw(fault.code, fault.body, fault.size, fault.content_type)
    response.headers.update(fault.headers)
    return response
