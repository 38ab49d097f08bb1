"""What is wrong in a profile file."""

from typing import NamedTuple


class Flaw(NamedTuple):
    """One wrong key. *sentence* completes the key's name, without a full stop."""

    key: str
    sentence: str
