"""What a step sends (awalchat API reference, "Update Order"): fields that it would otherwise lose, or cannot know."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from worker.domain.instants import moment_of
from worker.domain.orders import Reading
from worker.domain.results import Step
from worker.domain.stages import Stage
from worker.order_api.awalchat.vocabulary import STATUSES
from worker.order_api.notes import annotated
from worker.ports import Update

DATE_OF = {Stage.SHIPPED: "shipping_date", Stage.DELIVERED: "delivery_date"}


@dataclass(frozen=True, slots=True)
class Composer:
    """Writes updates for one account: dates in its *timezone*, and its *branch_id*, where it has one, in each."""

    timezone: ZoneInfo
    branch_id: int | None = None

    def __call__(self, step: Step, reading: Reading, *, noted: bool) -> Update:
        """Return the fields that ask for *step* of the order as it was read just now."""
        update: dict[str, object] = {"status": STATUSES.asks[step.stage]}
        # Left out, it falls back to unpaid; sent on any other ground, it would be our claim.
        if reading.paid is True:
            update["payment_status"] = "paid"
        dated = DATE_OF.get(step.stage)
        if dated and not getattr(reading, dated):
            update[dated] = self._date(step.evidence_at)
        notes = annotated(reading.notes, step.tracking) if noted else None
        if notes is not None:
            update["admin_notes"] = notes
        if self.branch_id is not None:
            update["branch_id"] = self.branch_id
        return update

    def _date(self, instant: int) -> str:
        return moment_of(instant).astimezone(self.timezone).date().isoformat()
