"""The command `fulfillment send`."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from worker.application.names import require_name
from worker.cli.options import DURATION, WholeNumber
from worker.processes.exits import NEEDS_A_PERSON, WELL

if TYPE_CHECKING:  # imported when it is used, because `--help` does not need it
    from worker.cli.send.posting import PostResult
    from worker.cli.send.waiting import Sent


@click.command()
@click.option("--source", required=True, help="Send as this source, authenticated by its first secrets.")
@click.option("--order", default="", help="The order's id.")
@click.option("--number", default="", help="The order's number, instead of its id.")
@click.option("--event", required=True, help="The event's name: shipment.delivered, …")
@click.option("--tracking", default="", help="The parcel's tracking number.")
@click.option("--tracking-url", default="", help="The URL of the parcel's tracking page.")
@click.option("--parcels", type=WholeNumber(1, 1000), help="How many parcels the order has.")
@click.option("--note", default="", help="A note for people.")
@click.option("--id", "event_id", default="", help="The event's id; by default a new one.")
@click.option("--timestamp", default="", help="The event's time in ISO 8601; by default now.")
@click.option("--url", default="", help="The receiver's URL; by default from the setting `listen`.")
@click.option("--wait", is_flag=True, help="Wait until the order stands where the event says. It needs the database.")
@click.option("--timeout", type=DURATION, default="1m", show_default=True, help="With --wait: wait at most this long.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def send(source: str, url: str, wait: bool, timeout: timedelta, as_json: bool, **options: Any) -> int:  # noqa: ANN401 - click passes them by name
    """Sign a test event and send it to the receiver.

    The event is written and signed as the source's courier does it, by the source's profile.

    The exit code is 0 if the receiver takes the event in, even if it quarantines it; 1 if it refuses the event; 2 if
    the source's profile has no such event, or does not read an option; 3 if the receiver does not answer.

    With --wait, the code is 0 when the order stands where the event says, also if the event is a repeated one; 1 if it
    stops, or the event has no effect: then its explanation is printed; 3 if it is not decided in time.

    The answer that a courier has agreed on may not tell the outcome: then `fulfillment deliveries list` does.

    \b
    fulfillment send --source courier --order 1001 --event shipment.picked_up --tracking TRK1
    fulfillment send --source fastbox --number ORD-2024-001 --event shipment.delivered --wait
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from webhook_receiver.wiring import sources_of
    from worker.cli.send.making import EventOptions, make_request
    from worker.cli.send.posting import address_of, post
    from worker.settings import load_settings

    settings = load_settings(os.environ)
    require_name("source", source, settings.sources)
    _require_order(options)
    address = address_of(url, settings.listen, source)
    # A proxy removes `public_prefix` on the way to our own receiver, so that URL does not have it.
    event = EventOptions(**options)
    made = make_request(sources_of(settings)[source], event, address.raw_path, is_public=bool(url))
    if wait:
        from worker.cli.send.waiting import Sent

        sent = Sent(source, made.body, f"{settings.sources[source].account}/{event.order_name}")
        return _send_and_wait(partial(post, address, made), sent, timeout, as_json=as_json)
    result = post(address, made)
    _print(result, source, as_json=as_json)
    return WELL if result.is_taken else NEEDS_A_PERSON


def _send_and_wait(send_it: Callable[[], "PostResult"], sent: "Sent", timeout: timedelta, *, as_json: bool) -> int:
    """Send the event, print what becomes of it, and return the exit code."""
    from worker.application.context import open_database
    from worker.cli.json_lines import print_json
    from worker.cli.local import runnable_values
    from worker.cli.send.waiting import begin, wait_for

    with open_database() as context:
        since = begin(context)
        result = send_it()
        if not result.is_taken:
            _print(result, sent.source, as_json=as_json)
            return NEEDS_A_PERSON
        if not as_json:
            _print(result, sent.source, as_json=False)
        outcome = wait_for(context, replace(sent, event_id=result.event_id), since, timeout.total_seconds())
    if as_json:
        print_json({"status": result.status, "answer": result.document, **runnable_values(outcome.document())})
    else:
        outcome.print()
    return outcome.code


def _print(result: "PostResult", source: str, *, as_json: bool) -> None:
    """Print the receiver's answer."""
    from worker.cli.json_lines import print_json
    from worker.domain.text import visible

    if as_json:
        print_json({"status": result.status, "answer": result.document})
    else:
        click.echo(visible(f"{result.status} {json.dumps(result.document, ensure_ascii=False)}"))
        if result.is_taken and not result.outcome:
            from worker.cli.printing import print_sentence

            print_sentence(f"This is the agreed answer: see `fulfillment deliveries list --source {source}`.")


def _require_order(options: Mapping[str, object]) -> None:
    """Raise `UsageError` unless the order is named in one way."""
    if options["order"] and options["number"]:
        raise click.UsageError("Name the order by --order or by --number, not by both.")
    if not (options["order"] or options["number"] or options["tracking"]):
        raise click.UsageError("Name the order by --order, by --number, or by a parcel's --tracking alone.")
