"""The installation: where its parts listen, its secrets, and what each process is told of them in its environment."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from worker.cli.demo.shops import SHOPS, Shop

HURRY = {"CALL_DEADLINE": "2s", "SETTLE": "3s"}
"""What a merchant leaves as it is, in a hurry: a day has to fit into a quarter of a minute."""


@dataclass(frozen=True, slots=True, repr=False)
class Installation:
    """Where the receiver and, by account, each shop's platform listen, and the secrets of accounts and of sources."""

    folder: Path
    receiver: str
    platforms: Mapping[str, str]
    proofs: Mapping[str, str]
    secrets: Mapping[str, str]

    @classmethod
    def make_up(cls, folder: Path, ports: list[int]) -> "Installation":
        """Make up all secrets, and take as many of the free *ports* on this machine as it needs."""
        receiver, *others = (f"127.0.0.1:{port}" for port in ports)
        sources = [source for shop in SHOPS.values() for source in shop.sources]
        return cls(
            folder,
            receiver,
            platforms=dict(zip(SHOPS, others, strict=True)),
            proofs={account: secrets.token_hex(16) for account in SHOPS},
            secrets={source: secrets.token_hex(16) for source in sources},
        )

    def environ(self) -> dict[str, str]:
        """Return this process's environment with our settings in place of all that were there."""
        ours = {"DATA_DIR": str(self.folder), "LISTEN": self.receiver, "LOG_FORMAT": "console"}
        for shop in SHOPS.values():
            ours |= {f"ACCOUNTS__{shop.account.upper()}__{key}": value for key, value in self._account(shop).items()}
            for source, profile in shop.sources.items():
                told = {"PROFILE": profile, "ACCOUNT": shop.account, "SECRETS": self.secrets[source]}
                ours |= {f"SOURCES__{source.upper()}__{key}": value for key, value in told.items()}
        return _others() | {f"FULFILLMENT_{key}": value for key, value in ours.items()}

    def sandbox_environ(self, shop: Shop) -> dict[str, str]:
        """Return this process's environment with the options of the shop's sandbox."""
        port = self.platforms[shop.account].rpartition(":")[2]
        told = {"PLATFORM": shop.idiom.platform, "PORT": port, "BASE_PATH": shop.base_path, **shop.options}
        return _others() | {f"SANDBOX_{key}": value for key, value in (told | self._keys(shop)).items()}

    def _account(self, shop: Shop) -> dict[str, str]:
        base_url = f"http://{self.platforms[shop.account]}{shop.base_path}"
        own = {"PLATFORM": shop.idiom.platform, "BASE_URL": base_url}
        return {**own, **self._keys(shop), **HURRY, **shop.settings}

    def _keys(self, shop: Shop) -> dict[str, str]:
        return {**shop.keys, shop.proof: self.proofs[shop.account]}


def _others() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("FULFILLMENT_", "SANDBOX_"))}
