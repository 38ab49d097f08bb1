"""The command `orders list`."""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import click

from worker.application.names import require_name
from worker.cli.options import AS_JSON, DURATION, SHORT_TEXT, STAGE
from worker.cli.orders.choosing import require_word
from worker.cli.paging import paged
from worker.domain.instants import microseconds
from worker.domain.overview.snapshot import State
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.stages import Stage
from worker.processes.exits import WELL

if TYPE_CHECKING:  # imported when it is used, because `--help` does not need it
    from worker.application.context import Context
    from worker.domain.overview.filters import OrderFilter

_STATE = click.Choice([state.value for state in State])
_FLAGS = (State.STOPPED, State.DUE, State.HELD, State.WAITING)


@click.command("list")
@click.option("--account", default="", help="Only orders of this account.")
@click.option("--stage", type=STAGE, help="Only orders at this stage.")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=_STATE,
    help="Only in this state, or these.",
)
@click.option("--stopped", is_flag=True, help="Only orders that need a person.")
@click.option("--due", is_flag=True, help="Only orders that a worker takes next.")
@click.option("--held", is_flag=True, help="Only orders whose whole account waits.")
@click.option("--waiting", is_flag=True, help="Only orders that wait for their due time.")
@click.option("--late", is_flag=True, help="Only orders that stay at a stage for longer than the settings allow.")
@click.option("--stop", default="", metavar="WORD", help="Only orders that are stopped for this reason.")
@click.option("--wait", default="", metavar="WORD", help="Only orders that wait for this reason.")
@click.option("--since", default="", metavar="TIME", help="Changed since: 2h, or 2026-11-28T09:00 (UTC).")
@click.option("--older-than", type=DURATION, default=None, help="Stopped, or unchanged, for longer than this.")
@click.option("--matching", type=SHORT_TEXT, default=None, help="With this text in the detail, id or number.")
@click.option("--by", type=click.Choice(["cause"]), help="Count the orders by what they wait for.")
@click.option("--watch", is_flag=True, help="Show the list again whenever it changes, until Ctrl-C.")
@paged
@AS_JSON
def list_orders(
    account: str,
    stage: str | None,
    states: tuple[str, ...],
    late: bool,
    stop: str,
    wait: str,
    since: str,
    older_than: timedelta | None,
    matching: str | None,
    by: str | None,
    watch: bool,
    limit: int,
    after: str,
    is_all: bool,
    as_json: bool,
    **flags: bool,
) -> int:
    """List orders, the latest change first.

    With several states, by --state or by --stopped, --due, --held and --waiting, it lists the orders in any of them.
    All other options must hold. An order is late after the `ship_within` or `deliver_within` of its account, whatever
    its state. --matching finds a whole tracking number as well.

    \b
    fulfillment orders list --stopped
    fulfillment orders list --by cause
    fulfillment orders list --stop refused --matching branch --older-than 1h
    fulfillment orders list --stage shipped --all --json | jq -r .order_key
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    require_word("--stop", stop, StopReason)
    require_word("--wait", wait, WaitReason)
    if watch and (by or is_all or after):
        raise click.UsageError("--watch shows one list: leave out --by, --all and --after.")
    if by and (is_all or after):
        raise click.UsageError("--by counts all orders: leave out --all and --after.")
    from worker.application.context import open_database
    from worker.application.deliveries.finding import instant_since
    from worker.cli.orders import list_pages
    from worker.domain.overview.filters import OrderFilter
    from worker.store.queries.choices import ChoiceQueries

    with open_database() as context:
        wanted = OrderFilter(
            account=account,
            stage=Stage(stage) if stage else None,
            states=frozenset({*map(State, states), *(state for state in _FLAGS if flags[state])}),
            stop=stop,
            waiting=wait,
            late=late,
            since=instant_since(since, ChoiceQueries(context.database).now()) if since else None,
            older_than=microseconds(older_than) if older_than else 0,
            matching=matching or "",
        )
        if by:
            return list_pages.print_causes(context, wanted, limit, as_json=as_json)
        if watch:
            from worker.cli.orders.watching import watch_orders

            _require_account(context, wanted)
            return watch_orders(context, wanted, limit, as_json=as_json)
        if_none = partial(_require_account, context, wanted)
        list_pages.print_list(context, wanted, (limit, after), if_none, is_all=is_all, as_json=as_json)
    return WELL


def _require_account(context: "Context", wanted: "OrderFilter") -> None:
    """Raise `IllegalRequest` for an account that neither the settings nor the database know."""
    if not wanted.account:
        return
    from worker.domain.overview.filters import OrderFilter
    from worker.store.queries.orders import OrderQueries

    # An account that has left the settings may still have orders.
    if not OrderQueries(context.database).page(OrderFilter(wanted.account), 1).rows:
        require_name("account", wanted.account, context.settings.accounts)
