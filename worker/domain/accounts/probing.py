"""The rules of probes: what the answer to a probe proves, and when the next one comes.

A probe is one harmless read. *chance* is a random number in [0, 1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from worker.domain.instants import MINUTE, SECOND, Duration
from worker.domain.reasons import HoldReason

FIRST_INTERVAL, LONGEST_INTERVAL = 30 * SECOND, 10 * MINUTE
"""A held account is probed after the first interval; each further interval is twice as long, up to the longest."""


class ProbeResult(StrEnum):
    """What the answer to a probe proves."""

    GOOD = "good"
    """The platform answers, and accepts the account's credentials."""
    REFUSED = "refused"
    """The platform answers, and refuses them."""
    UNREACHABLE = "unreachable"
    """The platform gives no usable answer."""
    UNKNOWN = "unknown"
    """No probe was made, or its answer proves nothing."""


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """The result of a probe, and why, in the words of the platform where there are some."""

    result: ProbeResult
    detail: str = ""


PROBED: Mapping[HoldReason, ProbeResult] = {
    HoldReason.CREDENTIALS: ProbeResult.REFUSED,
    HoldReason.OUTAGE: ProbeResult.UNREACHABLE,
}
"""The holds that probes lift, each with the result that confirms it."""

WANTS_SILENCE = (HoldReason.OPERATOR, HoldReason.RATE_LIMITED)
"""While an account has such a hold, no probe of it comes by itself."""

LIFTED_BY: Mapping[ProbeResult, tuple[HoldReason, ...]] = {
    ProbeResult.GOOD: (HoldReason.CREDENTIALS, HoldReason.OUTAGE),
    ProbeResult.REFUSED: (HoldReason.OUTAGE,),  # the platform answers
    ProbeResult.UNREACHABLE: (),
    ProbeResult.UNKNOWN: (),
}
"""The holds that a probe lifts, by its result."""


def probes_in_vain(made: int, reason: HoldReason | None, result: ProbeResult) -> int:
    """Return how many probes of a hold for *reason* were in vain, after *made* others and one with this *result*.

    Only a probe that confirms the hold counts. Another failure says nothing about it, so the next interval is no
    longer; and what follows an outage begins anew.
    """
    if reason is not None and PROBED[reason] is result:
        return made + 1
    return 0 if reason in LIFTED_BY[result] else made


def probe_interval(probes: int, chance: float) -> Duration:
    """Return how long to wait for the next probe, after *probes* were made in vain: 30 s, doubling up to 10 min.

    Up to a quarter of it is left out by chance, so that the probes of accounts that fail together spread out.
    """
    longest = min(LONGEST_INTERVAL, FIRST_INTERVAL * 2 ** min(probes, 32))
    return int(longest * (1 - chance / 4))
