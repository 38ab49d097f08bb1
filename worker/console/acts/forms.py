"""Forms of acts: what a person has filled in, and what the act needs before it is done."""

from dataclasses import dataclass

from worker.application.acting_user import with_user
from worker.console.query_strings import Fields, read_number
from worker.domain.errors import IllegalRequest
from worker.domain.instants import Instant
from worker.domain.overview.snapshot import Snapshot
from worker.domain.text import clean_text
from worker.operations.orders import require_reason
from worker.operations.possible_acts import NEVER
from worker.operations.previews import Preview, require_as_seen


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was sent: the *choice* among what is possible, the *reason*, and what its page showed of the order.

    *seen* and *stop* are as in `require_as_seen`. *is_sure*: the box is ticked that what follows cannot be undone.
    """

    choice: str
    reason: str
    seen: Instant
    stop: str
    is_sure: bool

    @property
    def creates(self) -> bool:
        """Whether the page has shown an order that the database does not have, and the act is to create it."""
        return self.seen == NEVER


def filled(fields: Fields) -> Filled:
    """Return the form in *fields*. Raises `IllegalRequest` if a page of ours cannot have sent it."""
    return Filled(
        choice=fields.get("choice", ""),
        reason=fields.get("reason", "").strip(),
        seen=read_number(fields, "seen"),
        stop=fields.get("stop", ""),
        is_sure=bool(fields.get("sure")),
    )


def note_of(reason: str, user: str) -> str:
    """Return *reason* with the name of the *user*, as the audit log keeps it. Raises `IllegalRequest` if it is none."""
    return require_reason(with_user(reason, user))


def require_ready(form: Filled, snapshot: Snapshot, choice: str, preview: Preview) -> None:
    """Raise `IllegalRequest` unless the form fits the order as it is now, and what cannot be undone is confirmed.

    *choice* is what can be chosen of what the form has chosen, and *preview* what follows from it.
    """
    require_as_seen(snapshot, form.seen, form.stop)
    if form.choice != choice:
        raise IllegalRequest(f"“{clean_text(form.choice)}” cannot be chosen for {snapshot.order.key} now")
    if preview.is_final and not form.is_sure:
        raise IllegalRequest("this completes the order, which cannot be undone: tick the box to confirm it")
