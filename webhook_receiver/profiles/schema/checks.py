"""The rules between the keys of a profile. What is wrong is an error at start, and nothing is guessed."""

from collections.abc import Iterator, Sequence
from http import HTTPStatus

from webhook_receiver.profiles.engine.paths import EACH, Path
from webhook_receiver.profiles.engine.statuses import Row, meaning_of, word_of
from webhook_receiver.profiles.schema import authentication_checks
from webhook_receiver.profiles.schema.compilation import rows_of
from webhook_receiver.profiles.schema.flaws import Flaw
from webhook_receiver.profiles.schema.model import ProfileFile, ReadTable, StatusTableFile

MAX_TEXTS_OF_ROWS = 2000
"""The texts of all rows together: every row is compared with all earlier ones."""
NamedPath = tuple[str, Path]
"""A path with the key that has it."""


def flaws_of(profile: ProfileFile) -> list[Flaw]:
    """Return what is wrong between the keys of *profile*."""
    flaws = [*authentication_checks.methods(profile), *authentication_checks.options(profile)]
    flaws += [*_probes(profile), *_answer(profile)]
    if profile.capture:
        flaws += _unused_tables(profile)
    else:
        flaws += [*_order(profile), *_paths(profile), *_times(profile), *authentication_checks.keys(profile)]
        flaws += _status(profile)
    return flaws


def _probes(profile: ProfileFile) -> Iterator[Flaw]:
    both = [method for method in profile.methods if method in profile.probes]
    if both:
        yield Flaw("probes", f"has {both[0]}, which is one of the methods: no delivery by it would be read")


def _answer(profile: ProfileFile) -> Iterator[Flaw]:
    status, body = profile.answer.status, profile.answer.body
    if status in {HTTPStatus.RESET_CONTENT, HTTPStatus.PARTIAL_CONTENT}:
        yield Flaw("answer.status", f"must not be {status}, which is no answer to a delivery")
    if status == HTTPStatus.NO_CONTENT and body is not None:
        yield Flaw("answer.body", f"is never sent: an answer with the status {status} has no body")


def _unused_tables(profile: ProfileFile) -> Iterator[Flaw]:
    """Yield the tables that say how to read, in a profile that reads nothing."""
    for table in sorted({"document", "read", "status"} & profile.model_fields_set):
        yield Flaw(table, "is never used: with capture, nothing is read")


def _order(profile: ProfileFile) -> Iterator[Flaw]:
    read = profile.read
    if not (read.order or read.number or read.tracking):
        yield Flaw("read", "needs order, number or tracking: else no delivery names its order")


def _all_paths(profile: ProfileFile) -> Iterator[NamedPath]:
    """Yield each path that may have `[]`, with its key."""
    for field in type(profile.read).model_fields:
        if field not in {"times", "time_of"}:
            yield from ((f"read.{field}", path) for path in getattr(profile.read, field))
    for word, paths in profile.read.time_of.items():
        yield from ((f"read.time_of.{word}", path) for path in paths)
    yield from (("status.from", path) for path in (profile.status.from_ if profile.status else ()))
    yield from (("document.only", path) for path in profile.document.only)
    yield from (("document.skip", path) for path in profile.document.skip)


def _paths(profile: ProfileFile) -> Iterator[Flaw]:
    document = profile.document
    paths = list(_all_paths(profile))
    if document.unwrap and document.unwrap.depth:
        yield Flaw("document.unwrap", "must lead to one field, without []")
    if document.pick == "latest" and not (document.each and _has_time(profile)):
        yield Flaw("document.pick", "needs read.time" if document.each else "needs document.each")
    yield from _paths_of_elements(document.each, paths) if document.each else _paths_without_elements(paths)
    if document.each and document.pick == "each":
        yield from _keys_of_elements(profile.read)


def _paths_without_elements(paths: Sequence[NamedPath]) -> Iterator[Flaw]:
    yield from (Flaw(key, f"has [] in {path.text}, but document.each is missing") for key, path in paths if path.depth)


def _paths_of_elements(each: Path, paths: Sequence[NamedPath]) -> Iterator[Flaw]:
    whole = each.skeleton
    if each.parts[-1] is not EACH:
        yield Flaw("document.each", "must end in []")
    for key, path in paths:
        if path.depth and path.skeleton != whole[: len(path.skeleton)]:
            yield Flaw(key, f"does not begin with {each.text} in {path.text}")
    if not any(path.skeleton == whole for key, path in paths if not key.startswith("document.")):
        yield Flaw("document.each", "is not repeated by any path of [read] or [status]")


def _keys_of_elements(read: ReadTable) -> Iterator[Flaw]:
    """Yield the keys that would be the same for all elements: all but the first would be quarantined."""
    for key, paths in (("id", read.id), ("key", read.key)):
        if paths and not any(path.depth for path in paths):
            yield Flaw(f"read.{key}", "is the same for all elements: one of its paths must have []")


def _has_time(profile: ProfileFile) -> bool:
    return bool(profile.read.time or profile.read.time_parts or profile.read.time_of)


def _times(profile: ProfileFile) -> Iterator[Flaw]:
    read = profile.read
    if read.time and read.time_parts:
        yield Flaw("read.time_parts", "and read.time cannot both be set")
    if "times" in read.model_fields_set and not _has_time(profile):
        yield Flaw("read.times", "is never used: read.time is missing")
    rows = profile.status.rows if profile.status else ()
    first_cells = {text for row in rows for cell in row[:1] for text in cell}
    for word in read.time_of:
        if word.endswith("*"):
            yield Flaw(f"read.time_of.{word}", "must be a whole text, because a beginning has no time of its own")
        elif word not in first_cells:
            yield Flaw(f"read.time_of.{word}", "is in no row of status.rows")


def _status(profile: ProfileFile) -> Iterator[Flaw]:
    if profile.status is None:
        yield Flaw("status", "is missing")
        return
    texts = sum(len(cell) for row in profile.status.rows for cell in row)
    if texts > MAX_TEXTS_OF_ROWS:
        yield Flaw("status.rows", f"must have at most {MAX_TEXTS_OF_ROWS} texts")
        return
    wrong = list(_wrong_rows(profile.status))
    yield from wrong or _hidden_rows(profile.status)


def _wrong_rows(status: StatusTableFile) -> Iterator[Flaw]:
    cells = len(status.from_)
    wanted = f"{cells} cell{'s' if cells > 1 else ''} and one event"
    for number, row in enumerate(status.rows, 1):
        if len(row) != cells + 1 or len(row[-1]) != 1:
            yield Flaw("status.rows", f"has row {number}, which must be {wanted}")
            continue
        try:
            meaning_of(row[-1][0])
        except ValueError as error:
            yield Flaw("status.rows", f"has row {number}, which {error}")


def _hidden_rows(status: StatusTableFile) -> Iterator[Flaw]:
    rows = rows_of(status)
    for number, row in enumerate(rows, 1):
        hiding = _hiding(rows[: number - 1], row)
        if hiding:
            word = word_of([cell[0] for cell in status.rows[number - 1][:-1]])
            yield Flaw("status.rows", f"has row {number} ({word}), which row {hiding} hides")


def _hiding(earlier: Sequence[Row], row: Row) -> int:
    """Return the number of the first row that hides *row*; 0 when none does."""
    return next((number for number, other in enumerate(earlier, 1) if other.hides(row)), 0)
