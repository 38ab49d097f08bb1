"""What a method of authentication covers, and so how far a source can be trusted."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from webhook_receiver.profiles.engine.paths import Path
from webhook_receiver.profiles.schema.model import AuthTable, DigestAuth, HmacAuth, ProfileFile


class Trust(StrEnum):
    """What authenticates a source's deliveries, the strongest first."""

    SIGNED = "signed"
    """A signature covers the whole document."""
    PARTLY = "partly"
    """A signature covers some fields of the document; anybody on the way can change the others."""
    BEARER = "bearer"
    """The secret itself comes in each request: a reader of one request can report deliveries."""
    URL = "url"
    """The secret is a part of the URL, which proxies write to their logs."""


def signed_fields(method: AuthTable, unwrap: Path | None) -> frozenset[str] | None:
    """Return the paths of the fields that *method* covers; None when it covers the whole document."""
    if not isinstance(method, HmacAuth | DigestAuth):
        return frozenset()
    fields = frozenset(method.message.arguments("field"))
    whole = method.message.has("body") or (unwrap is not None and unwrap.text in fields)
    return None if whole else fields


def trust_in(method: AuthTable, unwrap: Path | None) -> Trust:
    """Return how far *method* can be trusted."""
    fields = signed_fields(method, unwrap)
    if fields is None:
        return Trust.SIGNED
    if fields:
        return Trust.PARTLY
    return Trust.URL if method.from_.startswith("query:") else Trust.BEARER


def trust_of(profile: ProfileFile, names: Iterable[str]) -> Trust:
    """Return the trust in a source that has secrets for the methods *names*: that of its strongest method."""
    levels = [trust_in(profile.auth[name], profile.document.unwrap) for name in names]
    return min(levels, key=list(Trust).index, default=Trust.URL)


def partly_signed(profile: ProfileFile) -> Mapping[str, frozenset[str]]:
    """Return the fields that each method covers, by its name, for the methods that cover only some fields."""
    fields = {name: signed_fields(method, profile.document.unwrap) for name, method in profile.auth.items()}
    return {name: paths for name, paths in fields.items() if paths}
