"""The groups `fulfillment platform` and `fulfillment platform orders`."""

from typing import Any, BinaryIO

import click

from worker.cli.commands import OrderedGroup
from worker.cli.options import AS_JSON, ORDER, WholeNumber
from worker.cli.platform.options import FILTERS, NEW_ORDER, options_for, without_missing

ACCOUNT = click.option("--account", default="", help="The account; required if the settings name several.")
DEFAULT_LIMIT = 50


@click.group()
def platform() -> None:
    """Show orders at the platform, and create them."""


@platform.group(cls=OrderedGroup)
def orders() -> None:
    """Show the orders of an account at its platform, and create them.

    These commands call the platform. They neither read nor change the orders in our database. Each page of a list is
    one call, and every call counts against the account's call budget.
    """


@orders.command("list")
@ACCOUNT
@options_for(FILTERS)
@click.option("--limit", type=WholeNumber(1, 10_000), help=f"Print at most this many.  [default: {DEFAULT_LIMIT}]")
@click.option("--all", "everything", is_flag=True, help="Print all orders of the list.")
@AS_JSON
def list_orders(account: str, limit: int | None, everything: bool, as_json: bool, **filters: object) -> None:
    """List the orders at the platform, as the platform sorts them.

    An option that the account's platform does not have is an error.

    \b
    fulfillment platform orders list --status pending --since 2026-11-01
    fulfillment platform orders list --all --page-size 100 --json | jq -r .order
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.cli.json_lines import print_json
    from worker.cli.platform.account import open_account
    from worker.cli.platform.documents import platform_document
    from worker.cli.platform.paging import first_orders, with_progress, with_remark
    from worker.cli.platform.printing import print_orders

    if limit and everything:
        raise click.UsageError("Say --limit or --all, not both.")
    maximum = None if everything else limit or DEFAULT_LIMIT
    with open_account(account) as platform_account:
        pages = with_progress(platform_account.pages(without_missing(filters)), maximum)
        pages = with_remark(first_orders(pages, maximum))
        if not as_json:
            print_orders(pages, maximum)
            return
        for page in pages:
            for order in page.orders:
                print_json(platform_document(platform_account.name, order))


@orders.command("show", short_help="Show an order at the platform.")
@ORDER
@ACCOUNT
@AS_JSON
def show_order(order: str, account: str, as_json: bool) -> None:
    """Show an order at the platform: our reading of it, and the whole document of the platform.

    \b
    fulfillment platform orders show 1001
    fulfillment platform orders show main/1001 --json
    """  # noqa: D301 - same
    from worker.cli.json_lines import print_json
    from worker.cli.platform.account import open_account, split_order
    from worker.cli.platform.documents import platform_document
    from worker.cli.platform.printing import print_order

    name, order_id = split_order(order, account)
    with open_account(name) as platform_account:
        platform_order = platform_account.show(order_id)
    if as_json:
        print_json(platform_document(platform_account.name, platform_order))
    else:
        print_order(platform_account.name, platform_order)


@orders.command("create", short_help="Create an order at the platform, if the platform allows it.")
@ACCOUNT
@options_for(NEW_ORDER)
@click.option(
    "--file",
    type=click.File("rb"),
    help="A JSON file with the fields: customer_id, items, …; - is stdin. Options override it.",
)
@AS_JSON
def create_order(account: str, file: BinaryIO | None, as_json: bool, **fields: Any) -> None:  # noqa: ANN401 - JSON
    """Create an order at the platform, and print its id.

    The call is sent once and never repeated. If no answer comes, the order may exist.

    \b
    fulfillment platform orders create --customer-id c1 --total 19 \\
        --item product_id=p1,quantity=2,price=9.50
    fulfillment platform orders create --file order.json
    """  # noqa: D301 - same
    from worker.cli.json_lines import print_json
    from worker.cli.platform.account import open_account
    from worker.cli.platform.documents import platform_document
    from worker.cli.platform.forms import read_file

    values = {**(read_file(file) if file else {}), **without_missing(fields)}
    with open_account(account) as platform_account:
        new_order = platform_account.create(values)
    if as_json:
        print_json(platform_document(platform_account.name, new_order))
    else:
        click.echo(new_order.order_id)
