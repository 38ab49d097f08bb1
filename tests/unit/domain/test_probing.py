"""Probes come at growing intervals, and each result lifts only the holds that it disproves."""

import pytest

from worker.domain.accounts.probing import LIFTED_BY, PROBED, ProbeResult, probe_interval, probes_in_vain
from worker.domain.instants import MINUTE, SECOND
from worker.domain.reasons import HoldReason


def test_the_intervals_double_from_half_a_minute_to_ten_minutes():
    seconds = [probe_interval(probes, 0) // SECOND for probes in range(7)]
    assert seconds == [30, 60, 120, 240, 480, 600, 600]


@pytest.mark.parametrize("probes", [0, 3, 100, 10**9])
def test_chance_leaves_out_up_to_a_quarter(probes):
    longest = probe_interval(probes, 0)
    assert longest <= 10 * MINUTE
    assert probe_interval(probes, 0.5) == longest * 7 // 8
    assert longest * 3 // 4 <= probe_interval(probes, 0.999_999) < longest


@pytest.mark.parametrize("result", ProbeResult)
def test_no_result_lifts_the_hold_of_an_operator_or_a_pause(result):
    assert {HoldReason.OPERATOR, HoldReason.RATE_LIMITED}.isdisjoint(LIFTED_BY[result])


def test_a_good_result_lifts_every_hold_that_is_probed():
    assert set(LIFTED_BY[ProbeResult.GOOD]) == set(PROBED)


@pytest.mark.parametrize("result", ProbeResult)
def test_no_result_lifts_the_hold_that_it_confirms(result):
    assert all(PROBED[reason] is not result for reason in LIFTED_BY[result])


@pytest.mark.parametrize(
    ("reason", "result", "in_vain"),
    [
        (HoldReason.CREDENTIALS, ProbeResult.REFUSED, 4),
        (HoldReason.OUTAGE, ProbeResult.UNREACHABLE, 4),
        (HoldReason.CREDENTIALS, ProbeResult.UNREACHABLE, 3),
        (HoldReason.CREDENTIALS, ProbeResult.UNKNOWN, 3),
        (HoldReason.OUTAGE, ProbeResult.UNKNOWN, 3),
        (HoldReason.OUTAGE, ProbeResult.REFUSED, 0),
        (HoldReason.OUTAGE, ProbeResult.GOOD, 0),
        (None, ProbeResult.UNREACHABLE, 3),
    ],
)
def test_only_a_probe_that_confirms_its_hold_makes_the_next_interval_longer(reason, result, in_vain):
    assert probes_in_vain(3, reason, result) == in_vain
