"""Makes a delivery as a courier would send it, by its profile. Pure; it is for tests of an installation.

A profile says where to read, so a new document has just the fields that are read, with one element in every list. What
was made is read again before it is returned, so a status that means something else is never sent.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice, product

from webhook_receiver.profiles.composition.credentials import Outgoing, add_credentials
from webhook_receiver.profiles.composition.drafts import Unsettable, with_value
from webhook_receiver.profiles.composition.writing import NewEvent, Plan, write
from webhook_receiver.profiles.engine.authentication import OpenedRequest, authenticate
from webhook_receiver.profiles.engine.documents import Condition, Interest
from webhook_receiver.profiles.engine.statuses import INFO, SEPARATOR, meaning_of
from webhook_receiver.profiles.engine.values import NoText, text_of
from webhook_receiver.profiles.schema.compilation import interest_of, methods_of, statuses_of
from webhook_receiver.profiles.schema.model import ProfileFile
from webhook_receiver.requests import Request
from webhook_receiver.sources import Source
from worker.domain.errors import IllegalRequest

MAX_CANDIDATES = 100
"""How many combinations of the texts of one row are tried."""
ANY = "any"
"""Stands where anything fits, and a missing value does not."""


def events_of(source: Source) -> list[str]:
    """Return the names of the events that the profile and the own status words of *source* have, sorted."""
    profile = source.profile
    if not isinstance(profile, ProfileFile) or profile.status is None:
        return []
    statuses = statuses_of(profile.status, source.statuses)
    meanings = [row.meaning for row in statuses.rows] + list(statuses.own.values())
    return sorted({str(meaning) for meaning in meanings if meaning != INFO})


def compose(source: Source, event: NewEvent, target: bytes, now: int, nonce: str) -> Request:
    """Return the authentic request to *target* that says *event*, signed at *now* (unix seconds).

    *nonce* is a new text, which stands for an id. Raises `IllegalRequest` when the profile of *source* reads something
    else, or when such a request cannot be made.
    """
    profile = source.profile
    if not isinstance(profile, ProfileFile) or profile.status is None:
        raise IllegalRequest(f"the profile of {source.name} reads no events")
    each = profile.document.each
    plan = Plan(
        profile,
        source,
        profile.status,
        statuses_of(profile.status, source.statuses),
        interest_of(profile.document),
        (0,) * each.depth if each else (),
        event,
        nonce,
        datetime.fromtimestamp(now, UTC),
    )
    try:
        return _request(plan, target, now)
    except Unsettable as error:
        raise IllegalRequest(f"the profile of {source.name} {error}") from error


def _request(plan: Plan, target: bytes, now: int) -> Request:
    profile, source = plan.profile, plan.source
    document = _document(plan)
    if profile.document.unwrap:
        document = with_value(None, profile.document.unwrap, json.dumps(document))
    method = "POST" if "POST" in profile.methods else profile.methods[0]
    outgoing = Outgoing(method, target, document, profile.content, source.public_prefix)
    methods = methods_of(profile, source.secrets, source.options)
    add_credentials(outgoing, methods, plan.nonce, now)
    request = outgoing.request()
    if not methods or authenticate(methods, OpenedRequest(request, profile.content, source.public_prefix)) is None:
        raise Unsettable("asks for signatures that cannot be computed one after another")
    return request


def _document(plan: Plan) -> object:
    """Return the document of the first combination of status texts that means the event."""
    name = plan.event.name
    problem = f"has no status for {name}; it has some for {', '.join(events_of(plan.source)) or 'no event'}"
    for cells in _candidates(plan):
        try:
            document = _with_conditions(write(plan, cells), plan.interest)
        except Unsettable as error:
            problem = str(error)
            continue
        if _is_read(plan, document):
            return document
    raise Unsettable(problem)


def _candidates(plan: Plan) -> Iterator[tuple[str, ...]]:
    """Yield combinations of status texts that may mean the event."""
    width = len(plan.status.from_)
    for row in plan.status.rows:
        if meaning_of(row[-1][0]) == plan.event.name:
            texts = [[text for written in cell for text in _texts(written)] for cell in row[:-1]]
            yield from islice(product(*texts), MAX_CANDIDATES)
    for word, meaning in plan.source.statuses.items():
        cells = word.split(SEPARATOR)
        if meaning_of(meaning) == plan.event.name and len(cells) <= width:
            yield (*cells, *[""] * (width - len(cells)))


def _texts(written: str) -> tuple[str, ...]:
    """Return texts that fit a text of a cell."""
    return ("", ANY) if written == "*" else (written.removesuffix("*"),)


def _is_read(plan: Plan, document: object) -> bool:
    """Tell whether *document* is of interest, and its status means the event."""
    position, interest = plan.position, plan.interest
    try:
        cells = [text_of(path.value(document, position)) for path in plan.status.from_]
    except NoText:
        return False
    wanted = interest.wants(document) and (not position or interest.wants(document, position))
    return wanted and plan.statuses.match(cells).meaning == plan.event.name


def _with_conditions(document: object, interest: Interest) -> object:
    """Return *document* with a text at each missing field that a condition needs."""
    for condition in interest.only:
        document = _with_text(document, condition, min(condition.texts))
    for condition in interest.skip:
        document = _with_text(document, condition, ANY) if "" in condition.texts else document
    return document


def _with_text(document: object, condition: Condition, text: str) -> object:
    path = condition.path
    is_missing = path.value(document, (0,) * path.depth) is None
    return with_value(document, path, text) if is_missing and text else document
