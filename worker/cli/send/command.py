"""The command `fulfillment send`."""

import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from secrets import token_hex

import click

from worker.cli.options import WholeNumber, require_name
from worker.processes.exits import NEEDS_A_PERSON, WELL

INTEGER = re.compile("[1-9][0-9]{0,18}")
FIELDS = {
    "order_number": "number",
    "tracking_number": "tracking",
    "tracking_url": "tracking_url",
    "parcels": "parcels",
    "note": "note",
}
"""For each field of the event's data, the option that fills it. The order's id is not among them."""


@click.command()
@click.option("--source", required=True, help="Send as this source, with a signature by its first secret.")
@click.option("--order", default="", help="The order's id.")
@click.option("--number", default="", help="The order's number, instead of its id.")
@click.option("--event", required=True, help="The event's name in the source's profile: shipment.delivered, …")
@click.option("--tracking", default="", help="The parcel's tracking number.")
@click.option("--tracking-url", default="", help="The URL of the parcel's tracking page.")
@click.option("--parcels", type=WholeNumber(1, 1000), help="How many parcels the order has.")
@click.option("--note", default="", help="A note for people.")
@click.option("--id", "event_id", default="", help="The event's id; by default a new one.")
@click.option("--timestamp", default="", help="The event's time in ISO 8601; by default now.")
@click.option("--url", default="", help="The receiver's URL; by default from the setting `listen`.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def send(
    source: str, url: str, event: str, event_id: str, timestamp: str, as_json: bool, **data: str | int | None
) -> int:
    """Sign a test event and send it to the receiver.

    The exit code is 0 if the receiver takes the event in, even if it quarantines it; 1 if it refuses the event; 3 if it
    does not answer.

    \b
    fulfillment send --source courier --order 1001 --event shipment.picked_up --tracking TRK1
    fulfillment send --source courier --number ORD-2024-001 --event shipment.delivered
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.cli.json_lines import print_json
    from worker.cli.printing import visible
    from worker.cli.send.posting import post
    from worker.settings import load_settings

    settings = load_settings(os.environ)
    require_name("source", source, settings.sources)
    document = {
        "id": event_id or f"test-{token_hex(8)}",
        "event": event,
        "timestamp": timestamp or f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "data": _data(data),
    }
    result = post(settings, source, url, json.dumps(document).encode())
    if as_json:
        print_json({"status": result.status, "answer": result.document})
    else:
        click.echo(visible(f"{result.status} {json.dumps(result.document, ensure_ascii=False)}"))
    return WELL if result.status in range(200, 300) else NEEDS_A_PERSON


def _data(options: Mapping[str, str | int | None]) -> dict[str, str | int]:
    order = str(options["order"])
    data = {field: value for field, option in FIELDS.items() if (value := options[option])}
    if order and options["number"]:
        raise click.UsageError("Name the order by --order or by --number, not by both.")
    if not (order or options["number"] or options["tracking"]):
        raise click.UsageError("Name the order by --order, by --number, or by a parcel's --tracking alone.")
    return {"order_id": int(order) if INTEGER.fullmatch(order) else order, **data} if order else data
