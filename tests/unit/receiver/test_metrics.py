"""The metrics, as a scraper reads them."""

from prometheus_client.parser import text_string_to_metric_families

from tests.support.clock import START
from webhook_receiver.metrics import METRICS, render
from worker.domain.overview.figures import Figures, OrderGroup
from worker.domain.overview.snapshot import Hold

FIGURES = Figures(
    deliveries={("courier", "accepted"): 3, ("", "unknown_source"): 2},
    events={"applied": 2, "pending": 1},
    orders={OrderGroup("main", "shipped", "", ""): 4, OrderGroup("main", "", "", "unknown_status"): 1},
    writes={"confirmed": 7},
    holds=(Hold("main", "credentials", START),),
    due=5,
    oldest_due=1_500_000,
    workers=2,
)
LABELS = {metric.name: metric.labels for metric in METRICS}


class FakeCounts:
    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def figures(self) -> Figures:
        return self._figures


def samples(figures: Figures) -> dict[tuple[str, ...], float]:
    """Return the samples as a scraper reads them, by name and the values of their labels in the order of `METRICS`."""
    families = text_string_to_metric_families(render(FakeCounts(figures)).decode())
    all_samples = [sample for family in families for sample in family.samples]
    return {(one.name, *(one.labels[label] for label in LABELS[one.name])): one.value for one in all_samples}


def test_every_figure_is_a_sample():
    assert samples(FIGURES) == {
        ("fulfillment_deliveries", "courier", "accepted"): 3,
        ("fulfillment_deliveries", "", "unknown_source"): 2,
        ("fulfillment_events", "applied"): 2,
        ("fulfillment_events", "pending"): 1,
        ("fulfillment_orders", "main", "shipped", "", ""): 4,
        ("fulfillment_orders", "main", "", "", "unknown_status"): 1,
        ("fulfillment_writes", "confirmed"): 7,
        ("fulfillment_account_held", "main", "credentials"): 1,
        ("fulfillment_orders_due",): 5,
        ("fulfillment_oldest_due_seconds",): 1.5,
        ("fulfillment_workers",): 2,
    }


def test_an_empty_database_shows_that_nothing_is_due():
    assert samples(Figures()) == {
        ("fulfillment_orders_due",): 0.0,
        ("fulfillment_oldest_due_seconds",): 0.0,
        ("fulfillment_workers",): 0.0,
    }


def test_every_metric_has_its_meaning_and_its_type():
    text = render(FakeCounts(FIGURES)).decode()
    for metric in METRICS:
        assert f"# HELP {metric.name} {metric.meaning}" in text
        assert f"# TYPE {metric.name} gauge" in text


def test_a_label_cannot_start_a_new_line():
    figures = Figures(deliveries={('a"} 1\nfulfillment_events{result="', "accepted"): 1})
    assert len(samples(figures)) == len(samples(Figures())) + 1
