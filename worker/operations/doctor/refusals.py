"""Judges for `doctor` which senders are refused, by source and what was wrong, and which paths are wrong. Pure."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import NamedTuple

from worker.domain.instants import DAY, Duration, Instant
from worker.domain.overview.figures import Refusals
from worker.domain.reasons import RefusalReason
from worker.domain.refusals import RefusalCount
from worker.operations.doctor.checks import MAX_NAMED, Check, Verdict
from worker.operations.instants import ago
from worker.operations.phrases import counted

RECENT: Duration = DAY
"""A refusal is a warning for this long: what is older has ended, or nobody misses it."""


class _Words(NamedTuple):
    """What is said of requests that were refused for one reason, and the advice. {} is the name of the source."""

    were: str
    advice: str


_WORDS: Mapping[str, _Words] = {
    RefusalReason.BAD_SIGNATURE: _Words(
        "with a signature, token or password that fits no secret",
        "Compare the secret here with the one at the sender, and the header that it sends: `fulfillment sources show"
        " {}`.",
    ),
    RefusalReason.NO_SIGNATURE: _Words(
        "without a signature, token or password",
        "See that the sender signs, and that no proxy removes the header: `fulfillment sources show {}` names it.",
    ),
    RefusalReason.BAD_TIME: _Words(
        "without a usable time",
        "See that the sender sends the time in seconds, and that no proxy removes its header: `fulfillment sources show"
        " {}`.",
    ),
    RefusalReason.STALE: _Words(
        "at a time too far from ours",
        "Compare this machine's clock: `timedatectl`. If the sender repeats old deliveries, raise `tolerance` of {} or"
        ' set `stale = "accept"`, and restart the receiver. Then read them again: `fulfillment deliveries replay'
        " --outcome stale --source {} --yes`.",
    ),
    RefusalReason.WRONG_METHOD: _Words(
        "by an HTTP method that it does not take",
        "Let the sender use the method that `fulfillment sources show {}` names.",
    ),
    RefusalReason.TOO_LARGE: _Words(
        "with too large a body",
        "If such bodies are deliveries, raise `max_body` of {}, and restart the receiver.",
    ),
}


def judge_refusals(refusals: Refusals, now: Instant, *, can_try: bool) -> Check:
    """Judge the refused requests of a source. *can_try*: `sources try` can try requests with its profile.

    It is a warning if the last one is recent, and nothing authentic has come since: strangers are refused as well, and
    a warning that nobody can lift hides the others.
    """
    title, sentence = f"source {refusals.source}, refused", refused(refusals, now)
    if not is_shut_out(refusals, now):
        return Check(title, Verdict.OK, f"{sentence}. Authentic ones have come, too.")
    none = ", and none of its requests is known to be authentic" if refusals.is_all else ""
    return Check(title, Verdict.WARN, f"{sentence}{none}.", advise(refusals, can_try=can_try))


def refused(refusals: Refusals, now: Instant) -> str:
    """Return how many requests of a source were refused, when the last one was, and what was wrong with them."""
    total = counted(sum(count.count for count in refusals.counts), "request was", "requests were")
    why = ", ".join(_described(count) for count in refusals.counts)
    return f"{total} refused, the last one {ago(refusals.last_at, now)}: {why}"


def judge_paths(refusals: Refusals, now: Instant, sources: Collection[str]) -> Check:
    """Judge the requests to paths that name no source. It is a warning if one that looks like ours came lately."""
    total = sum(count.count for count in refusals.counts)
    named = [count for count in refusals.counts if count.path and now - count.last_at < RECENT]
    sentence = f"{counted(total, 'request', 'requests')} came to paths that no source has"
    if not named:
        return Check("paths", Verdict.OK, f"{sentence}, the last one {ago(refusals.last_at, now)}.")
    listed = ", ".join(f"{count.path} ({count.count}, {ago(count.last_at, now)})" for count in named[:MAX_NAMED])
    more = ", …" if len(named) > MAX_NAMED else ""
    return Check(
        "paths",
        Verdict.WARN,
        f"{sentence}: {listed}{more}.",
        f"If a sender of yours means one of these, correct the URL there{_meant(named[0], sources)}."
        " `fulfillment sources list` shows the paths of the sources. Else, nothing is to be done.",
    )


def is_shut_out(refusals: Refusals, now: Instant) -> bool:
    """Tell whether the last request was refused lately, and nothing authentic has come since."""
    if now - refusals.last_at >= RECENT:
        return False
    stored = refusals.last_stored_at
    return refusals.is_all if stored is None else stored < refusals.last_at


def _described(count: RefusalCount) -> str:
    words = _WORDS.get(count.reason)
    return f"{count.count} {words.were if words else count.reason}"


def advise(refusals: Refusals, *, can_try: bool) -> str:
    """Return what to do about the most frequent reason. *can_try*: see `judge_refusals`."""
    source = refusals.source
    known = (words for count in refusals.counts if (words := _WORDS.get(count.reason)))
    advice = " ".join(words.advice.replace("{}", source) for words in islice(known, 1))
    if not can_try:
        return advice
    return f"{advice} Try a request of the courier: `fulfillment sources try {source} request.http`.".strip()


def _meant(count: RefusalCount, sources: Collection[str]) -> str:
    """Say which path was meant, if a source has nearly this name."""
    last = count.path.rstrip("/").rpartition("/")[2]
    return "".join(f"; perhaps to /webhooks/{name}" for name in get_close_matches(last, sources, 1))


def judge_all_refusals(refusals: Collection[Refusals], now: Instant, can_try: Mapping[str, bool]) -> Iterator[Check]:
    """Yield a check for each source in *can_try* with refused requests, and one for paths that name no source.

    *can_try* says of each source of the settings whether `sources try` can try requests with its profile.
    """
    for each in refusals:
        if not each.source:
            yield judge_paths(each, now, can_try)
        elif each.source in can_try:
            yield judge_refusals(each, now, can_try=can_try[each.source])
