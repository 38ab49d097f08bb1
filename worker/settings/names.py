"""The names of settings: the path of a key, and the environment variable of the same setting."""

KeyPath = tuple[str, ...]
"""The keys that lead to a setting: ("accounts", "main", "platform")."""

PREFIX = "FULFILLMENT_"
CONFIG = f"{PREFIX}CONFIG"
"""The variable that names the settings file; it is no setting itself."""
NAME = "<name>"
"""Stands for the name of any account or source in the path of a described setting."""
TABLES = ("accounts", "sources")
"""The settings that are tables of tables, one for each name."""


def variable_name(path: KeyPath) -> str:
    """Return the name of the environment variable for the setting at *path*."""
    return PREFIX + "__".join(path).upper()


def path_of_variable(name: str) -> KeyPath:
    """Return the path of the setting that the environment variable *name*, which begins with `PREFIX`, spells."""
    return tuple(name.removeprefix(PREFIX).lower().split("__"))


def dotted(path: KeyPath) -> str:
    """Return the name of the setting at *path* as a TOML file spells it."""
    return ".".join(path)
