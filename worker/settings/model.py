"""The general settings, and the tables of accounts and sources. An unknown key is refused."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from worker.domain.events import OPERATOR
from worker.processes.valkey_socket import valkey_broker_url
from worker.secret import SHORTEST_SECRET, Secret
from worker.settings.accounts import AccountSettings
from worker.settings.console import ConsoleSettings
from worker.settings.problems import NO_ACCOUNT, Problem, validation_error
from worker.settings.shared_secrets import SecretUses
from worker.settings.sources import SourceSettings, complete_sources
from worker.settings.urls import check_ca_file, check_redis_url, passwords_in, read_broker_url, read_database_url
from worker.settings.values import Address, Duration, ListenAddress, Name, Network, between, read_list, read_network

FOLDER = "folder"
"""The key of pydantic's context that has the folder of the settings file."""


def _check_data_dir(path: Path) -> Path:
    if not path.is_absolute():
        raise ValueError("must be an absolute path")
    if not str(path).isprintable() or "?" in str(path):
        raise ValueError("must have no question mark and no control character")
    return path


def _check_scan_every(every: timedelta) -> timedelta:
    if every and not timedelta(seconds=1) <= every <= timedelta(days=1):
        raise ValueError("must be 0s, or a duration from 1s to 1d")
    return every


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


class Settings(BaseModel, extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True):
    """All settings of the program. An instance cannot be changed."""

    data_dir: Annotated[Path, AfterValidator(_check_data_dir)] = Field(
        json_schema_extra={"default": ".fulfillment beside the settings file, else in the working directory"}
    )
    """The folder of all files that the program writes."""
    ca_file: Annotated[str, AfterValidator(check_ca_file)] = Field(
        default="", json_schema_extra={"default": "those that the machine trusts"}
    )
    """The certificates of the authorities that certify the broker and the database: a file in PEM."""
    database_url: SecretStr = Field(
        default=SecretStr(""), validate_default=True, json_schema_extra={"default": "fulfillment.db in data_dir"}
    )
    """The database: `sqlite:////absolute/path` or `postgresql+psycopg://…`."""
    redis_url: Annotated[SecretStr, AfterValidator(check_redis_url)] = Field(
        default=SecretStr(""), json_schema_extra={"default": "the embedded Valkey"}
    )
    """A Redis or Valkey server: `redis://…`, `rediss://…` or `unix:///…`."""
    broker_url: SecretStr = Field(
        default=SecretStr(""), validate_default=True, json_schema_extra={"default": "redis_url"}
    )
    """The broker of Celery's queue, as a URL of Celery. If `redis_url` is empty too, it is the embedded Valkey."""
    listen: ListenAddress = Address("127.0.0.1", 8000)
    """Address and port of `fulfillment receiver`. `localhost` is 127.0.0.1; `[::]` is every IPv6 and IPv4 address."""
    scan_every: Annotated[Duration, AfterValidator(_check_scan_every)] = timedelta(minutes=5)
    """How often each account's orders are listed at its platform, to find what no webhook has told. `0s`: never."""
    keep: Annotated[Duration, AfterValidator(between("1h", "3650d"))] = timedelta(days=90)
    """How long closed and settled orders are kept, and deliveries that moved no order."""
    dedupe_for: Annotated[Duration, AfterValidator(between("1h", "3650d"))] = timedelta(days=90)
    """How long a repeated event is recognised, at least."""
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = "info"
    """The lowest level of log lines that are written: `debug`, `info`, `warning` or `error`."""
    log_format: Literal["auto", "console", "json"] = "auto"
    """The form of log lines: `console`, `json`, or `auto`, which is `console` on a terminal and `json` elsewhere."""
    metrics_token: Secret | None = None
    """The bearer token for /metrics, and for the parts in /readyz. Without one, this machine alone sees them."""
    trusted_proxies: Annotated[
        tuple[Annotated[Network, BeforeValidator(read_network)], ...], BeforeValidator(read_list), Field(max_length=100)
    ] = Field(default=(), json_schema_extra={"default": "none"})
    """The proxies that write the client's address into `X-Forwarded-For`, as IP addresses or networks."""
    console: ConsoleSettings = ConsoleSettings()
    """The console."""
    accounts: Mapping[Name, AccountSettings] = Field(default={}, validate_default=True)
    """The merchants' accounts, by name."""
    sources: Mapping[Name, SourceSettings] = {}
    """The senders of webhooks, by name."""

    @field_validator("database_url")
    @classmethod
    def _choose_database(cls, url: SecretStr, info: ValidationInfo) -> SecretStr:
        return read_database_url(url, info.data.get("data_dir", Path("/")), info.data.get("ca_file", ""))

    @field_validator("broker_url")
    @classmethod
    def _choose_broker(cls, url: SecretStr, info: ValidationInfo) -> SecretStr:
        return read_broker_url(url, info.data.get("redis_url", SecretStr("")))

    @field_validator("metrics_token", mode="before")
    @classmethod
    def _no_empty_token(cls, token: object) -> object:
        return token or None

    @field_validator("accounts")
    @classmethod
    def _refuse_equal_accounts(cls, accounts: Mapping[str, AccountSettings]) -> Mapping[str, AccountSettings]:
        if not accounts:
            raise ValueError(NO_ACCOUNT)
        names: dict[tuple[str, ...], str] = {}
        first_names = {name: names.setdefault(account.identity, name) for name, account in accounts.items()}
        if problems := [
            Problem((name,), f"is the same account as {first}") for name, first in first_names.items() if first != name
        ]:
            raise validation_error(*problems)
        return accounts

    @model_validator(mode="before")
    @classmethod
    def _complete_sources(cls, values: object, info: ValidationInfo) -> object:
        if isinstance(values, dict) and isinstance(sources := values.get("sources"), dict):
            return {**values, "sources": complete_sources(sources, values.get("accounts"), _folder(info))}
        return values

    @field_validator("sources")
    @classmethod
    def _refuse_reserved_name(cls, sources: Mapping[str, SourceSettings]) -> Mapping[str, SourceSettings]:
        if OPERATOR in sources:
            raise validation_error(Problem((OPERATOR,), "is reserved: it is the source of operators' events"))
        return sources

    @model_validator(mode="after")
    def _refuse_shared_secrets(self) -> Self:
        if problems := [*SecretUses.of(self.accounts, self.sources, self.metrics_token).problems()]:
            raise validation_error(*problems)
        return self

    @property
    def uses_embedded_valkey(self) -> bool:
        """Whether the broker is the embedded Valkey, which `fulfillment up` starts."""
        return not self.broker_url.get_secret_value()

    @property
    def queue_url(self) -> str:
        """The broker's URL for Celery, with its password. Raises `SettingsError` when `data_dir` is too long a path."""
        return self.broker_url.get_secret_value() or valkey_broker_url(self.data_dir)

    def secret_values(self) -> tuple[str, ...]:
        """Return all secrets in the settings, with the passwords in URLs, so that logs can mask them."""
        urls = (self.database_url, self.redis_url, self.broker_url)
        passwords = {password for url in urls for password in passwords_in(url.get_secret_value())}
        parts = [*self.accounts.values(), *(account.credentials for account in self.accounts.values())]
        secrets = {value for part in (*parts, *self.sources.values()) for value in _secrets_of(part)}
        token = {self.metrics_token.get_secret_value()} if self.metrics_token else set()
        # A shorter password could be an ordinary word. In a URL, the logs mask it anyway, by the form of the URL.
        return tuple(sorted(secrets | token | {text for text in passwords if len(text) >= SHORTEST_SECRET}))


def _folder(info: ValidationInfo) -> Path:
    """Return the folder of the settings file, where relative paths of profiles begin."""
    return Path((info.context or {}).get(FOLDER, ""))


def _secrets_of(part: BaseModel) -> Iterator[str]:
    for _, value in part:
        values = [text for texts in value.values() for text in texts] if isinstance(value, dict) else value
        for secret in values if isinstance(values, list | tuple) else (values,):
            if isinstance(secret, SecretStr):
                yield secret.get_secret_value()
