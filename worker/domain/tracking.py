"""Tracking numbers: what is one, and the form in which they compare.

Couriers, shops and people write the same number differently. Merchants and customers read it in the order's notes.
"""

import hashlib
import re
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase

MAX_NUMBER = 64
"""Characters of a tracking number."""
_NORMAL = str.maketrans(ascii_lowercase, ascii_uppercase, " -")
_NUMBER = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_./ -]{{0,{MAX_NUMBER - 1}}}")
_HOST = re.compile(
    r"\.[A-Za-z]{2,}(?![A-Za-z0-9])|(?<![A-Za-z0-9])[Xx][Nn]--|(?<![0-9])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9])"
)
"""The end of a host name, punycode, or an IP address: programs that show notes make a link of each."""
_BETWEEN_WORDS, _MAX_WORDS = re.compile(r"[-_./ ]+"), 3
"""Words are letters without a digit. A number has so many at most: `JNE-CGK-12345`."""
_MAX_BEFORE, _MAX_AFTER = 4, 2
"""Letters of the words that stand before and behind groups of digits: `JNE 123 456` and `RR 123 456 785 CN`."""
_LEFT_OUT, _DIGITS = "left-out-", 12
_IN_PLACE = re.compile(rf"LEFTOUT[0-9A-F]{{{_DIGITS}}}")
"""The normal form of a name that stands in place of a number."""


def normal_form(tracking: str) -> str:
    """Return *tracking* in upper case, without spaces and hyphens: two numbers are the same if this is the same.

    Databases find numbers by it; the events of one order compare by `parcel_form`. Only ASCII letters change, because
    every database must compute the same. Empty for a text that has nothing else.
    """
    return tracking.translate(_NORMAL)


@lru_cache(maxsize=4_096)  # the events of an order name a few parcels again and again
def parcel_form(name: str) -> str:
    """Return the form of a parcel's *name*, a number or the name in place of one: one parcel has one form.

    A number may be stored as it was sent, by a version that left none out, or written in another way that is left out.
    So each has the form of the name in its place. Empty for a text that says nothing.
    """
    form = normal_form(name)
    return form if is_in_place(form) else normal_form(parcel_without_number(form))


def is_in_place(name: str) -> bool:
    """Tell whether *name* is one that `parcel_without_number` has made."""
    return _IN_PLACE.fullmatch(normal_form(name)) is not None


def is_same_parcel(tracking: str, other: str) -> bool:
    """Tell whether both are names of one parcel."""
    return parcel_form(tracking) == parcel_form(other) != ""


def is_tracking_number(text: str) -> bool:
    """Tell whether *text* can be shown as a tracking number: ASCII letters, digits, and `-_./ ` between them.

    It begins with a letter or a digit, so no spreadsheet takes it for a formula. A host name, and a name that
    `parcel_without_number` made are none; nor is a sentence of more than three words. Three words can be a code.
    """
    if not _NUMBER.fullmatch(text) or _HOST.search(text):
        return False
    return not normal_form(text).startswith(normal_form(_LEFT_OUT)) and not _is_sentence(text)


def parcel_without_number(text: str) -> str:
    """Return a name for the parcel whose tracking number, *text*, cannot be shown; empty if *text* says nothing.

    The same number gives the same name, and another number another one. So the order still waits for each parcel.
    """
    form = normal_form(text)
    return (
        _LEFT_OUT + hashlib.sha256(form.encode(errors="surrogatepass")).hexdigest()[:_DIGITS]
        if re.search(r"\w", form)
        else ""
    )


def _is_sentence(text: str) -> bool:
    """Tell whether *text* has too many words, or with spaces, more than a few letters beside groups with digits."""
    if sum(word.isalpha() for word in _BETWEEN_WORDS.split(text)) > _MAX_WORDS:
        return True
    groups = text.split(" ")
    if len(groups) == 1:
        return False
    letters = [0 if re.search("[0-9]", group) else len(re.findall("[A-Za-z]", group)) for group in groups]
    before, after = (_MAX_AFTER, _MAX_AFTER) if letters[-1] else (_MAX_BEFORE, 0)  # of the post, both are two letters
    most = (before, *([0] * (len(groups) - 2)), after)
    has_digit = re.search("[0-9]", text) is not None
    return not has_digit or any(count > limit for count, limit in zip(letters, most, strict=True))
