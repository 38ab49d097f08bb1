"""Secrets that are written in files of their own: every key of a secret has a twin that ends in `_file`."""

from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from worker.settings.layers import Entry, Layer
from worker.settings.mistakes import Mistake
from worker.settings.names import KeyPath
from worker.settings.text_files import UnreadableFile, read_text_file

MAX_BYTES = 65_536
SUFFIX = "_file"


class SecretKeys(NamedTuple):
    """The names of the keys that hold one secret, and of those that hold a list of secrets."""

    singles: AbstractSet[str]
    lists: AbstractSet[str]

    def secret_path(self, path: KeyPath) -> KeyPath | None:
        """Return the path of the secret whose file the key at *path* names; None for every other key."""
        key = path[-1].removesuffix(SUFFIX)
        return (*path[:-1], key) if key != path[-1] and key in self.singles | self.lists else None


def read_secret_files(layer: Layer, keys: SecretKeys) -> tuple[Layer, list[Mistake]]:
    """Return *layer* with each `…_file` of a secret replaced by what the file holds, and what is wrong with the files.

    A key for a list takes one secret from each line, a key for one secret the only line. A mistake is about the path of
    the secret, which is then missing in the layer.
    """
    entries: dict[KeyPath, Entry] = {}
    mistakes: list[Mistake] = []
    for path, entry in layer.entries.items():
        secret = keys.secret_path(path)
        if secret is None:
            entries[path] = entry
        elif twins := layer.below(secret):
            sentence = f"and {twins[0].location.clean_name} cannot both be set"
            mistakes.append(Mistake(secret, entry.location, sentence))
        else:
            value, sentence = _read(entry.value, is_list=secret[-1] in keys.lists)
            if sentence:
                mistakes.append(Mistake(secret, entry.location, sentence))
            else:
                entries[secret] = entry._replace(value=value)
    return replace(layer, entries=entries), mistakes


def _read(name: object, *, is_list: bool) -> tuple[str | list[str], str]:
    """Return what the file *name* holds, or else the sentence that says why it cannot be used."""
    if not isinstance(name, str):
        return "", "must be the path of a file"
    try:
        text = read_text_file(Path(name), MAX_BYTES)
    except UnreadableFile as error:
        return "", error.about_key
    if is_list:
        return [line for line in text.splitlines() if line], ""
    secret = text.rstrip("\r\n")
    return secret, "names a file that holds more than one line" if "\n" in secret else ""
