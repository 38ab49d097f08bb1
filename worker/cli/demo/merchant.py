"""What the merchant does with the program's own commands."""

from collections.abc import Mapping
from dataclasses import dataclass

from worker.application.context import Context
from worker.application.deliveries.replays import replay
from worker.cli.demo.errors import DemoFailed
from worker.cli.demo.installation import Installation
from worker.domain.overview.filters import DeliveryFilter
from worker.domain.reasons import DeliveryOutcome
from worker.settings import load_settings
from worker.store.database.database import Database
from worker.store.queries.deliveries import DeliveryQueries


@dataclass(frozen=True, slots=True)
class Merchant:
    """Runs commands on *database*, with the settings of *installation*."""

    installation: Installation
    database: Database

    def replay(self, source: str, statuses: Mapping[str, str]) -> str:
        """Add *statuses* to the settings of *source*, replay its last quarantined delivery, and return the outcome.

        The command reads the settings afresh. The receiver would read them at its next start. Raises `DemoFailed` when
        there is no such delivery.
        """
        deliveries = DeliveryQueries(self.database)
        rows = deliveries.page(DeliveryFilter(DeliveryOutcome.QUARANTINED, source), 1).rows
        _, delivery = deliveries.show(rows[0].id) if rows else (0, None)
        if delivery is None:
            raise DemoFailed(f"The database has no quarantined delivery of {source}.")
        settings = load_settings(self.installation.environ({source: statuses}))
        return replay(Context(settings, self.database), delivery, "its word is known now").outcome
