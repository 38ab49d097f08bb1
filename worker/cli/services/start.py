"""What a service does before anything else: it reads the settings and begins to log."""

import os
import sys

from worker.processes.logs import configure_logs
from worker.settings import Settings, load_settings


def load_settings_and_log() -> Settings:
    """Return the settings, after logs are configured as they say. Raises `SettingsError`."""
    settings = load_settings(os.environ)
    configure_logs(settings.log_level, settings.log_format, sys.stderr, settings.secret_values())
    return settings
