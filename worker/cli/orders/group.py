"""The group `fulfillment orders`."""

import click

from worker.cli.orders.actions import advance_order, release_order, retry_order
from worker.cli.orders.queries import explain_order, list_orders, show_order


class _InWrittenOrder(click.Group):
    """Lists its commands in the order in which they were added, and not by the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.commands)


@click.group(cls=_InWrittenOrder)
def orders() -> None:
    """See where orders are and why, and act on them.

    ORDER is the id of an order, or account/id when several accounts have an order with this id. Instead of the id, you
    can give the order's number, as number:ORD-2024-001, or a tracking number, as tracking:TRK1.
    """


for command in (list_orders, show_order, explain_order, advance_order, retry_order, release_order):
    orders.add_command(command)
