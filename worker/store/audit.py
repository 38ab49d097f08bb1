"""The audit log: what people and the service did to an order, with reasons."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, insert

from worker.domain.instants import Instant
from worker.domain.reasons import AuditAction
from worker.store.tables import audit_log

_INSERT = insert(audit_log)
"""Adds an entry about one order."""


class Entry(NamedTuple):
    """One entry. *detail* is a sentence for people."""

    action: AuditAction
    detail: str


def write_entries(connection: Connection, order_row: int, now: Instant, entries: Sequence[Entry]) -> None:
    """Add *entries* about the order with the row id *order_row*, at *now*."""
    rows = [{"order_row": order_row, "at": now, "action": entry.action, "detail": entry.detail} for entry in entries]
    if rows:
        connection.execute(_INSERT, rows)
