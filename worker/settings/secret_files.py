"""Reads secrets from their files. Every key of a secret has a twin key that ends in `_file` and names the file."""

from dataclasses import replace
from pathlib import Path

from worker.settings.layers import Entry, Layer
from worker.settings.mistakes import Mistake
from worker.settings.names import KeyPath, SecretKeys
from worker.text_files import UnreadableFile, read_text_file

MAX_BYTES = 65_536


def read_secret_files(layer: Layer, keys: SecretKeys) -> tuple[Layer, list[Mistake]]:
    """Return *layer* with each `…_file` key replaced by its secret, and the mistakes.

    For a key with a list of secrets, each line of the file is a secret; for a key with one secret, the file has one
    line. A mistake has the path of the secret, and the layer does not have that secret.
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
            value, sentence = _read(entry.value, is_list=keys.is_list(secret))
            if sentence:
                mistakes.append(Mistake(secret, entry.location, sentence))
            else:
                entries[secret] = entry._replace(value=value)
    return replace(layer, entries=entries), mistakes


def _read(name: object, *, is_list: bool) -> tuple[str | list[str], str]:
    """Return the secrets in the file *name* and an empty text, or no secret and a sentence about the mistake."""
    if not isinstance(name, str):
        return "", "must be the path of a file"
    try:
        text = read_text_file(Path(name), MAX_BYTES)
    except UnreadableFile as error:
        return "", error.about_key
    if is_list:
        secrets = [line for line in text.splitlines() if line]
        return secrets, "" if secrets else "names a file that holds no secret"
    secret = text.rstrip("\r\n")
    return secret, "names a file that holds more than one line" if "\n" in secret else ""
