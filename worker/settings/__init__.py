"""Settings: read from the environment and a TOML file at the start, checked, and then constant.

The settings themselves are in `model`, `accounts` and `sources`; `values` and `urls` read their values. `loading` reads
them from `environment` and `settings_file`. `problems`, `mistakes` and `spelling` make the messages about mistakes.

It may import the domain, the platforms as data, the receiver's profiles, `secret` and the readers of files beside it,
and the path of the embedded Valkey's socket.
"""

from worker.settings.accounts import AccountSettings
from worker.settings.description import describe
from worker.settings.loading import load_settings
from worker.settings.model import Settings
from worker.settings.settings_file import choose_settings_file, find_settings_file
from worker.settings.values import Address

__all__ = [
    "AccountSettings",
    "Address",
    "Settings",
    "choose_settings_file",
    "describe",
    "find_settings_file",
    "load_settings",
]
