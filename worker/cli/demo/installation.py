"""The installation of the demo: its addresses and secrets, and the environments of its processes."""

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from worker.cli.demo.senders import Sender
from worker.cli.demo.shops import SHOPS, Shop
from worker.cli.settings_text import settings_text
from worker.private_files import open_private
from worker.settings.settings_file import FILE_NAME

NOTE = "The settings of a demo that has ended. Its platforms were simulated."
SHORT_TIMES = {"CALL_DEADLINE": "2s", "SETTLE": "3s"}
"""Times that are shorter than the defaults, because the day takes a quarter of a minute."""


@dataclass(frozen=True, slots=True, repr=False)
class Installation:
    """The addresses of the receiver and, by account, of the sandboxes; the secrets of accounts and of sources.

    *source_secrets* has the secret of each method of authentication, by source.
    """

    folder: Path
    receiver: str
    sandboxes: Mapping[str, str]
    account_secrets: Mapping[str, str]
    source_secrets: Mapping[str, Mapping[str, str]]

    @classmethod
    def create(cls, folder: Path, ports: Sequence[int]) -> "Installation":
        """Create an installation with random secrets; *ports* has a free port for the receiver and for each shop."""
        receiver, *sandboxes = (f"127.0.0.1:{port}" for port in ports)
        return cls(
            folder,
            receiver,
            sandboxes=dict(zip(SHOPS, sandboxes, strict=True)),
            account_secrets={account: secrets.token_hex(16) for account in SHOPS},
            source_secrets={
                name: {method: secrets.token_hex(16) for method in sender.methods}
                for shop in SHOPS.values()
                for name, sender in shop.senders.items()
            },
        )

    def environ(self, statuses: Mapping[str, Mapping[str, str]] | None = None) -> dict[str, str]:
        """Return this process's environment with the settings of the demo, and no other settings or settings file.

        *statuses* has more status words, by source.
        """
        settings = {"CONFIG": "", **self._general()}
        for shop in SHOPS.values():
            settings |= {
                f"ACCOUNTS__{shop.account.upper()}__{key}": value for key, value in self._account(shop).items()
            }
            for sender in shop.senders.values():
                source = self._source(shop, sender)
                settings |= {f"SOURCES__{sender.source.upper()}__{key}": value for key, value in source.items()}
        for name, words in (statuses or {}).items():
            settings[f"SOURCES__{name.upper()}__STATUSES"] = json.dumps(words)
        return _other_variables() | {f"FULFILLMENT_{key}": value for key, value in settings.items()}

    def write_settings(self) -> None:
        """Write the same settings into a file in the folder, for whoever looks at it later. Raises `OSError`."""
        tables: dict[str, dict[str, str]] = {"": {key.lower(): value for key, value in self._general().items()}}
        for shop in SHOPS.values():
            tables[f"accounts.{shop.account}"] = _as_keys(self._account(shop))
            for sender in shop.senders.values():
                tables[f"sources.{sender.source}"] = _as_keys(self._source(shop, sender))
        with open_private(self.folder / FILE_NAME, "wb") as file:
            file.write(settings_text(NOTE, tables).encode())

    def sandbox_environ(self, shop: Shop) -> dict[str, str]:
        """Return this process's environment with the options of the shop's sandbox."""
        port = self.sandboxes[shop.account].rpartition(":")[2]
        options = {"PLATFORM": shop.platform.name, "PORT": port, "BASE_PATH": shop.base_path}
        options |= {**shop.options, **self._credentials(shop)}
        return _other_variables() | {f"SANDBOX_{key}": value for key, value in options.items()}

    def _general(self) -> dict[str, str]:
        settings = {"DATA_DIR": str(self.folder), "LISTEN": self.receiver, "LOG_FORMAT": "console"}
        return {**settings, "SCAN_EVERY": "0s"}  # a scan would tell of orders before the webhooks of the script do

    def _account(self, shop: Shop) -> dict[str, str]:
        base_url = f"http://{self.sandboxes[shop.account]}{shop.base_path}"
        settings = {"PLATFORM": shop.platform.name, "BASE_URL": base_url, **self._credentials(shop)}
        return {**settings, **SHORT_TIMES, **shop.settings}

    def _source(self, shop: Shop, sender: Sender) -> dict[str, str]:
        secrets_by_method = self.source_secrets[sender.source]
        more = {f"SECRETS__{method.upper()}": secret for method, secret in secrets_by_method.items()}
        settings = {key.upper(): value for key, value in sender.settings.items()}
        return {"PROFILE": sender.profile, "ACCOUNT": shop.account, **settings, **more}

    def _credentials(self, shop: Shop) -> dict[str, str]:
        return {**shop.credentials, shop.secret_name: self.account_secrets[shop.account]}


def _as_keys(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the settings in *variables* by the names that they have in a file."""
    return {key.lower().replace("__", "."): value for key, value in variables.items()}


def _other_variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("FULFILLMENT_", "SANDBOX_"))}
