"""Says of each source how far its deliveries can be trusted, once."""

from collections.abc import Iterable, Mapping

from webhook_receiver.profiles.captures import MAX_A_DAY
from webhook_receiver.profiles.schema.model import ProfileFile
from webhook_receiver.profiles.schema.trust import Trust, signed_fields, trust_in, trust_of
from worker.operations.doctor.checks import Check, Verdict
from worker.operations.phrases import join_items
from worker.settings.sources import SourceSettings

_SENTENCES: Mapping[Trust, str] = {
    Trust.SIGNED: "Its deliveries are signed.",
    Trust.BEARER: (
        "Its deliveries are not signed: anybody who has the token can report deliveries."
        " Accept HTTPS only, and keep the token out of logs."
    ),
    Trust.URL: (
        "Its deliveries are not signed, and the token is in the URL, which proxies write to their logs: anybody who"
        " reads them can report deliveries. Accept HTTPS only, and keep query strings out of logs."
    ),
}
_CAPTURES = f"It reads nothing, and keeps up to {MAX_A_DAY} bodies a day. Proxies write its token to their logs."


def check_source(name: str, source: SourceSettings) -> Check:
    """Return the check of the source *name*.

    It is a warning when the profile has a stronger method, for which the source has no secrets. What only the courier
    could improve is OK, because a warning that nobody can lift hides the others.
    """
    title, profile = f"source {name}", source.profile.file
    if profile is None:
        return Check(title, Verdict.OK, _SENTENCES[Trust.SIGNED])
    if profile.capture:
        return Check(title, Verdict.OK, _CAPTURES)
    trust = trust_of(profile, source.secrets)
    sentence = _partly(profile, source.secrets) if trust is Trust.PARTLY else _SENTENCES[trust]
    advice = _advice(profile, trust)
    return Check(title, Verdict.WARN if advice else Verdict.OK, sentence, advice)


def _partly(profile: ProfileFile, names: Iterable[str]) -> str:
    """Name the fields that are signed. The key for repeats consists of signed fields only: `checks` sees to it."""
    fields = {name: signed_fields(profile.auth[name], profile.document.unwrap) for name in names}
    signed = sorted(frozenset[str]().union(*(paths for paths in fields.values() if paths)))
    key = [path.text for path in (*profile.read.id, *profile.read.key)]
    return (
        f"Only {join_items(signed, 'and')} are signed: anybody who sees a delivery can change its other fields. A"
        f" changed copy of a recorded event is quarantined, because repeats are recognised by {join_items(key, 'and')}."
    )


def _advice(profile: ProfileFile, trust: Trust) -> str:
    """Return how the source can be trusted more; empty when its profile has no stronger method."""
    levels = {name: trust_in(method, profile.document.unwrap) for name, method in profile.auth.items()}
    stronger = [name for name, level in levels.items() if _is_stronger(level, trust)]
    if not stronger:
        return ""
    keys = join_items([f"secrets.{name}" for name in stronger], "or")
    if trust is Trust.URL and all(levels[name] is Trust.BEARER for name in stronger):
        return f"Let the courier send the token in a header: set {keys}, and remove the secrets of the URL."
    return f"Set {keys}, so that the signature is checked as well."


def _is_stronger(level: Trust, other: Trust) -> bool:
    return list(Trust).index(level) < list(Trust).index(other)
