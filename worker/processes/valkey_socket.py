"""The socket at which the embedded Valkey of a data folder listens: pure functions, which the settings import, too."""

import os
from pathlib import Path
from urllib.parse import quote

from worker.domain.errors import SettingsError

MAX_SOCKET_PATH_BYTES = 90
"""The address of a Unix socket holds about a hundred bytes, and Valkey needs some of them."""


def valkey_socket(data_dir: Path) -> Path:
    """Return the path of the socket; raises `SettingsError` when it is too long for a socket."""
    path = data_dir / "valkey.sock"
    if len(os.fsencode(path)) > MAX_SOCKET_PATH_BYTES:
        raise SettingsError(
            "The path of data_dir is too long for the socket of the embedded Valkey: "
            "set redis_url, or choose a shorter data_dir."
        )
    return path


def valkey_broker_url(data_dir: Path) -> str:
    """Return the URL of the embedded Valkey for Celery; raises `SettingsError` like `valkey_socket`."""
    return f"redis+socket://{quote(str(valkey_socket(data_dir)))}"
