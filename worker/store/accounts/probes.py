"""The port `Probes` in SQL: which held accounts are probed next, by which worker, and what an answer changes."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, update

from worker.domain.accounts.probing import LIFTED_BY, PROBED, WANTS_SILENCE, ProbeAnswer, ProbeResult
from worker.domain.instants import Duration, Instant
from worker.domain.overview.snapshot import Hold
from worker.domain.reasons import HoldReason
from worker.store.accounts.hold_rows import IS_PROBED, end_holds, insert_hold
from worker.store.conditions import is_active
from worker.store.database.database import Database
from worker.store.tables import holds

_WANTS_SILENCE = holds.c.reason.in_([reason.value for reason in WANTS_SILENCE])
"""While an account has such a hold, no probe of it comes by itself."""


class SqlProbes:
    """The port `Probes` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reason(self, account: str) -> HoldReason | None:
        query = select(holds.c.reason).where(holds.c.account == account, IS_PROBED).order_by(holds.c.since)
        with self._database.read() as connection:
            reason = connection.execute(query).scalars().first()
        return None if reason is None else HoldReason(reason)

    def silence(self, account: str) -> HoldReason | None:
        with self._database.read() as connection:
            silent = and_(holds.c.account == account, _WANTS_SILENCE, is_active(self._database.now(connection)))
            reason = connection.execute(select(holds.c.reason).where(silent).order_by(holds.c.since)).scalars().first()
        return None if reason is None else HoldReason(reason)

    def due(self, accounts: Collection[str]) -> list[str]:
        with self._database.read() as connection:
            now = self._database.now(connection)
            silent = select(holds.c.account).where(_WANTS_SILENCE, is_active(now))
            due = select(holds.c.account).where(
                holds.c.account.in_(accounts), IS_PROBED, _is_due(now), holds.c.account.not_in(silent)
            )
            return list(connection.execute(due.group_by(holds.c.account).order_by(func.min(holds.c.since))).scalars())

    def claim(self, account: str, lasts: Duration, *, early: bool = False) -> int | None:
        with self._database.write() as connection:
            now = self._database.now(connection)
            held = update(holds).where(holds.c.account == account, IS_PROBED)
            claim = held if early else held.where(_is_due(now))
            claimed = connection.execute(claim.values(next_probe=now + lasts).returning(holds.c.probes))
            return max(claimed.scalars(), default=None)

    def postpone(self, account: str, wait: Duration) -> None:
        with self._database.write() as connection:
            postponed = update(holds).where(holds.c.account == account, IS_PROBED)
            connection.execute(postponed.values(next_probe=self._database.now(connection) + wait))

    def record(self, account: str, answer: ProbeAnswer, in_vain: int, next_in: Duration) -> None:
        with self._database.write() as connection:
            now, its_account = self._database.now(connection), holds.c.account == account
            probed = update(holds).where(its_account, IS_PROBED)
            detail = case((holds.c.reason.in_(_confirmed_by(answer.result)), answer.detail), else_=holds.c.detail)
            values = {"next_probe": now + next_in, "probes": in_vain, "detail": detail}
            if not connection.execute(probed.values(values)).rowcount:
                return  # the hold was lifted meanwhile
            if answer.result is ProbeResult.REFUSED:  # first, so that the account is never free in between
                insert_hold(connection, Hold(account, HoldReason.CREDENTIALS, now, None, answer.detail), next_in)
            end_holds(connection, and_(its_account, holds.c.reason.in_(LIFTED_BY[answer.result])), now)

    def hasten(self, accounts: Collection[str], within: Duration) -> None:
        """Let the next probe of each of *accounts* come *within* this time, and the intervals begin anew.

        It is for the start of a worker, whose settings may be right at last. Without such a hold, nothing is written.
        """
        held = and_(holds.c.account.in_(accounts), IS_PROBED)
        with self._database.read() as connection:
            if not connection.execute(select(exists().where(held))).scalar():
                return
        with self._database.write() as connection:
            soon = self._database.now(connection) + within
            sooner = case((holds.c.next_probe < soon, holds.c.next_probe), else_=soon)
            connection.execute(update(holds).where(held).values(next_probe=sooner, probes=0))


def _is_due(now: Instant) -> ColumnElement[bool]:
    """A probe may be made now. The version before wrote no time of the next one."""
    return or_(holds.c.next_probe.is_(None), holds.c.next_probe <= now)


def _confirmed_by(result: ProbeResult) -> list[str]:
    return [reason.value for reason, confirming in PROBED.items() if confirming is result]
