"""`fulfillment platform …`: orders as the platform has them, whatever the journal knows of them."""

from typing import Any, BinaryIO

import click

from worker.cli.options import AS_JSON, WholeNumber
from worker.cli.platform.options import FILTERS, NEW_ORDER, offering, said

ACCOUNT = click.option("--account", default="", help="The account; needed where there are several.")
USUAL = 50


@click.group()
def platform() -> None:
    """Look at the orders at the platform, and create them."""


@platform.group()
def orders() -> None:
    """Look at the orders of an account, and create them.

    The journal neither knows nor learns what is said here. Each page of a list is a call, within the account's limit.
    """


@orders.command("list")
@ACCOUNT
@offering(FILTERS)
@click.option("--limit", type=WholeNumber(1, 10_000), help=f"How many, at most.  [default: {USUAL}]")
@click.option("--all", "everything", is_flag=True, help="Read the list to its end.")
@AS_JSON
def list_orders(account: str, limit: int | None, everything: bool, as_json: bool, **asked: object) -> None:
    """List the orders at the platform, in its own order.

    An option that the account's platform does not have is refused.

    \b
    fulfillment platform orders list --status pending --since 2026-11-01
    fulfillment platform orders list --all --page-size 100 --json | jq -r .order
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.cli.platform.account import open_account
    from worker.cli.platform.pages import cut, platform_document, print_orders, watched
    from worker.cli.printing import print_json

    if limit and everything:
        raise click.UsageError("Say --limit or --all, not both.")
    most = None if everything else limit or USUAL
    with open_account(account) as opened:
        pages = cut(watched(opened.pages(said(asked)), most), most)
        if not as_json:
            print_orders(pages, most)
            return
        for page in pages:
            for shown in page.orders:
                print_json(platform_document(opened.name, shown))


@orders.command("show", short_help="Show an order at the platform.")
@click.argument("order")
@ACCOUNT
@AS_JSON
def show_order(order: str, account: str, as_json: bool) -> None:
    """Show an order at the platform: what we read from it, and all that the platform says.

    \b
    fulfillment platform orders show 1001
    fulfillment platform orders show main/1001 --json
    """  # noqa: D301 - same
    from worker.cli.platform.account import find_order, open_account
    from worker.cli.platform.pages import platform_document, print_order
    from worker.cli.printing import print_json

    named, order_id = find_order(order, account)
    with open_account(named) as opened:
        shown = opened.show(order_id)
    if as_json:
        print_json(platform_document(opened.name, shown))
    else:
        print_order(opened.name, shown)


@orders.command("create", short_help="Create an order at the platform, where it can be done.")
@ACCOUNT
@offering(NEW_ORDER)
@click.option(
    "--file",
    type=click.File("rb"),
    help="Read the fields from a JSON object: customer_id, items, …; options win. - is stdin.",
)
@AS_JSON
def create_order(account: str, file: BinaryIO | None, as_json: bool, **fields: Any) -> None:  # noqa: ANN401 - JSON
    """Create an order at the platform, and print its id.

    It is sent once, and never repeated: when no answer comes, the order may be there all the same.

    \b
    fulfillment platform orders create --customer-id c1 --total 19 \\
        --item product_id=p1,quantity=2,price=9.50
    fulfillment platform orders create --file order.json
    """  # noqa: D301 - same
    from worker.cli.platform.account import open_account
    from worker.cli.platform.forms import read_file
    from worker.cli.platform.pages import platform_document
    from worker.cli.printing import print_json

    given = {**(read_file(file) if file else {}), **said(fields)}
    with open_account(account) as opened:
        shown = opened.create(given)
    if as_json:
        print_json(platform_document(opened.name, shown))
    else:
        click.echo(shown.order_id)
