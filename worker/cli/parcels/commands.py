"""The group `fulfillment parcels` and its commands: `list`, `add`, `remove` and `drop`."""

from typing import TYPE_CHECKING

import click

from worker.cli.commands import OrderedGroup
from worker.cli.options import AS_JSON, CREATE, DRY_RUN, ORDER, REASON_UNLESS_DRY_RUN, reason_unless, with_user

if TYPE_CHECKING:  # imported when it is used, because `--help` does not need it
    from worker.domain.orders import OrderKey
    from worker.operations.previews import Preview


@click.group(cls=OrderedGroup)
def parcels() -> None:
    """Show the parcels of an order; register a parcel, or take that back; put a parcel away.

    ORDER is as in `fulfillment orders`.
    """


@parcels.command("list", short_help="List the parcels of an order.")
@ORDER
@AS_JSON
def list_parcels(order: str, as_json: bool) -> None:
    """List the parcels that the events of an order name, each with its latest event.

    \b
    fulfillment parcels list 1001
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.application.context import open_database
    from worker.cli.json_lines import print_json_lines
    from worker.cli.parcels.documents import parcel_document
    from worker.operations.parcels.parcels import parcels_of

    with open_database() as context:
        operations = context.operations
        snapshot = operations.snapshot(operations.find(order))
    entries = parcels_of(snapshot.events)
    if as_json:
        print_json_lines(parcel_document(snapshot.order.key, entry) for entry in entries)
        return
    from worker.cli.parcels.printing import print_parcels

    print_parcels(entries, snapshot.now)


@parcels.command("add", short_help="Register a parcel of an order.")
@ORDER
@click.argument("tracking")
@click.option("--url", default="", help="The URL of the parcel's tracking page.")
@click.option("--shipment", default="", help="The courier's own id of the shipment, if its events name only that.")
@click.option("--reason", default="", help="The reason, in one sentence for people who ask later.")
@CREATE
@DRY_RUN
@AS_JSON
def add_parcel(
    order: str, tracking: str, url: str, shipment: str, reason: str, create: bool, dry_run: bool, as_json: bool
) -> None:
    """Register a parcel, TRACKING, of an order. Events that wait for the order of this parcel go to it at once.

    A parcel that the order has already is left as it is. A parcel that another order has is refused. Where no webhook
    tells of new orders, as at Cekat, the database may not know the order yet: add --create.

    \b
    fulfillment parcels add 1001 TRK1 --url https://track.example/TRK1
    fulfillment parcels add main/1002 TRK2 --shipment 5dd599eb --create
    """  # noqa: D301 - same
    from worker.application.context import open_database
    from worker.cli.json_lines import print_json
    from worker.cli.parcels.documents import registration_document
    from worker.operations.foreseeing import foresee_registration
    from worker.operations.parcels.parcels import Parcel
    from worker.operations.parcels.registrations import register

    note, parcel = with_user(reason), Parcel(tracking, url, shipment)
    with open_database() as context:
        operations = context.operations
        key = operations.find(order)
        if dry_run:
            _print_foreseen(
                key, tracking, foresee_registration(operations, key, parcel, create=create), as_json=as_json
            )
            return
        result = register(operations, key, parcel, note, create=create)
    if as_json:
        print_json(registration_document(result))
        return
    from worker.cli.printing import print_sentence
    from worker.operations.parcels.sentences import registration_sentence

    print_sentence(registration_sentence(result))


@parcels.command("remove", short_help="Take back the registration of a parcel.")
@ORDER
@click.argument("tracking")
@REASON_UNLESS_DRY_RUN
@DRY_RUN
@AS_JSON
def remove_parcel(order: str, tracking: str, reason: str | None, dry_run: bool, as_json: bool) -> None:
    """Take back `parcels add`: the order does not wait for the parcel, TRACKING, any more; another order can have it.

    A parcel that a courier has reported stays. What was written to the platform stays there. An order that the platform
    has never shown is deleted with its only parcel.

    \b
    fulfillment parcels remove 1001 TRK1 --reason "a misprint"
    """  # noqa: D301 - same
    from worker.application.context import open_database
    from worker.cli.json_lines import print_json
    from worker.cli.parcels.documents import removal_document
    from worker.operations.acts import ActName
    from worker.operations.foreseeing import foresee
    from worker.operations.parcels.removals import remove

    note = reason_unless(reason, dry_run=dry_run)
    with open_database() as context:
        operations = context.operations
        key = operations.find(order)
        if dry_run:
            foreseen = foresee(operations, ActName.REMOVE_PARCEL, key, tracking, context.policies)
            _print_foreseen(key, tracking, foreseen, as_json=as_json)
            return
        result = remove(operations, key, tracking, note)
    if as_json:
        print_json(removal_document(result))
        return
    from worker.cli.printing import print_sentence
    from worker.operations.parcels.sentences import removal_sentence

    print_sentence(removal_sentence(result))


@parcels.command("drop", short_help="Put away a parcel that will not arrive.")
@ORDER
@click.argument("tracking")
@REASON_UNLESS_DRY_RUN
@DRY_RUN
@AS_JSON
def drop_parcel(order: str, tracking: str, reason: str | None, dry_run: bool, as_json: bool) -> None:
    """Put a parcel, TRACKING, away: the order does not wait for it any more. The event stays, with your reason.

    This is for a label that was printed anew, and for a parcel that is lost or returned. A parcel that the courier has
    is refused. If the parcel moves or arrives nevertheless, it counts again.

    \b
    fulfillment parcels drop 1001 TRK1 --reason "the label was printed anew, as TRK2"
    """  # noqa: D301 - same
    from worker.application.context import open_database
    from worker.cli.json_lines import print_json
    from worker.cli.parcels.documents import drop_document
    from worker.operations.acts import ActName
    from worker.operations.foreseeing import foresee
    from worker.operations.parcels.drops import drop

    note = reason_unless(reason, dry_run=dry_run)
    with open_database() as context:
        operations = context.operations
        key = operations.find(order)
        if dry_run:
            foreseen = foresee(operations, ActName.DROP_PARCEL, key, tracking, context.policies)
            _print_foreseen(key, tracking, foreseen, as_json=as_json)
            return
        result = drop(operations, key, tracking, note)
    if as_json:
        print_json(drop_document(result))
        return
    from worker.cli.printing import print_sentence
    from worker.operations.parcels.sentences import drop_sentence

    print_sentence(drop_sentence(result))


def _print_foreseen(key: "OrderKey", tracking: str, preview: "Preview", *, as_json: bool) -> None:
    from worker.cli.json_lines import print_json
    from worker.cli.parcels.documents import preview_document
    from worker.cli.printing import print_sentence

    if as_json:
        print_json(preview_document(key, tracking, preview))
    else:
        print_sentence(f"{key}, parcel {tracking}: {preview.text}")
