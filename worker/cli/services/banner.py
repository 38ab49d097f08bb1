"""The texts that `up` prints before it starts the processes, and after they have ended."""

from collections.abc import Iterator, Sequence

from sqlalchemy import make_url

from worker.application.local import local_url
from worker.cli.local import MAX_PATH, config_option, program_command
from worker.domain.text import clean_text
from worker.settings import AccountSettings, Settings
from worker.settings.settings_file import SettingsFile

TITLE_WIDTH = 10


def banner(settings: Settings, file: SettingsFile | None, console: Sequence[str] = ()) -> str:
    """Return what `up` runs with *settings*, and a command to try. *file* is the settings file, or None.

    The lines *console* say where the console is, or why it is not served.
    """
    return "\n".join(
        [
            "Everything runs in this terminal until Ctrl-C.",
            "",
            *_titled("accounts", [_account(name, account) for name, account in settings.accounts.items()]),
            *_titled("webhooks", _webhook_urls(settings)),
            *_titled("console", console),
            *_titled("database", [describe_database(settings.database_url.get_secret_value())]),
            *_titled("settings", [_clean(file.path)] if file else []),
            *_titled("try", [f"{_command(file)} doctor", "(in another terminal, with the same settings)"]),
            "",
        ]
    )


def end_message(settings: Settings) -> str:
    """Return the text for the time after the last process has ended: it says where the data is."""
    database = describe_database(settings.database_url.get_secret_value())
    return f"All processes have ended. The data stays: {database}."


def describe_database(url: str) -> str:
    """Return the kind of database and its location, without the user's name and the password."""
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
    config = f" {config_option(file.path)}" if file and file.is_explicit else ""
    return f"{program_command()}{config}"


def _clean(value: object) -> str:
    return clean_text(str(value), MAX_PATH)
