"""The folder of the playground: its settings, and the variables of its processes."""

import secrets
import shutil
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from worker.cli.free_ports import free_ports
from worker.cli.playground.shop import ACCOUNT, SENDERS, SHOP
from worker.cli.settings_text import settings_text
from worker.cli.temporary import make_folder
from worker.private_files import open_private
from worker.settings.names import CONFIG, PREFIX
from worker.settings.settings_file import FILE_NAME

PROCESSES = {"sandbox": ["deploy.sandbox"]}
"""What runs besides the processes of `up`."""
SANDBOX_PREFIX = "SANDBOX_"
NOTE = "The settings of a playground that `fulfillment up --sandbox` made. The platform is simulated."


@dataclass(frozen=True, slots=True, repr=False)
class Playground:
    """An open playground: its *folder*, the URL of its *sandbox*, and the secret of each source in *source_secrets*."""

    folder: Path
    sandbox: str
    source_secrets: Mapping[str, str]

    @property
    def settings_file(self) -> Path:
        """The path of its settings."""
        return self.folder / FILE_NAME


@contextmanager
def open_playground(environ: MutableMapping[str, str]) -> Iterator[Playground]:
    """Make a playground in a new folder, and delete the folder after the block.

    In the block, *environ* names its settings, and has no other settings of ours: nothing that the user has is touched.
    Raises `OSError`.
    """
    folder = make_folder("fulfillment-sandbox-")
    before = dict(environ)
    try:
        yield _fill(folder, environ)
    finally:
        environ.clear()
        environ.update(before)
        shutil.rmtree(folder, ignore_errors=True)


def _fill(folder: Path, environ: MutableMapping[str, str]) -> Playground:
    receiver, console, sandbox = (f"127.0.0.1:{port}" for port in free_ports(3))
    account_secret = secrets.token_hex(16)
    playground = Playground(folder, f"http://{sandbox}", {sender.source: secrets.token_hex(16) for sender in SENDERS})
    credentials = {**SHOP.credentials, SHOP.secret_name: account_secret}
    tables = {
        "": {"listen": receiver, "scan_every": "10s"},
        "console": {"listen": console},
        f"accounts.{ACCOUNT}": {
            "platform": SHOP.platform.name,
            "base_url": f"{playground.sandbox}{SHOP.base_path}",
            **{key.lower(): value for key, value in credentials.items()},
            **SHOP.settings,
        },
        **{
            f"sources.{sender.source}": {**sender.settings, "secrets": playground.source_secrets[sender.source]}
            for sender in SENDERS
        },
    }
    with open_private(playground.settings_file, "wb") as file:
        file.write(settings_text(NOTE, tables).encode())
    for name in [name for name in environ if name.startswith((PREFIX, SANDBOX_PREFIX))]:
        del environ[name]
    options = {"PLATFORM": SHOP.platform.name, "PORT": sandbox.rpartition(":")[2], "BASE_PATH": SHOP.base_path}
    environ.update({f"{SANDBOX_PREFIX}{key}": value for key, value in {**options, **credentials}.items()})
    environ[CONFIG] = str(playground.settings_file)
    return playground
