"""What an operator says about a source that has a new name in the settings."""

from worker.domain.errors import IllegalRequest
from worker.domain.reasons import QuarantineReason
from worker.operations.orders import Operations, require_reason
from worker.operations.phrases import counted


def rename(operations: Operations, account: str, before: str, after: str, reason: str) -> str:
    """Give the orders and the references of the source *before* to *after*, its new name. Return a sentence about it.

    The caller has checked that *after* is a source of *account*, and that *before* is none any more. Raises
    `IllegalRequest` when nothing is kept of *before*, and `StoreUnavailable`; then it can be repeated.
    """
    note, total, beyond = require_reason(reason), 0, 0
    while True:
        count, last = operations.store.rename_some(account, (before, after), note, beyond)
        total += count
        if not last:
            break
        beyond = last
    if not total:
        raise IllegalRequest(f"the database has no order of {account} that {before} carries: nothing was changed")
    command = f"fulfillment deliveries replay --source {after} --reason {QuarantineReason.NOT_YOUR_ORDER}"
    belongs = "belongs" if total == 1 else "belong"
    return (
        f"{counted(total, 'order or reference', 'orders and references')} of {before} {belongs} to {after} now. If"
        f" deliveries of {after} about them were quarantined, take them in: `{command}`."
    )
