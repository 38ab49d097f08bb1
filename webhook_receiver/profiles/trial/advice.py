"""What a time or a status word, which a profile does not have, should be in the profile."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from webhook_receiver.profiles.engine.statuses import INFO
from webhook_receiver.profiles.engine.values import folded
from webhook_receiver.profiles.schema.model import StatusTableFile
from webhook_receiver.profiles.trial.steps import quoted
from webhook_receiver.profiles.trial.time_formats import fitting_formats, strptime_formats

_EVENT = f"where EVENT is an event such as in_transit, or {INFO}"
_ODD_OFFSET = re.compile(
    r"(?P<time>.*[0-9MmZz])(?P<end>\s*(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?"
    r"|\s+(?P<name>[A-Z]{3,5}))"
)
"""The end of a time that no format reads: `+3`, `UTC+3`, `GMT`."""


def advice_on_time(text: str, formats: Sequence[str]) -> tuple[str, ...]:
    """Return what to change in the profile, whose *formats* do not fit *text*."""
    fitting = fitting_formats(text)
    if offset := not fitting and offset_advice(text):
        return (offset,)
    if not fitting:
        return ("write its format into read.times: one of strptime, such as %d/%m/%Y %H:%M:%S",)
    lines = tuple(f"it fits with: times = [{_listed([*formats, name])}]" for name in fitting)
    if len(fitting) > 1:
        return (*lines, "several formats fit this text: choose by the courier's documentation")
    return lines


def offset_advice(text: str) -> str:
    """Return what to write for a time with an offset that no format reads, such as `+3`; empty for any other time."""
    odd = _ODD_OFFSET.fullmatch(text)
    formats = strptime_formats(odd["time"]) if odd else ()
    if not odd or not formats:
        return ""
    times = _listed([formats[0] + odd["end"]])
    return f"no format reads {odd['end'].strip()}. If it is always this one: times = [{times}] and zone = {_zone(odd)}"


def _zone(odd: re.Match[str]) -> str:
    if odd["name"]:
        return '"UTC"' if odd["name"] in {"UTC", "GMT"} else "the zone that it names"
    if int(odd["minutes"] or 0):
        return "the zone that has it"
    opposite = "-" if odd["sign"] == "+" else "+"  # the names of these zones count the other way
    return f'"Etc/GMT{opposite}{int(odd["hours"])}"'


def advice_on_status(
    status: StatusTableFile, cells: Sequence[str], word: str, *, is_builtin: bool = False
) -> tuple[str, ...]:
    """Return what to change for a status that fits no row. A status without any text is a matter of the paths.

    The rows of a built-in profile do not change, but a source may have statuses of its own.
    """
    of_source = f"statuses = {{ {quoted(word, 200)} = EVENT }}"
    if not word:
        return ()
    if is_builtin:
        return (*_close_rows(status, cells), f"for your source: {of_source}, {_EVENT}")
    return (*_row_advice(status, cells), f"or, for one source: {of_source}")


def _row_advice(status: StatusTableFile, cells: Sequence[str]) -> Iterator[str]:
    for number, row in enumerate(status.rows, 1):  # none of them, if the profile folds already
        if all(map(_fits_folded, row[:-1], cells)):
            yield f"row {number} fits with: fold = true in [status]"
            break
    yield from _close_rows(status, cells)
    yield f"add a row to status.rows: [{_listed(cells)}, EVENT], {_EVENT}"


def _close_rows(status: StatusTableFile, cells: Sequence[str]) -> Iterator[str]:
    first_texts = [text for row in status.rows for text in row[0]]
    close = [text for text in get_close_matches(cells[0], first_texts, n=2, cutoff=0.8) if text != cells[0]]
    if close:
        yield f"the rows have {', '.join(map(quoted, close))}"
    elif cells[0] in first_texts:
        yield f"rows {_numbers(status, cells[0])} have {quoted(cells[0])}, but with other cells behind it"


def _fits_folded(cell: Sequence[str], text: str) -> bool:
    return any(
        folded(text).startswith(folded(one[:-1])) if one.endswith("*") else folded(one) == folded(text) for one in cell
    )


def _numbers(status: StatusTableFile, text: str) -> str:
    return ", ".join(str(number) for number, row in enumerate(status.rows, 1) if text in row[0])


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(quoted(text, 200) for text in texts)
