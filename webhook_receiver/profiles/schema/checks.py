"""The rules between the keys of a profile. What is wrong is an error at start, and nothing is guessed."""

from collections.abc import Iterator, Sequence
from http import HTTPStatus

from webhook_receiver.profiles.engine.statuses import Row, meaning_of, word_of
from webhook_receiver.profiles.engine.values import folded
from webhook_receiver.profiles.schema import authentication_checks
from webhook_receiver.profiles.schema.compilation import rows_of
from webhook_receiver.profiles.schema.flaws import Flaw
from webhook_receiver.profiles.schema.model import ProfileFile, StatusTableFile
from webhook_receiver.profiles.schema.path_checks import has_time, path_flaws

MAX_TEXTS_OF_ROWS = 2000
"""The texts of all rows together: every row is compared with all earlier ones."""


def flaws_of(profile: ProfileFile) -> list[Flaw]:
    """Return what is wrong between the keys of *profile*."""
    flaws = [*authentication_checks.methods(profile), *authentication_checks.options(profile)]
    flaws += [*_probes(profile), *_answer(profile)]
    if profile.capture:
        flaws += _unused_tables(profile)
    else:
        flaws += [*_order(profile), *path_flaws(profile), *_times(profile), *authentication_checks.keys(profile)]
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


def _times(profile: ProfileFile) -> Iterator[Flaw]:
    read = profile.read
    if read.time and read.time_parts:
        yield Flaw("read.time_parts", "and read.time cannot both be set")
    if "times" in read.model_fields_set and not has_time(read):
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
        yield from (
            Flaw("status.rows", f"has row {number}, in which fold leaves nothing of {text}")
            for cell in row[:-1]
            for text in cell
            if status.fold and text.removesuffix("*") and not folded(text.removesuffix("*"))
        )


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
