"""Metrics: the figures of the database in the text format of Prometheus, counted anew for every scrape.

All metrics are gauges, because pruning removes rows, and then a count goes down. A scrape makes one grouped pass over
each table, which takes about a second for a million rows in each. One scrape a minute is often enough.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from worker.domain.figures import Figures
from worker.domain.instants import SECOND

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
        "fulfillment_writes",
        ("outcome",),
        "Writes to the platforms, by their outcome.",
        lambda figures: {(outcome,): count for outcome, count in figures.writes.items()},
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
