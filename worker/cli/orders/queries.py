"""The commands that show orders: `list`, `show`, `explain`."""

import click

from worker.application.names import require_name
from worker.cli.options import AS_JSON, LIMIT, ORDER, STAGE, WholeNumber
from worker.domain.overview.snapshot import State
from worker.domain.stages import Stage


@click.command("list")
@click.option("--account", default="", help="Only orders of this account.")
@click.option("--stage", type=STAGE, help="Only orders at this stage.")
@click.option("--stopped", is_flag=True, help="Only orders that need a person.")
@click.option("--due", is_flag=True, help="Only orders that a worker takes next.")
@click.option("--held", is_flag=True, help="Only orders whose whole account waits.")
@click.option("--waiting", is_flag=True, help="Only orders that wait for their due time.")
@click.option("--late", is_flag=True, help="Only orders that stay at a stage for longer than the settings allow.")
@LIMIT
@AS_JSON
def list_orders(account: str, stage: str | None, late: bool, limit: int, as_json: bool, **states: bool) -> None:
    """List orders, the latest change first.

    With several of --stopped, --due, --held and --waiting, it lists the orders in any of these states. An order is
    late after the `ship_within` or `deliver_within` of its account, whatever its state.

    \b
    fulfillment orders list --stopped
    fulfillment orders list --stage shipped --json | jq -r .order
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.application.context import open_database
    from worker.cli.json_lines import print_json_lines
    from worker.cli.orders.documents import order_document
    from worker.domain.overview.filters import OrderFilter
    from worker.store.queries.orders import OrderQueries

    with open_database() as context:
        wanted_states = [State(name) for name, is_wanted in states.items() if is_wanted]
        policies = context.policies
        wanted = OrderFilter(account, Stage(stage) if stage else None, frozenset(wanted_states), late=late)
        page = OrderQueries(context.database, policies).page(wanted, limit)
        now, rows = page.now, page.rows
        if account and not rows:  # an account that has left the settings may still have orders
            require_name("account", account, context.settings.accounts)
    if as_json:
        print_json_lines(order_document(row, now, context.policy(row.order.key.account)) for row in rows)
        return
    from worker.cli.orders.printing import print_orders

    print_orders(rows, now, limit, policies)


@click.command("show", short_help="Show an order and all that happened to it.")
@ORDER
@click.option(
    "--limit", type=WholeNumber(1, 10_000), default=200, show_default=True, help="Print at most this many entries."
)
@AS_JSON
def show_order(order: str, limit: int, as_json: bool) -> None:
    """Show an order and all that happened to it, the oldest first.

    \b
    fulfillment orders show 1001
    fulfillment orders show main/1001 --json
    """  # noqa: D301 - same
    from worker.application.context import open_database
    from worker.cli.json_lines import print_json
    from worker.cli.orders.documents import snapshot_document
    from worker.cli.orders.printing import print_order
    from worker.operations.timeline import timeline
    from worker.store.queries.order_deliveries import deliveries_of

    with open_database() as context:
        operations = context.operations
        snapshot = operations.snapshot(operations.find(order))
        policy = context.policy(snapshot.order.key.account)
        entries = [] if as_json else timeline(snapshot, deliveries_of(context.database, snapshot))
    if as_json:
        print_json(snapshot_document(snapshot, policy))
    else:
        print_order(snapshot, entries, limit, policy)


@click.command("explain", short_help="Say who acts next, why, and what to type.")
@ORDER
@click.option(
    "--all", "is_whole", is_flag=True, help="Print the evidence also for an order that nobody has to look at."
)
@AS_JSON
def explain_order(order: str, is_whole: bool, as_json: bool) -> None:
    """Say in three lines who acts next and when, why, and the command to type; then the evidence for that.

    A settled or closed order has only the three lines, unless it needs a person.

    \b
    fulfillment orders explain 1001
    fulfillment orders explain 1001 --json | jq -r '.commands[]'
    """  # noqa: D301 - same
    from worker.application.context import open_database
    from worker.application.explaining import explanation_of
    from worker.cli.json_lines import print_json
    from worker.cli.orders.explanations import print_explanation

    with open_database() as context:
        explanation = explanation_of(context, context.operations.find(order))
    if as_json:
        print_json(explanation.document())
    else:
        print_explanation(explanation, is_whole=is_whole)
