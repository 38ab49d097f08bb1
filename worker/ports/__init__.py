"""The ports: what the use cases need from outside, a module for each part. Instants and durations are microseconds.

The adapters are in `store`, `order_api` and `queue`; the wiring modules hand them to the use cases. Every method that
the database answers raises `StoreUnavailable` when the database does not answer in time.
"""

from worker.ports.accounts import CallLimits, Holds, Locks, Probes
from worker.ports.intake import Delivery, Intake, PendingReceipt, Receipt
from worker.ports.order_api import CALLS_TO_FIND, ListedPage, ListedStatus, OrderApi, Update
from worker.ports.order_store import AnnouncedWrite, Attached, Finished, LeasedOrder, OrderStore, Removed, WriteResult
from worker.ports.scan_store import Found, Listed, ScanResult, ScanStore, lock_name
from worker.ports.wake_ups import WakeUps

__all__ = [
    "CALLS_TO_FIND",
    "AnnouncedWrite",
    "Attached",
    "CallLimits",
    "Delivery",
    "Finished",
    "Found",
    "Holds",
    "Intake",
    "LeasedOrder",
    "Listed",
    "ListedPage",
    "ListedStatus",
    "Locks",
    "OrderApi",
    "OrderStore",
    "PendingReceipt",
    "Probes",
    "Receipt",
    "Removed",
    "ScanResult",
    "ScanStore",
    "Update",
    "WakeUps",
    "WriteResult",
    "lock_name",
]
