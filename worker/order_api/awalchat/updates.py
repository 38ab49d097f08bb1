"""Composes the body of a write (source: awalchat's API reference, "Update Order")."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from worker.domain.instants import Instant, moment_of
from worker.domain.orders import Payment, Reading
from worker.domain.results import Step
from worker.domain.stages import Stage
from worker.order_api.awalchat.vocabulary import STATUSES
from worker.order_api.notes import add_tracking
from worker.ports import Update

DATE_FIELDS = {Stage.SHIPPED: "shipping_date", Stage.DELIVERED: "delivery_date"}


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes the updates of one account."""

    timezone: ZoneInfo
    """The time zone of the dates."""
    branch_id: int | None = None
    """The branch that every update names, if the account has one."""

    def compose(self, step: Step, reading: Reading, *, with_note: bool) -> Update:
        """Return the fields that ask for *step*. *reading* is the order as it was just read.

        *with_note*: add our line to its notes.
        """
        update: dict[str, object] = {"status": STATUSES.status_of[step.stage]}
        # Without this field the platform sets the order to unpaid. We repeat `paid`, and never decide it.
        if reading.payment is Payment.PAID:
            update["payment_status"] = "paid"
        date_field = DATE_FIELDS.get(step.stage)
        if date_field and not getattr(reading, date_field):
            update[date_field] = self._date(step.evidence_at)
        notes = add_tracking(reading.notes, step.tracking) if with_note else None
        if notes is not None:
            update["admin_notes"] = notes
        if self.branch_id is not None:
            update["branch_id"] = self.branch_id
        return update

    def _date(self, instant: Instant) -> str:
        return moment_of(instant).astimezone(self.timezone).date().isoformat()
