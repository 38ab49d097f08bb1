"""Judges for `doctor` whether sources are near the bound of orders that the platform has never shown. Pure."""

from collections.abc import Iterator, Mapping

from worker.domain.lifecycle.unknown import STOPPED_ALLOWED
from worker.domain.overview.figures import UnknownOrders
from worker.operations.doctor.checks import Check, Verdict

NEAR = 0.8
"""The part of a bound from which on a source is reported."""


def judge_unknown(figures: tuple[UnknownOrders, ...], bounds: Mapping[str, int | None]) -> Iterator[Check]:
    """Yield a warning for each source that is near its bound. *bounds* has `max_unknown` by source; None for none."""
    for figure in figures:
        most = bounds.get(figure.source)
        if most is None:
            continue
        if figure.searched >= NEAR * most:
            yield _warning(figure.source, f"{figure.searched:,} orders that the platform has not shown yet", most)
        elif figure.all >= NEAR * STOPPED_ALLOWED * most:
            stopped = f"{figure.all:,} orders that the platform has never shown, with those whose search has stopped"
            yield _warning(figure.source, stopped, STOPPED_ALLOWED * most)


def _warning(source: str, what: str, most: int) -> Check:
    return Check(
        f"source {source}, unknown orders",
        Verdict.WARN,
        f"It has named {what}, and may have named {most:,}: then its further new orders are quarantined.",
        advise_on_unknown(source),
    )


def advise_on_unknown(source: str) -> str:
    """Return what to do about a source that has named, or nearly has, as many unknown orders as it may."""
    return (
        "See them: `fulfillment orders list --stopped`. If the platform does not answer, it will show them later. If"
        f" {source} reports parcels of other merchants, ask the courier for an account or a webhook of your own, and"
        " close these orders. If its orders are real, and so many, raise its max_unknown and restart the receiver. If"
        " somebody else knows its secret, replace it."
    )
