"""Judges for `doctor` what the receiver could not use: quarantined deliveries. Pure."""

import json
from collections.abc import Collection, Iterator, Mapping

from worker.domain.instants import Duration
from worker.domain.overview.figures import Backlog, BacklogKind, Health, UnknownWords
from worker.domain.reasons import MISSING_STATUS, STATUS_WITHOUT_WORD, QuarantineReason
from worker.domain.text import clean_text
from worker.operations.doctor.checks import MAX_NAMED, Check, Verdict, since, verdict_of
from worker.operations.doctor.unknown import advise_on_unknown
from worker.operations.explain.unused import SETTINGS
from worker.operations.phrases import WHY, counted

_NAME = "quarantine"


def judge_quarantine(health: Health, max_age: Duration, statuses: Mapping[str, Collection[str]]) -> Iterator[Check]:
    """Yield a check for each source and reason with quarantined deliveries, or one that there are none.

    *statuses* has the status words of the sources that may have some of their own.
    """
    backlogs = [backlog for backlog in health.backlogs if backlog.kind is BacklogKind.QUARANTINED]
    if not backlogs:
        yield Check(_NAME, Verdict.OK, "No quarantined delivery needs a person.")
    words = {unknown.source: unknown for unknown in health.unknown_words}
    for backlog in backlogs:
        sentence = f"{_subject(backlog)}, {since(backlog, health.now)}, from {backlog.source}"
        verdict = verdict_of(backlog, health.now, max_age)
        if backlog.reason == QuarantineReason.CAPTURED:
            yield Check(_NAME, Verdict.OK, f"{sentence}, as the settings ask.")
        elif backlog.reason == QuarantineReason.UNKNOWN_EVENT and (unknown := words.get(backlog.source)):
            advice = _heal(unknown, statuses.get(backlog.source)) or _advice(backlog)
            yield Check(_NAME, verdict, f"{sentence}: {_listed(unknown)}.", advice)
        else:
            yield Check(_NAME, verdict, f"{sentence}.", _advice(backlog))


def _subject(backlog: Backlog) -> str:
    return f"{counted(backlog.count, 'delivery is', 'deliveries are')} quarantined ({backlog.reason})"


def _listed(unknown: UnknownWords) -> str:
    """Name the most frequent words, each with its count."""
    words = [f"“{clean_text(word)}” ({count})" for word, count in unknown.words[:MAX_NAMED]]
    return ", ".join(words) + (", …" if len(unknown.words) > MAX_NAMED else "")


def _advice(backlog: Backlog) -> str:
    chosen = f"--source {backlog.source} --reason {backlog.reason}"
    if backlog.reason == QuarantineReason.NOT_YOUR_ORDER:
        return (
            f"`fulfillment deliveries list {chosen}` names the orders, and who carries them. If {backlog.source} does,"
            f" say so: `fulfillment orders assign ORDER {backlog.source} --reason {WHY}`; then replay them:"
            f" `fulfillment deliveries replay {chosen}`. If it does not, ask the courier why it reports them: others"
            " may know its secret."
        )
    if backlog.reason == QuarantineReason.TOO_MANY_UNKNOWN:
        replay = f"Then replay what is quarantined: `fulfillment deliveries replay {chosen}`."
        return f"{advise_on_unknown(backlog.source)} {replay}"
    return (
        f"See `fulfillment deliveries list {chosen}`, and what cannot be used of one: `fulfillment deliveries show ID`."
        f" {_cure(backlog)} `fulfillment deliveries replay {chosen}`."
    )


def _cure(backlog: Backlog) -> str:
    """Say what lets such deliveries in, as `orders explain` does, in a sentence that the command to replay follows."""
    cure = SETTINGS.get(QuarantineReason(backlog.reason)) if backlog.reason in set(QuarantineReason) else None
    if cure is None or backlog.reason == QuarantineReason.UNKNOWN_EVENT:  # no setting heals each unknown event
        return "Correct the cause, and replay them:"
    text = cure.format(source=backlog.source)
    imperative = f"{text[:1].upper()}{text[1:]}"
    if "[sources." in text:
        return f"{imperative}; restart the receiver, and replay them:"
    return f"{imperative}. So that `doctor` forgets these, replay them:"


def _heal(unknown: UnknownWords, present: Collection[str] | None) -> str:
    """Return the setting that heals the words; empty when there is none. *present* are the words that the source has.

    A second line `statuses = …` would be an error in a settings file, so words are added to those that are present.
    """
    keys = [_key_of(word) for word, _ in unknown.words[:MAX_NAMED] if word != STATUS_WITHOUT_WORD]
    if present is None or not keys:
        return ""
    table = f"[sources.{unknown.source}]"
    entries = ", ".join(keys)
    where = f"add to the statuses of {table}: {entries}" if present else f"add to {table}: statuses = {{ {entries} }}"
    return (
        f"Say what they mean, each an event such as in_transit, or info: {where}. Restart the receiver, and run"
        f" `fulfillment deliveries replay --source {unknown.source} --reason {QuarantineReason.UNKNOWN_EVENT}`."
    )


def _key_of(word: str) -> str:
    """Return the entry of `statuses` for a word, as a settings file has it, with a meaning to fill in."""
    return f'{json.dumps("" if word == MISSING_STATUS else clean_text(word), ensure_ascii=False)} = "…"'
