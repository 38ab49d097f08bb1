"""What `doctor` says of sources that have named very many orders that the platform has never shown."""

import pytest

from worker.domain.overview.figures import UnknownOrders
from worker.operations.doctor.checks import Verdict
from worker.operations.doctor.unknown import judge_unknown

BOUNDS = {"fastbox": 100, "shop": None}


@pytest.mark.parametrize(("searched", "known"), [(80, 80), (100, 500), (0, 400)])
def test_a_source_near_its_bound_is_reported_before_anything_is_quarantined(searched: int, known: int):
    (check,) = judge_unknown((UnknownOrders("fastbox", searched, known),), BOUNDS)
    assert check.verdict is Verdict.WARN
    assert "fastbox" in check.name
    assert "max_unknown" in check.advice


def test_others_are_not():
    figures = (UnknownOrders("fastbox", 79, 399), UnknownOrders("shop", 1000, 1000), UnknownOrders("gone", 1000, 1000))
    assert list(judge_unknown(figures, BOUNDS)) == []
