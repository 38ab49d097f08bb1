"""Late orders in SQL: the same rule as `domain.overview.lateness`, and the index of open orders serves it."""

from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import ColumnElement, Connection, Row, and_, false, func, or_, select

from worker.domain.instants import Duration, Instant
from worker.domain.orders import OrderKey
from worker.domain.overview.watch import LateOrders
from worker.domain.policy import Policy
from worker.domain.stages import Stage
from worker.store.tables import orders

MAX_NAMED = 5
"""How many late orders of an account and a stage are named."""


def is_late(policies: Mapping[str, Policy], now: Instant) -> ColumnElement[bool]:
    """The order is late at *now*, by the policy of its account."""
    groups = [_is_late_in(accounts, stage, lasts, now) for (stage, lasts), accounts in _limits(policies).items()]
    return or_(*groups) if groups else false()


def late_orders(connection: Connection, policies: Mapping[str, Policy], now: Instant) -> Iterator[LateOrders]:
    """Yield the late orders, by account and stage."""
    for lasts, (account, stage, count, since) in _late_groups(connection, policies, now):
        late = _is_late_in([account], Stage(stage), lasts, now)
        some = select(orders.c.order_id).where(late).order_by(orders.c.staged_at).limit(MAX_NAMED)
        keys = tuple(OrderKey(account, order_id) for order_id in connection.execute(some).scalars())
        yield LateOrders(account, stage, count, since, keys)


def late_counts(connection: Connection, policies: Mapping[str, Policy], now: Instant) -> dict[tuple[str, str], int]:
    """Count the late orders of each account and stage that can have some."""
    none = {(account, stage.value): 0 for (stage, _), accounts in _limits(policies).items() for account in accounts}
    return none | {(account, stage): count for _, (account, stage, count, _) in _late_groups(connection, policies, now)}


def _late_groups(
    connection: Connection, policies: Mapping[str, Policy], now: Instant
) -> Iterator[tuple[Duration, Row[str, str, int, int]]]:
    """Yield each limit with the account and the stage of orders beyond it, their number, and since when they are there.

    There is one statement for each limit, whatever the number of accounts.
    """
    by = (orders.c.account, orders.c.stage)
    late = select(*by, func.count(), func.min(orders.c.staged_at)).group_by(*by).order_by(*by)
    for (stage, lasts), accounts in _limits(policies).items():
        for row in connection.execute(late.where(_is_late_in(accounts, stage, lasts, now))).all():
            yield lasts, row


def _limits(policies: Mapping[str, Policy]) -> Mapping[tuple[Stage, Duration], list[str]]:
    """Return the accounts by each stage that has a limit, and by how long their orders may stay there.

    Accounts with one limit are in one condition: a statement has no room for a thousand conditions.
    """
    limits: dict[tuple[Stage, Duration], list[str]] = {}
    for account, policy in policies.items():
        for stage, lasts in ((Stage.ACCEPTED, policy.ship_within), (Stage.SHIPPED, policy.deliver_within)):
            if lasts is not None:
                limits.setdefault((stage, lasts), []).append(account)
    return limits


def _is_late_in(accounts: Collection[str], stage: Stage, lasts: Duration, now: Instant) -> ColumnElement[bool]:
    is_open = and_(orders.c.closed.is_(None), orders.c.closed_by_operator == 0)
    is_there = and_(orders.c.account.in_(accounts), orders.c.stage == stage.value)
    return and_(is_there, is_open, orders.c.staged_at <= now - lasts)
