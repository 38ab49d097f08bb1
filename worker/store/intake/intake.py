"""The port `Intake` in SQL: a delivery and its events are on disk before the sender gets an answer."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import Connection

from worker.domain.errors import StoreUnavailable
from worker.domain.instants import Instant
from worker.domain.kept import BOUNDED_OUTCOMES, KeptBounds, KeptKey
from worker.domain.reasons import QuarantineReason
from worker.ports import Delivery, Receipt
from worker.store.database.database import TIMEOUT_SECONDS, Database
from worker.store.database.group_commit import GroupCommit, Pending
from worker.store.intake.kept.bounds import keep_within
from worker.store.intake.outcomes import AlwaysOvertaken, Overtaken, write_again_if_overtaken
from worker.store.intake.plain.way import PlainWay
from worker.store.intake.recording import record
from worker.store.intake.replay import Replays
from worker.store.intake.statements import COUNT_QUARANTINED, statements
from worker.store.intake.unknown.rooms import UnknownRooms


class SqlIntake:
    """The port `Intake` on one database, and the replay of stored deliveries.

    *bounds*, by source, are the most that is kept of what moves no order; other sources have the defaults. *on_evicted*
    learns after the commit how many older deliveries were deleted for them, by source and outcome. It must not raise.
    """

    def __init__(
        self,
        database: Database,
        bounds: Mapping[str, KeptBounds] = MappingProxyType({}),
        on_evicted: Callable[[Mapping[KeptKey, int]], None] = lambda _: None,
    ) -> None:
        self._database, self._bounds, self._on_evicted = database, bounds, on_evicted
        self._clock = database.clock()
        self._rooms = UnknownRooms()
        self._plain = PlainWay(database, bounds, self._rooms)
        self._group = GroupCommit(self._write_all, TIMEOUT_SECONDS / 2, weigh=_events_beyond_one)

    def now(self) -> Instant:
        return self._clock()

    def submit(self, delivery: Delivery) -> "_Submitted":
        # `received_at` is of this very clock: to ask the database again would cost each request a round trip.
        return _Submitted(self._group.submit(delivery))

    def write(self, delivery: Delivery) -> Receipt:
        return self.submit(delivery).receipt()

    def _write_all(self, deliveries: Sequence[Delivery]) -> list[Receipt | Exception]:
        """Write *deliveries*, and return the receipt of each, or the error for which it could not be written.

        Raises an error if none was written.
        """
        receipts = self._plain.write(deliveries)
        others = [index for index in range(len(deliveries)) if index not in receipts]
        if not receipts:
            return [*self._write_generally(deliveries)]
        results: dict[int, Receipt | Exception] = {**receipts}
        results.update(zip(others, self._write_beside([deliveries[index] for index in others]), strict=True))
        return [results[index] for index in range(len(deliveries))]

    def _write_beside(self, deliveries: Sequence[Delivery]) -> list[Receipt | Exception]:
        """Write *deliveries* the general way, beside others that are written already."""
        try:
            return [*self._write_generally(deliveries)] if deliveries else []
        except StoreUnavailable as error:
            return [error] * len(deliveries)
        except Exception as error:  # noqa: BLE001 - it is raised again, to those who ask
            alone = [self._write_beside([delivery]) for delivery in deliveries] if len(deliveries) > 1 else [[error]]
            return list(chain.from_iterable(alone))

    def _write_generally(self, deliveries: Sequence[Delivery]) -> list[Receipt]:
        """Write *deliveries* in one transaction. Raises `Overtaken` if each of several may succeed alone."""
        try:
            receipts, evicted = write_again_if_overtaken(
                self._database, lambda connection: self._record(connection, deliveries)
            )
        except AlwaysOvertaken as error:
            if len(deliveries) > 1:
                raise Overtaken from error
            raise
        if evicted:
            self._on_evicted(evicted)
        return receipts

    def _record(
        self, connection: Connection, deliveries: Sequence[Delivery]
    ) -> tuple[list[Receipt], Mapping[KeptKey, int]]:
        receipts = record(connection, deliveries, self._rooms)
        bounded = [receipt.delivery_id for receipt in receipts if receipt.outcome in BOUNDED_OUTCOMES]
        stored = [delivery_id for delivery_id in bounded if delivery_id is not None]
        if not stored:
            return receipts, {}
        now = max(delivery.received_at for delivery in deliveries)
        return receipts, keep_within(connection, stored, self._bounds, now)

    def count_quarantined(self, source: str, reason: QuarantineReason, since: Instant) -> int:
        values = {"its_source": source, "its_reason": reason.value, "since": since}
        with self._database.read() as connection:
            return connection.execute(COUNT_QUARANTINED, values).scalar_one()

    def add_counts(self, counts: Mapping[tuple[str, str], int]) -> None:
        # All receivers take the rows in one sequence, so that no two of them wait for each other.
        rows = [
            {"source": source, "outcome": outcome, "count": count}
            for (source, outcome), count in sorted(counts.items())
        ]
        if rows:
            with self._database.write() as connection:
                connection.execute(statements(connection.dialect.name).add_counts, rows)

    def replay(self, delivery_id: int, delivery: Delivery, note: str = "") -> Receipt:
        """See `Replays.replay`."""
        return Replays(self._database).replay(delivery_id, delivery, note)


class _Submitted(NamedTuple):
    """The port `PendingReceipt`: a delivery that waits for its group."""

    pending: Pending[Delivery, Receipt | Exception]

    def receipt(self) -> Receipt:
        result = self.pending.result()
        if isinstance(result, Exception):
            raise result
        return result


def _events_beyond_one(delivery: Delivery) -> int:
    return max(0, len(delivery.events) - 1)
