"""The names of settings: the path of a key, its environment variable, and the key that names a secret's file."""

from collections.abc import Set as AbstractSet
from typing import NamedTuple

KeyPath = tuple[str, ...]
"""The keys that lead to a setting: ("accounts", "main", "platform")."""

PREFIX = "FULFILLMENT_"
CONFIG = f"{PREFIX}CONFIG"
"""The variable that names the settings file. It is not a setting."""
ANY_NAME = "<name>"
"""Stands for the name of any account or source in the path of a described setting."""
TABLES = ("accounts", "sources")
"""The settings that are tables of tables: one table for each account or source."""
FILE_SUFFIX = "_file"
"""The end of a key that names a file with the secret: `hmac_secret_file` is the twin key of `hmac_secret`."""


SECRETS = ("sources", "secrets")
"""The path of a source's table of secrets, without the source's name. Its keys are methods of authentication."""


class SecretKeys(NamedTuple):
    """The keys that hold one secret (*singles*), and the keys that hold a list of secrets (*lists*)."""

    singles: AbstractSet[str]
    lists: AbstractSet[str]

    def secret_path(self, path: KeyPath) -> KeyPath | None:
        """Return the path of the secret whose file the key at *path* names; None if the key names no such file."""
        key = path[-1].removesuffix(FILE_SUFFIX)
        is_secret = key in self.singles | self.lists or path[:1] + path[2:-1] == SECRETS
        return (*path[:-1], key) if key != path[-1] and is_secret else None

    def is_list(self, path: KeyPath) -> bool:
        """Tell whether the secret at *path* is a list of secrets."""
        return path[-1] in self.lists or path[:1] + path[2:-1] == SECRETS


def variable_name(path: KeyPath) -> str:
    """Return the name of the environment variable for the setting at *path*."""
    return PREFIX + "__".join(path).upper()


def path_of_variable(name: str) -> KeyPath:
    """Return the path of the setting for the environment variable *name*, which begins with `PREFIX`."""
    return tuple(name.removeprefix(PREFIX).lower().split("__"))


def dotted(path: KeyPath) -> str:
    """Return the name of the setting at *path* in a TOML file."""
    return ".".join(path)
