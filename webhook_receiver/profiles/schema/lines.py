"""Finds the lines of a profile file that messages name."""

from collections.abc import Mapping

from worker.toml_lines import key_lines


class KeyLines:
    """The lines of the keys in *text*, a valid TOML document. They are searched once, and only if a message asks."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: Mapping[str, int] | None = None

    def suffix(self, key: str) -> str:
        """Return `:12` for a dotted *key* on line 12, or in a table that begins there; empty if no line is known."""
        if self._lines is None:
            self._lines = {".".join(path): line for path, line in key_lines(self._text).items()}
        while key and key not in self._lines:
            key = key.rpartition(".")[0]
        return f":{self._lines[key]}" if key else ""
