"""Prints the couriers before the day begins: how each of them authenticates itself, and one of its words."""

from collections.abc import Iterator, Mapping

from webhook_receiver.profiles.schema.compilation import location_of, options_of
from webhook_receiver.profiles.schema.model import ProfileFile
from webhook_receiver.profiles.schema.trust import signed_fields
from worker.cli.demo.couriers import COURIERS, Courier
from worker.cli.demo.senders import Sender
from worker.cli.demo.shops import SHOPS
from worker.cli.printing import Output
from worker.domain.events import EventName

WIDTH = 10
"""The width of a source's name, in columns."""
EXAMPLE = EventName.PICKED_UP
NATIVE_HEADER = "X-Awal-Signature-256"


def print_couriers(output: Output) -> None:
    """Print a line for each courier."""
    output.print("The couriers, each with its own format: its signature or token, and a word", style="bold")
    for courier in COURIERS.values():
        output.print(introduction(courier), soft_wrap=True)


def introduction(courier: Courier) -> str:
    """Return the line for *courier*."""
    sender = SHOPS[courier.account].senders[courier.source]
    return f"  {courier.source:<{WIDTH}} {' · '.join(_facts(courier, sender))}"


def _facts(courier: Courier, sender: Sender) -> Iterator[str]:
    """Yield what is peculiar to the format of *courier*."""
    if sender.file is None:
        yield f"{NATIVE_HEADER}: the request"
    else:
        yield from (_authentication(sender.file, name, sender.settings) for name in sender.methods)
    if courier.list_field:
        yield "a list"
    word = courier.word(EXAMPLE)
    yield word if word == EXAMPLE else f"{word} = {EXAMPLE.removeprefix('shipment.')}"


def _authentication(file: ProfileFile, name: str, settings: Mapping[str, str]) -> str:
    """Return where a method has its signature or token, and what a signature covers."""
    location = location_of(file.auth[name].from_, options_of(file, settings))
    fields = signed_fields(file.auth[name], file.document.unwrap)
    covered = "the body" if fields is None else f"{len(fields)} fields" if fields else "token"
    return f"{location.name}: {covered}"
