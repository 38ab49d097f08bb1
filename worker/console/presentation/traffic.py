"""The chart of the deliveries over time, and the outcomes that it and the tables beside it show."""

from zoneinfo import ZoneInfo

from worker.console.presentation.charts import Chart, Column, stacked_bars
from worker.console.presentation.instants import clock_text
from worker.domain.overview.traffic import HOURS, Traffic
from worker.domain.reasons import DeliveryOutcome

OUTCOMES = (
    DeliveryOutcome.ACCEPTED,
    DeliveryOutcome.DUPLICATE,
    DeliveryOutcome.STALE,
    DeliveryOutcome.QUARANTINED,
)
"""The parts of a column of the chart, from the lowest to the highest."""


def traffic_chart(traffic: Traffic, zone: ZoneInfo, source: str = "") -> Chart:
    """Return the chart of the deliveries of the last day, of *source* or of all, with the hours of *zone*."""
    hours = traffic.hours(source, HOURS)
    return stacked_bars([Column(clock_text(hour.start, zone), hour.outcomes) for hour in hours], OUTCOMES)
