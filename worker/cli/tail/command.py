"""The command `fulfillment tail`."""

import click

from worker.application.names import require_name
from worker.cli.options import AS_JSON


@click.command()
@click.option("--order", default="", help="Only what is about this order.")
@click.option("--source", default="", help="Only deliveries of this source, and what becomes of their orders.")
@click.option("--account", default="", help="Only what is about orders of this account, or the account itself.")
@click.option("--only", type=click.Choice(["failed"]), help="Only what went wrong, or waits.")
@click.option("--since", default="", metavar="TIME", help="Begin then: 10m, or 2026-11-28T09:00 (UTC); else now.")
@AS_JSON
def tail(order: str, source: str, account: str, only: str | None, since: str, as_json: bool) -> int:
    """Print deliveries, writes, decisions, waits and holds as they happen, until Ctrl-C.

    It reads the database, so it runs on any machine that reaches it, beside any services. While the database does not
    answer, it waits.

    \b
    fulfillment tail
    fulfillment tail --only failed --since 1h
    fulfillment tail --order 1001 --json
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.application.context import open_database
    from worker.application.deliveries.finding import instant_since
    from worker.cli.tail.following import Look, follow
    from worker.domain.overview.activity import ActivityFilter
    from worker.store.queries.choices import ChoiceQueries

    with open_database() as context:
        if source:
            require_name("source", source, context.settings.sources)
        if account:
            require_name("account", account, context.settings.accounts)
        key = context.operations.find(order) if order else None
        start = instant_since(since, ChoiceQueries(context.database).now()) if since else None
        wanted = ActivityFilter(key, source, account, failed=only == "failed")
        return follow(Look(context.database, wanted, start), as_json=as_json)
