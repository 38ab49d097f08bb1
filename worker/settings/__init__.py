"""Settings: read once from the environment and a TOML file, typed, frozen, and refused in one clear sentence."""

from worker.domain.errors import SettingsError
from worker.domain.instants import microseconds
from worker.settings.accounts import AccountSettings
from worker.settings.description import Described, describe
from worker.settings.loading import load_settings
from worker.settings.model import Settings
from worker.settings.sources import PROFILES, SourceSettings
from worker.settings.values import Address

__all__ = [
    "PROFILES",
    "AccountSettings",
    "Address",
    "Described",
    "Settings",
    "SettingsError",
    "SourceSettings",
    "describe",
    "load_settings",
    "microseconds",
]
