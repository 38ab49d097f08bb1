"""The settings on the pages are those of the program, and the examples of settings files are read."""

import re
from pathlib import Path

import pytest

from tests.support.page_secrets import with_own_secrets
from tests.support.pages import (
    README,
    REFERENCE,
    example,
    part,
    plain,
    plain_table,
)
from worker.order_api.platforms import PLATFORMS
from worker.settings import describe, load_settings
from worker.settings.description import secret_keys
from worker.settings.names import ANY_NAME
from worker.settings.settings_file import FILE_NAME


@pytest.mark.parametrize(
    ("heading", "above", "platform"),
    [
        ("### General", "", ""),
        ("### The console", "console", ""),
        ("### An account", f"accounts.{ANY_NAME}", ""),
        *((f'#### With `platform = "{name}"`', f"accounts.{ANY_NAME}", name) for name in PLATFORMS),
        ("### A source", f"sources.{ANY_NAME}", ""),
    ],
)
def test_every_setting_is_described_as_the_program_describes_it(heading, above, platform):
    settings = [s for s in describe() if (s.key.rpartition(".")[0], s.platform) == (above, platform)]
    expected = [[s.key.rpartition(".")[2], s.default or "**required**", plain(s.meaning)] for s in settings]
    assert plain_table(REFERENCE, heading) == expected
    assert expected


def test_every_secret_that_may_come_from_a_file_is_named():
    section = part(REFERENCE, "## Settings").partition("###")[0]
    twins = {f"{key}_file" for keys in secret_keys() for key in keys}
    assert twins == set(re.findall(r"`(\w+_file)`", section))


def test_the_settings_file_of_the_set_up_is_read(tmp_path: Path):
    (tmp_path / FILE_NAME).write_text(with_own_secrets(example(README, "toml", "## Set-up")))
    settings = load_settings({}, tmp_path)
    account = settings.accounts["main"]
    assert account.dry_run
    assert account.complete_after.days == 1
    assert settings.sources["oto"].profile.file is not None
    assert {*settings.sources["oto"].secrets} == {*settings.sources["oto"].profile.methods}


def test_the_settings_of_a_second_account_are_read_beside_those_of_the_first(tmp_path: Path):
    first, second = example(README, "toml", "## Set-up"), example(REFERENCE, "toml", "### Several accounts")
    with_accounts = re.sub(r"(?m)^\[sources\.\w+\]$", r'\g<0>\naccount = "main"', first)
    (tmp_path / FILE_NAME).write_text(with_own_secrets(with_accounts + second))
    settings = load_settings({}, tmp_path)
    assert {name: account.platform for name, account in settings.accounts.items()} == {
        "main": "awalchat",
        "jakarta": "cekat",
    }
    assert {name: source.account for name, source in settings.sources.items()} == {
        "awalchat": "main",
        "oto": "main",
        "kurir": "jakarta",
    }


def test_the_name_of_the_settings_file_is_the_programs():
    for page in (README, REFERENCE):
        assert f"`{FILE_NAME}` in " in page.read_text()
