"""Invented couriers: a profile written for the case, and what the engine makes of the courier's requests."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.support.receiver import read_order_id
from webhook_receiver.profiles.declared import DeclaredFormat
from webhook_receiver.profiles.engine.authentication import Authentic
from webhook_receiver.profiles.formats import format_of
from webhook_receiver.profiles.reading import ElementReading
from webhook_receiver.profiles.schema.files import ProfileError, parse_profile
from webhook_receiver.profiles.schema.model import ProfileFile
from webhook_receiver.requests import Request
from webhook_receiver.sources import Source
from worker.domain.events import Event
from worker.domain.instants import instant_of
from worker.ports import Delivery

ARRIVAL = datetime(2026, 11, 28, 12, tzinfo=UTC)
"""When every delivery is received."""
RECEIVED_AT = instant_of(ARRIVAL)
SECRET = "invented-secret"
TOKEN = '[auth.token]\nkind = "static"\nfrom = "header:X-Token"'
STATUS = 'from = "state"\nrows = [["D", "delivered"], ["P", "picked_up"], ["T", "in_transit"], ["I", "info"]]'


def profile_text(
    *,
    top: str = "",
    auth: str = TOKEN,
    document: str = "",
    read: str = 'number = "ref"',
    status: str = STATUS,
    more: str = "",
) -> str:
    """Return the text of a profile file. Each argument is the text of a table, *auth* and *more* with the headings."""
    return f'title = "Fastbox"\n{top}\n{auth}\n[document]\n{document}\n[read]\n{read}\n[status]\n{status}\n{more}'


def profile(**tables: str) -> ProfileFile:
    """Return a profile; see `profile_text` for the arguments."""
    return parse_profile(profile_text(**tables), "fastbox.toml")


def flaws(**tables: str) -> tuple[str, ...]:
    """Return what is wrong in a profile; nothing when it can be used."""
    return text_flaws(profile_text(**tables))


def text_flaws(text: str) -> tuple[str, ...]:
    """Return what is wrong in the text of a profile file, without the lines; nothing when it can be used."""
    try:
        parse_profile(text, "fastbox.toml")
    except ProfileError as error:
        return tuple(re.sub("^fastbox.toml(:[0-9]+)?: ", "", sentence) for sentence in error.sentences)
    return ()


def source_of(chosen: ProfileFile, **changes: Any) -> Source:
    """Return a source with this profile. Its only secret is `SECRET`, for every method, unless *changes* say more."""
    secrets = changes.pop("secrets", dict.fromkeys(chosen.auth, (SECRET,)))
    encoded = {name: tuple(secret.encode() for secret in values) for name, values in secrets.items()}
    settings = {"allow": frozenset({"shipment"})} | changes
    return Source("fastbox", chosen, encoded, "main", read_order_id, **settings)


def opened(chosen: ProfileFile, **changes: Any) -> DeclaredFormat:
    """Return the format of a source with this profile; see `source_of` for *changes*."""
    its_format = format_of(source_of(chosen, **changes))
    assert isinstance(its_format, DeclaredFormat)
    return its_format


def request(
    body: bytes = b"{}",
    headers: Mapping[str, str | bytes] | None = None,
    target: str = "/webhooks/fastbox",
    method: str = "POST",
) -> Request:
    """Return a request as the server hands it on: the names of headers in lower case, their bytes as latin-1."""
    written = {
        name.lower(): (value.encode() if isinstance(value, str) else value).decode("latin-1")
        for name, value in (headers or {}).items()
    }
    return Request(method, target.encode(), written, body)


def authentic(auth: str, sent: Request, secrets: Sequence[str] = (SECRET,), top: str = "", **changes: Any) -> bool:
    """Tell whether a source whose profile has only the method *auth* finds a request authentic."""
    return authentication(auth, sent, secrets, top, **changes) is not None


def authentication(
    auth: str, sent: Request, secrets: Sequence[str] = (SECRET,), top: str = "", **changes: Any
) -> Authentic | None:
    """Return what a source, whose profile has only the method *auth*, makes of a request."""
    signed_fields = re.findall(r"\{field:([^{}]+)\}", auth)
    key = f'number = "ref"\nkey = {json.dumps(signed_fields)}' if signed_fields else 'number = "ref"'
    chosen = profile(auth=auth, top=top, read=key)
    return opened(chosen, secrets=dict.fromkeys(chosen.auth, tuple(secrets)), **changes).authenticate(sent)


def encoded(document: object) -> bytes:
    """Return a document as JSON; bytes as they are."""
    return document if isinstance(document, bytes) else json.dumps(document).encode()


def delivery(chosen: ProfileFile, document: object, **changes: Any) -> Delivery:
    """Return what is read of a document; see `source_of` for *changes*."""
    return opened(chosen, **changes).read(encoded(document), RECEIVED_AT)


def event(chosen: ProfileFile, document: object, **changes: Any) -> Event:
    """Return the only event that is read of a document, which has no problem."""
    result = delivery(chosen, document, **changes)
    assert result.unusable is None, result
    (only,) = result.events
    return only


def names(result: Delivery) -> list[str]:
    """Return the events of a delivery, in the order of the document, without `shipment.`."""
    return [one.name.removeprefix("shipment.") for one in result.events]


def reading(chosen: ProfileFile, document: object, **changes: Any) -> ElementReading:
    """Return the reading of the only element of a document."""
    (only,) = opened(chosen, **changes).readings(encoded(document), RECEIVED_AT)
    return only
