"""Metrics: the figures of the database in the text format of Prometheus.

All metrics are gauges, because pruning removes rows, and then a count goes down. Each scrape counts the recent rows
anew, and adds what a thread has counted of the older ones.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from worker.domain.instants import SECOND
from worker.domain.overview.figures import Figures

Samples = Mapping[tuple[str, ...], float]
"""The values of a metric, by the values of its labels."""


class Counts(Protocol):
    """The database, as the metrics use it."""

    def figures(self) -> Figures:
        """Count everything at one instant. Raises `StoreUnavailable`."""


class Metric(NamedTuple):
    """One metric: its name, its labels, its meaning, and the function that returns its samples from the figures."""

    name: str
    labels: tuple[str, ...]
    meaning: str
    samples: Callable[[Figures], Samples]


METRICS = (
    Metric(
        "fulfillment_deliveries",
        ("source", "outcome"),
        "Webhook requests, by their outcome, with those that are counted and not stored.",
        lambda figures: {(source, outcome): count for (source, outcome), count in figures.deliveries.items()},
    ),
    Metric(
        "fulfillment_events",
        ("result",),
        "Events in the database, by their result.",
        lambda figures: {(result,): count for result, count in figures.events.items()},
    ),
    Metric(
        "fulfillment_orders",
        ("account", "stage", "closed", "stop"),
        "Orders in the database; closed and stop are empty or give the reason.",
        lambda figures: {tuple(group): count for group, count in figures.orders.items()},
    ),
    Metric(
        "fulfillment_orders_due",
        (),
        "Orders that wait for a worker now.",
        lambda figures: {(): figures.due},
    ),
    Metric(
        "fulfillment_oldest_due_seconds",
        (),
        "How long the oldest due order has waited; a running worker keeps it at a few seconds.",
        lambda figures: {(): figures.oldest_due / SECOND},
    ),
    Metric(
        "fulfillment_account_held",
        ("account", "reason"),
        "1 while a whole account waits for this reason.",
        lambda figures: {(hold.account, hold.reason): 1 for hold in figures.holds},
    ),
    Metric(
        "fulfillment_workers",
        (),
        "Workers that run: each writes a heartbeat every few seconds.",
        lambda figures: {(): figures.workers},
    ),
    Metric(
        "fulfillment_writes",
        ("outcome",),
        "Writes to the platforms, by their outcome.",
        lambda figures: {(outcome,): count for outcome, count in figures.writes.items()},
    ),
    Metric(
        "fulfillment_discrepancies",
        ("discrepancy",),
        "What only a defect of the program can have caused in the database; 0 when well, counted once a minute.",
        lambda figures: {(str(name),): count for name, count in figures.discrepancies.items()},
    ),
    Metric(
        "fulfillment_orders_late",
        ("account", "stage"),
        "Orders that have been at their stage for longer than ship_within or deliver_within.",
        lambda figures: {tuple(group): count for group, count in figures.late.items()},
    ),
    Metric(
        "fulfillment_scan_age_seconds",
        ("account",),
        "How long ago the last complete scan of the account's orders began.",
        lambda figures: {
            (account,): (figures.now - scan.complete_at) / SECOND
            for account, scan in figures.scans.items()
            if scan.complete_at is not None
        },
    ),
    Metric(
        "fulfillment_scan_complete",
        ("account",),
        "1 if the last scan has read every list to its end, else 0.",
        lambda figures: {(account,): int(scan.is_complete) for account, scan in figures.scans.items()},
    ),
    Metric(
        "fulfillment_scan_seconds",
        ("account",),
        "How long the last scan took.",
        lambda figures: {(account,): scan.lasted / SECOND for account, scan in figures.scans.items()},
    ),
    Metric(
        "fulfillment_scan_listed",
        ("account",),
        "How many orders the last scan has seen.",
        lambda figures: {(account,): scan.listed for account, scan in figures.scans.items()},
    ),
    Metric(
        "fulfillment_scan_found",
        ("account", "finding"),
        "How many orders the last scan has made due, by what it found.",
        lambda figures: {
            (account, finding): count
            for account, scan in figures.scans.items()
            for finding, count in scan.found.items()
        },
    ),
    Metric(
        "fulfillment_source_silent_seconds",
        ("source",),
        "How long ago the last stored delivery of the source came in.",
        lambda figures: {(source,): (figures.now - at) / SECOND for source, at in figures.last_deliveries.items()},
    ),
    Metric(
        "fulfillment_kept_bytes",
        ("source", "outcome"),
        "Bytes of the stored bodies of deliveries that moved no order: at most max_kept_bytes.",
        lambda figures: {(kept.source, kept.outcome): kept.bytes for kept in figures.kept},
    ),
    Metric(
        "fulfillment_deliveries_evicted",
        ("source", "outcome"),
        "Deliveries that were deleted because more came than max_kept or max_kept_bytes allow.",
        lambda figures: {(kept.source, kept.outcome): kept.evicted for kept in figures.kept},
    ),
)


class _FiguresCollector(Collector):
    """Collects the samples of one scrape from *figures*."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterable[GaugeMetricFamily]:
        for metric in METRICS:
            family = GaugeMetricFamily(metric.name, metric.meaning, labels=metric.labels)
            for labels, value in sorted(metric.samples(self._figures).items()):
                family.add_metric(labels, value)
            yield family


def render(counts: Counts) -> bytes:
    """Return all metrics in the text format 0.0.4 of Prometheus. Raises `StoreUnavailable`."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_FiguresCollector(counts.figures()))
    return generate_latest(registry)
