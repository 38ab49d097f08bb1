"""The plain way of the intake, on both kinds of database."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from worker.domain.kept import KeptBounds
from worker.ports import Delivery, Receipt
from worker.store.database.database import Database
from worker.store.database.statement import RowConflict
from worker.store.intake.plain import postgresql, sqlite
from worker.store.intake.plain.choice import choose, is_candidate
from worker.store.intake.plain.known import questions_of
from worker.store.intake.plain.plan import make_plan
from worker.store.intake.unknown.rooms import UnknownRooms


class PlainWay:
    """Writes the plain deliveries of a group: see `choice`.

    *bounds*, by source, are the most that is kept of what moves no order. *rooms* has the room of each source for
    unknown orders.
    """

    def __init__(self, database: Database, bounds: Mapping[str, KeptBounds], rooms: UnknownRooms) -> None:
        self._database, self._bounds, self._rooms = database, bounds, rooms
        self._look_up = sqlite.look_up if database.is_sqlite else postgresql.look_up
        self._write = sqlite.write if database.is_sqlite else postgresql.write

    def write(self, deliveries: Sequence[Delivery]) -> dict[int, Receipt]:
        """Write the plain ones of *deliveries*, and return their receipts by their indexes.

        Nothing was written if it returns none. Another transaction may have changed what was looked up, or older
        deliveries must be deleted for these. Raises `StoreUnavailable`.
        """
        candidates = [index for index, delivery in enumerate(deliveries) if is_candidate(delivery)]
        asked = questions_of(event for index in candidates for event in deliveries[index].events)
        if candidates:
            with suppress(RowConflict), self._database.statements() as run:
                known = self._look_up(run, asked)
                choice = choose(deliveries, candidates, known, self._rooms)
                if choice.judgements:
                    return self._write(run, make_plan(deliveries, choice, known), self._bounds)
        return {}
