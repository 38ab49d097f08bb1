"""The optional fields of an event. One that is odd is left out, and a remark says so."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from webhook_receiver.profiles.engine.values import note_text, number_text, parcel_count
from worker.domain.reasons import QuarantineReason
from worker.domain.tracking import is_tracking_number, parcel_without_number
from worker.domain.web_urls import read_web_url

NO_TIME = "there is no time, so the arrival counts"
UNREADABLE_TIME = "the time cannot be read, so the arrival counts"
NO_NUMBER = "the tracking number is left out: it is no code of letters, digits and - _ . / and spaces"


class ParcelName(NamedTuple):
    """The name of an event's parcel: its tracking number, or a name in place of one that is left out; empty for none.

    *sent* is the number as it was sent, which tells events without an id apart. *remarks* say that it was left out.
    """

    text: str
    sent: str
    remarks: tuple[str, ...] = ()

    @property
    def names_order(self) -> bool:
        """Whether an order can be found by it."""
        return is_tracking_number(self.text)


def parcel_name(value: object) -> ParcelName:
    """Return the name of the parcel whose tracking number is *value*. Raises `Unusable` when that is no short text."""
    text = number_text(value, QuarantineReason.BAD_TRACKING)
    if not text or is_tracking_number(text):
        return ParcelName(text, text)
    return ParcelName(parcel_without_number(text), text, (NO_NUMBER,))


class OptionalFields(NamedTuple):
    """The optional fields of an event. *remarks* say which of them were left out."""

    tracking_url: str
    parcels: int | None
    note: str
    remarks: tuple[str, ...]


def optional_fields(url: object, parcels: object, note: object, hosts: Collection[str] = ()) -> OptionalFields:
    """Return the optional fields of an event from their values. Raises `Unusable`, see `parcel_count`.

    *hosts* are those that the source lists for its tracking pages.
    """
    tracking_url, url_remark = _url(url, hosts)
    count, text = parcel_count(parcels), note_text(note)
    remarks = (*filter(None, [url_remark]), *_remarks(parcels, note, count, text))
    return OptionalFields(tracking_url, count, text, remarks)


def _url(value: object, hosts: Collection[str]) -> tuple[str, str]:
    """Return the URL in *value* and no remark, or no URL and a remark. A missing one has neither."""
    if value is None:
        return "", ""
    try:
        return read_web_url(value if isinstance(value, str) else "", hosts), ""
    except ValueError as error:
        return "", f"the tracking URL is left out: it {error}"


def _remarks(parcels: object, note: object, count: int | None, text: str) -> Iterator[str]:
    if parcels is not None and count is None:
        yield "the number of parcels is left out: it says nothing"
    if note is not None and not text:
        yield "the note is left out: it is no text"
