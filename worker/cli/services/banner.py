"""What `up` prints before it starts the processes, and after they have ended."""

import shlex
from collections.abc import Iterator, Sequence

from sqlalchemy import make_url

from worker.cli.local_receiver import local_url
from worker.cli.program import program_command
from worker.domain.text import clean_text
from worker.settings import AccountSettings, Settings
from worker.settings.settings_file import SettingsFile

TITLE_WIDTH = 10
MAX_PATH = 1000


def banner(settings: Settings, file: SettingsFile | None) -> str:
    """Return what `up` is about to run with *settings*, which *file* holds in part, and a command to try."""
    return "\n".join(
        [
            "Everything runs in this terminal until Ctrl-C.",
            "",
            *_titled("accounts", [_account(name, account) for name, account in settings.accounts.items()]),
            *_titled("webhooks", _webhook_urls(settings)),
            *_titled("database", [describe_database(settings.database_url.get_secret_value())]),
            *_titled("settings", [_clean(file.path)] if file else []),
            *_titled("try", [f"{_command(file)} doctor", "(in another terminal, with the same settings)"]),
            "",
        ]
    )


def farewell(settings: Settings) -> str:
    """Return what `up` says when all processes have ended: no process is left, and where the data stays."""
    database = describe_database(settings.database_url.get_secret_value())
    return f"All processes have ended. The data stays: {database}."


def describe_database(url: str) -> str:
    """Return where the database is, without the user and the password."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        return f"SQLite, {_clean(parts.database)}"
    host = f", {_clean(parts.host)}" if parts.host else ""
    port = f":{parts.port}" if parts.port else ""
    return f"PostgreSQL{host}{port}, database {_clean(parts.database or parts.username or '')}"


def _titled(title: str, lines: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"  {'' if number else title:<{TITLE_WIDTH}}{line}"


def _account(name: str, account: AccountSettings) -> str:
    dry_run = ", dry_run: nothing is written to the platform" if account.dry_run else ""
    return f"{name} ({account.platform}{dry_run})"


def _webhook_urls(settings: Settings) -> list[str]:
    receiver = local_url(settings.listen)
    return [f"{receiver}/webhooks/{source}" for source in settings.sources] or ["none: the settings name no source"]


def _command(file: SettingsFile | None) -> str:
    config = f" --config {shlex.quote(_clean(file.path))}" if file and file.is_explicit else ""
    return f"{program_command()}{config}"


def _clean(value: object) -> str:
    return clean_text(str(value), MAX_PATH)
