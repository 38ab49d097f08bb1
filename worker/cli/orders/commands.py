"""The group `fulfillment orders`."""

import click

from worker.cli.commands import OrderedGroup
from worker.cli.orders.actions import advance_order, close_order, release_order, retry_order
from worker.cli.orders.assigning import assign_order
from worker.cli.orders.listing import list_orders
from worker.cli.orders.queries import explain_order, show_order


@click.group(cls=OrderedGroup)
def orders() -> None:
    """Show and explain orders; advance, retry, release, close or assign them.

    ORDER is the id of an order, or account/id if several accounts have an order with this id. Instead of the id, you
    can give the order's number, as number:ORD-2024-001, a tracking number, as tracking:TRK1, or the courier's own id of
    a shipment, as shipment:5dd599eb.
    """


_SHOWING, _CHANGING = (list_orders, show_order, explain_order), (advance_order, retry_order, release_order, close_order)
for command in (*_SHOWING, *_CHANGING, assign_order):
    orders.add_command(command)
