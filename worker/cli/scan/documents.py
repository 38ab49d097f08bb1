"""Scans as JSON objects. The keys are a contract."""

from worker.cli.json_lines import Document
from worker.operations.instants import iso
from worker.ports import ScanResult


def scan_document(result: ScanResult) -> Document:
    """Return one scan: how many orders it made due for each reason, and some of them."""
    return {
        "account": result.account,
        "started_at": iso(result.started_at),
        "pages": result.pages,
        "listed": result.listed,
        "complete": result.complete,
        "found": {finding.value: found.count for finding, found in result.found.items()},
        "some": {finding.value: [key.order_id for key in found.some] for finding, found in result.found.items()},
        "problems": list(result.problems),
    }
