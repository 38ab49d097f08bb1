"""Settings: read once from the environment and a TOML file, typed, frozen, and refused in one clear sentence."""

from worker.settings.accounts import AccountSettings
from worker.settings.description import describe
from worker.settings.loading import load_settings
from worker.settings.model import Settings
from worker.settings.values import Address

__all__ = ["AccountSettings", "Address", "Settings", "describe", "load_settings"]
