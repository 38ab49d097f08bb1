"""Masks in a body what authenticates it: some couriers send their secret or their signature there."""

from collections.abc import Iterator

from webhook_receiver.profiles.engine.documents import read_outer
from webhook_receiver.profiles.engine.values import NoText, text_of
from webhook_receiver.profiles.schema.compilation import location_of, options_of
from webhook_receiver.profiles.schema.model import ProfileFile
from worker.application.deliveries.bodies import Mask
from worker.domain.errors import Unusable
from worker.processes.redaction import Redactor
from worker.settings import Settings


def mask_of(settings: Settings, source: str, body: bytes) -> Mask:
    """Return what masks texts of *body*, which *source* has sent.

    It masks each secret of the settings, wherever it stands, and the fields of which the profile of the source says
    that they authenticate, so also a secret that the source had before.
    """
    return Redactor({*settings.secret_values(), *_credentials(settings, source, body)}).text


def _credentials(settings: Settings, source: str, body: bytes) -> Iterator[str]:
    """Yield the texts in *body* that authenticate it."""
    known = settings.sources.get(source)
    profile = known.profile.file if known else None
    if known is None or not isinstance(profile, ProfileFile):
        return  # the native formats have their signature in a header
    options = options_of(profile, known.options)
    paths = [path for table in profile.auth.values() if (path := location_of(table.from_, options).path)]
    if not paths:
        return
    try:
        document = read_outer(body, profile.content)
        yield from (text_of(path.value(document)) for path in paths)
    except (Unusable, NoText):
        return
