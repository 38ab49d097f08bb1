"""The groups `fulfillment platform` and `fulfillment platform orders`."""

from typing import Any, BinaryIO

import click

from worker.cli.options import AS_JSON, WholeNumber
from worker.cli.platform.options import FILTERS, NEW_ORDER, given_options, options_for

ACCOUNT = click.option("--account", default="", help="The account; needed when there are several.")
DEFAULT_LIMIT = 50


@click.group()
def platform() -> None:
    """See orders at the platform, and create them."""


@platform.group()
def orders() -> None:
    """See the orders of an account at its platform, and create them.

    These commands neither read nor change our own orders in the database. Each page of a list is a call, within the
    account's limit.
    """


@orders.command("list")
@ACCOUNT
@options_for(FILTERS)
@click.option("--limit", type=WholeNumber(1, 10_000), help=f"Print at most this many.  [default: {DEFAULT_LIMIT}]")
@click.option("--all", "everything", is_flag=True, help="Read the list to its end.")
@AS_JSON
def list_orders(account: str, limit: int | None, everything: bool, as_json: bool, **filters: object) -> None:
    """List the orders at the platform, in the platform's order.

    An option that the account's platform does not have is refused.

    \b
    fulfillment platform orders list --status pending --since 2026-11-01
    fulfillment platform orders list --all --page-size 100 --json | jq -r .order
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.cli.json_lines import print_json
    from worker.cli.platform.account import open_account
    from worker.cli.platform.documents import platform_document
    from worker.cli.platform.pages import print_orders
    from worker.cli.platform.reading import first_orders, with_progress

    if limit and everything:
        raise click.UsageError("Say --limit or --all, not both.")
    maximum = None if everything else limit or DEFAULT_LIMIT
    with open_account(account) as opened:
        pages = first_orders(with_progress(opened.pages(given_options(filters)), maximum), maximum)
        if not as_json:
            print_orders(pages, maximum)
            return
        for page in pages:
            for order in page.orders:
                print_json(platform_document(opened.name, order))


@orders.command("show", short_help="Show an order at the platform.")
@click.argument("order")
@ACCOUNT
@AS_JSON
def show_order(order: str, account: str, as_json: bool) -> None:
    """Show an order at the platform: what we read from it, and the whole document.

    \b
    fulfillment platform orders show 1001
    fulfillment platform orders show main/1001 --json
    """  # noqa: D301 - same
    from worker.cli.json_lines import print_json
    from worker.cli.platform.account import open_account, split_order
    from worker.cli.platform.documents import platform_document
    from worker.cli.platform.pages import print_order

    name, order_id = split_order(order, account)
    with open_account(name) as opened:
        shown = opened.show(order_id)
    if as_json:
        print_json(platform_document(opened.name, shown))
    else:
        print_order(opened.name, shown)


@orders.command("create", short_help="Create an order at the platform, if the platform allows it.")
@ACCOUNT
@options_for(NEW_ORDER)
@click.option(
    "--file",
    type=click.File("rb"),
    help="Read the fields from a JSON object: customer_id, items, …; options win. - is stdin.",
)
@AS_JSON
def create_order(account: str, file: BinaryIO | None, as_json: bool, **fields: Any) -> None:  # noqa: ANN401 - JSON
    """Create an order at the platform, and print its id.

    The call is sent once and never repeated: if no answer comes, the order may exist.

    \b
    fulfillment platform orders create --customer-id c1 --total 19 \\
        --item product_id=p1,quantity=2,price=9.50
    fulfillment platform orders create --file order.json
    """  # noqa: D301 - same
    from worker.cli.json_lines import print_json
    from worker.cli.platform.account import open_account
    from worker.cli.platform.documents import platform_document
    from worker.cli.platform.forms import read_file

    given = {**(read_file(file) if file else {}), **given_options(fields)}
    with open_account(account) as opened:
        created = opened.create(given)
    if as_json:
        print_json(platform_document(opened.name, created))
    else:
        click.echo(created.order_id)
