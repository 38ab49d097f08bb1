"""What `up` prints before its processes start, and after they have ended."""

from itertools import takewhile
from pathlib import Path

import pytest

from tests.support.good_settings import COURIER, GOOD, MAIN, OTHER, P
from worker.cli.services.banner import banner, describe_database, end_message
from worker.settings import Settings, load_settings
from worker.settings.settings_file import SettingsFile


def settings(**changes: str) -> Settings:
    return load_settings(GOOD | {f"{P}DATA_DIR": "/data"} | {f"{P}{name}": value for name, value in changes.items()})


def fact(text: str, title: str) -> list[str]:
    """Return the lines of one fact of the banner."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.strip().startswith(title))
    more = takewhile(lambda line: line.startswith("   "), lines[start + 1 :])
    return [lines[start].strip().removeprefix(title).strip(), *map(str.strip, more)]


def test_it_names_the_accounts_and_says_which_are_in_dry_run():
    others = {name.removeprefix(P): value for name, value in OTHER.items()}
    others |= {
        "ACCOUNTS__OTHER__DOMAIN": "other",
        "ACCOUNTS__OTHER__DRY_RUN": "true",
        "SOURCES__COURIER__ACCOUNT": "main",
    }
    text = banner(settings(**others), None)
    assert fact(text, "accounts") == [
        "main (awalchat)",
        "other (awalchat, dry_run: nothing is written to the platform)",
    ]


@pytest.mark.parametrize(
    ("listen", "receiver"),
    [
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("0.0.0.0:80", "http://127.0.0.1:80"),
        ("[::]:8000", "http://[::1]:8000"),
        ("shop.example:8000", "http://shop.example:8000"),
    ],
)
def test_it_names_the_url_of_each_source(listen: str, receiver: str):
    text = banner(settings(LISTEN=listen, SOURCES__AWALCHAT__SECRETS="whsec_of_the_platform"), None)
    assert sorted(fact(text, "webhooks")) == [f"{receiver}/webhooks/awalchat", f"{receiver}/webhooks/courier"]


def test_it_says_that_there_are_no_webhooks_without_a_source():
    without = {name: value for name, value in GOOD.items() if not name.startswith(COURIER)}
    text = banner(load_settings(without | {f"{P}DATA_DIR": "/data"}), None)
    assert fact(text, "webhooks") == ["none: the settings name no source"]


def test_it_names_the_settings_file_and_a_command_that_reads_the_same_file():
    in_folder = SettingsFile(Path("/shop/fulfillment.toml"), "fulfillment.toml", is_explicit=False)
    named = SettingsFile(Path("/my shop/x.toml"), "x.toml", is_explicit=True)
    assert not [line for line in banner(settings(), None).splitlines() if line.strip().startswith("settings")]
    assert fact(banner(settings(), in_folder), "settings") == ["/shop/fulfillment.toml"]
    assert fact(banner(settings(), in_folder), "try")[0].endswith("fulfillment doctor")
    assert fact(banner(settings(), named), "try")[0].endswith("fulfillment --config '/my shop/x.toml' doctor")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("", "SQLite, /data/fulfillment.db"),
        ("sqlite:////var/lib/orders.db", "SQLite, /var/lib/orders.db"),
        ("postgresql://user:whsec_pass@db.example:5433/orders", "PostgreSQL, db.example:5433, database orders"),
        ("postgresql+psycopg://user@db.example", "PostgreSQL, db.example, database user"),
        ("postgresql:///orders?host=/run&password=whsec_pass", "PostgreSQL, database orders"),
    ],
)
def test_both_texts_name_the_database_without_a_password(url: str, shown: str):
    chosen = settings(DATABASE_URL=url)
    assert describe_database(chosen.database_url.get_secret_value()) == shown
    assert fact(banner(chosen, None), "database") == [shown]
    assert end_message(chosen) == f"All processes have ended. The data stays: {shown}."


def test_the_banner_has_no_control_characters():
    file = SettingsFile(Path("/shop/\x1b[31m.toml"), "", is_explicit=True)
    assert "\x1b" not in banner(settings(**{f"{MAIN.removeprefix(P)}DRY_RUN": "true"}), file)
