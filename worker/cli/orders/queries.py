"""The commands that show one order: `show` and `explain`."""

import click

from worker.cli.options import AS_JSON, ORDER, WholeNumber


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
    from worker.cli.local import runnable_values
    from worker.cli.orders.explanations import print_explanation

    with open_database() as context:
        explanation = explanation_of(context, context.operations.find(order))
    if as_json:
        print_json(runnable_values(explanation.document()))
    else:
        print_explanation(explanation, is_whole=is_whole)
