"""All settings. What is not described here does not exist, and is refused."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from worker.domain.events import OPERATOR
from worker.embedded import EmbeddedValkey
from worker.secret import SHORTEST_SECRET, Secret
from worker.settings.accounts import AccountSettings
from worker.settings.problems import Problem, wrong
from worker.settings.sources import SourceSettings
from worker.settings.urls import check_redis_url, passwords_in, read_broker_url, read_database_url
from worker.settings.values import Address, Duration, ListenAddress, Name, between

ANY_ACCOUNT = "must name at least one account, such as FULFILLMENT_ACCOUNTS__MAIN__PLATFORM or [accounts.main]"


def _check_data_dir(path: Path) -> Path:
    if not path.is_absolute():
        raise ValueError("must be an absolute path")
    if not str(path).isprintable() or "?" in str(path):
        raise ValueError("must have no question mark and no control character")
    return path


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


class Settings(BaseSettings):
    """All that the program reads from its surroundings. Nothing in here can be changed."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, case_sensitive=True, use_attribute_docstrings=True
    )

    data_dir: Annotated[Path, AfterValidator(_check_data_dir)] = Field(
        json_schema_extra={"default": ".fulfillment beside the configuration file, else in the working directory"}
    )
    """The folder of all files that the program writes."""
    database_url: SecretStr = Field(
        default=SecretStr(""), validate_default=True, json_schema_extra={"default": "fulfillment.db in data_dir"}
    )
    """The database, which holds the truth: `sqlite:////absolute/path` or `postgresql+psycopg://…`."""
    redis_url: Annotated[SecretStr, AfterValidator(check_redis_url)] = Field(
        default=SecretStr(""), json_schema_extra={"default": "the embedded Valkey"}
    )
    """A Redis or Valkey server: `redis://…`, `rediss://…` or `unix:///…`."""
    broker_url: SecretStr = Field(
        default=SecretStr(""), validate_default=True, json_schema_extra={"default": "redis_url"}
    )
    """The broker that carries Celery's queue; empty here means the embedded Valkey."""
    listen: ListenAddress = Address("127.0.0.1", 8000)
    """The address on which `fulfillment receiver` listens."""
    keep: Annotated[Duration, AfterValidator(between("1h", "3650d"))] = timedelta(days=90)
    """How long closed and settled orders are kept."""
    dedupe_for: Annotated[Duration, AfterValidator(between("1h", "3650d"))] = timedelta(days=90)
    """How long an event is known again, at least."""
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = "info"
    """The least important log lines that are written: `debug`, `info`, `warning` or `error`."""
    log_format: Literal["auto", "console", "json"] = "auto"
    """How log lines look: `console`, `json`, or `auto`, which is `console` on a terminal, else `json`."""
    metrics_token: Secret | None = None
    """The bearer token that opens /metrics to others than this machine."""
    accounts: Mapping[Name, AccountSettings] = Field(default={}, validate_default=True)
    """The merchants' accounts, by name."""
    sources: Mapping[Name, SourceSettings] = {}
    """The senders of webhooks, by name."""

    @field_validator("database_url")
    @classmethod
    def _choose_database(cls, url: SecretStr, info: ValidationInfo) -> SecretStr:
        return read_database_url(url, info.data.get("data_dir", Path("/")))

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
    def _tell_accounts_apart(cls, accounts: Mapping[str, AccountSettings]) -> Mapping[str, AccountSettings]:
        if not accounts:
            raise ValueError(ANY_ACCOUNT)
        first: dict[tuple[str, ...], str] = {}
        for name, account in accounts.items():
            if (twin := first.setdefault(account.identity, name)) != name:
                raise wrong(Problem((name,), f"is the very same account as {twin}"))
        return accounts

    @field_validator("sources", mode="before")
    @classmethod
    def _complete_sources(cls, given: object, info: ValidationInfo) -> object:
        if not isinstance(given, dict):
            return given
        accounts: Mapping[str, AccountSettings] = info.data.get("accounts", {})
        return {name: _complete(name, source, accounts) for name, source in given.items()}

    @field_validator("sources")
    @classmethod
    def _know_accounts(
        cls, sources: Mapping[str, SourceSettings], info: ValidationInfo
    ) -> Mapping[str, SourceSettings]:
        for name, source in sources.items():
            if name == OPERATOR:
                raise wrong(Problem((name,), "is a name kept for what operators do"))
            if source.account not in info.data.get("accounts", {}):
                raise wrong(Problem((name, "account"), "names no account that is set"))
        return sources

    @property
    def uses_embedded_valkey(self) -> bool:
        """Whether the queue is carried by a Valkey of our own, which `up` starts."""
        return not self.broker_url.get_secret_value()

    @property
    def queue_url(self) -> str:
        """The broker's URL for Celery, with its password; raises `SettingsError` when `data_dir` is too long."""
        return self.broker_url.get_secret_value() or EmbeddedValkey(self.data_dir).broker_url

    def secret_values(self) -> tuple[str, ...]:
        """Return every secret in here, so that logs can mask them; of URLs, the passwords."""
        urls = (self.database_url, self.redis_url, self.broker_url)
        passwords = {password for url in urls for password in passwords_in(url.get_secret_value())}
        parts = [*self.accounts.values(), *(account.credentials for account in self.accounts.values())]
        secrets = {value for part in (*parts, *self.sources.values()) for value in _secrets_of(part)}
        token = {self.metrics_token.get_secret_value()} if self.metrics_token else set()
        # A shorter password is a word that logs need for other things; whole URLs are masked by their form.
        return tuple(sorted(secrets | token | {word for word in passwords if len(word) >= SHORTEST_SECRET}))


def _complete(name: object, source: object, accounts: Mapping[str, AccountSettings]) -> object:
    """Fill in what a source need not say: its profile by its name, the only account, the account's time zone."""
    if not isinstance(source, dict):
        return source
    complete: dict[str, Any] = {"profile": name, **source}
    if len(accounts) == 1:
        complete.setdefault("account", next(iter(accounts)))
    account = accounts.get(str(complete.get("account")))
    complete.setdefault("timezone", account.timezone if account else "UTC")
    return complete


def _secrets_of(part: BaseModel) -> Iterator[str]:
    for _, value in part:
        for secret in value if isinstance(value, tuple) else (value,):
            if isinstance(secret, SecretStr):
                yield secret.get_secret_value()
