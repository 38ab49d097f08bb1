"""The playground of `up --sandbox` has settings of its own, and touches nothing of the user's."""

from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.commands import Commands
from worker.cli.playground.folder import open_playground
from worker.cli.playground.guide import guide
from worker.cli.playground.shop import ACCOUNT
from worker.settings import load_settings

MINE = {
    "FULFILLMENT_CONFIG": "/mine.toml",
    "FULFILLMENT_ACCOUNTS__MAIN__API_KEY": "a-key-of-mine",
    "SANDBOX_PORT": "1",
    "HOME": "/home/me",
}


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files."""
    monkeypatch.setattr("worker.cli.temporary.tempfile.gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr("worker.cli.temporary.MAX_TEMPORARY_PATH", 4096)
    return tmp_path


def test_its_settings_are_complete_and_have_nothing_of_the_users(temporary):
    environ = dict(MINE)
    with open_playground(environ) as playground:
        settings = load_settings(environ)
        assert [*settings.accounts] == [ACCOUNT]
        assert {*settings.sources} == {*playground.source_secrets}
        assert settings.data_dir.is_relative_to(playground.folder)
        assert environ["HOME"] == "/home/me"
        assert "a-key-of-mine" not in str(environ)
        assert environ["SANDBOX_HMAC_SECRET"] in settings.secret_values()


def test_it_listens_on_this_machine_alone_and_on_ports_that_were_free(temporary):
    environ: dict[str, str] = {}
    with open_playground(environ) as playground:
        settings = load_settings(environ)
        sandbox = playground.sandbox.removeprefix("http://")
        addresses = {str(settings.listen), str(settings.console.listen), sandbox}
    assert len(addresses) == 3
    assert all(address.startswith("127.0.0.1:") for address in addresses)


def test_nobody_else_can_read_its_secrets(temporary):
    with open_playground({}) as playground:
        assert playground.folder.stat().st_mode & 0o777 == 0o700
        assert playground.settings_file.stat().st_mode & 0o777 == 0o600


def test_the_folder_and_the_variables_are_gone_after_it(temporary):
    environ = dict(MINE)
    with suppress(KeyboardInterrupt), open_playground(environ):
        assert [*temporary.iterdir()]
        raise KeyboardInterrupt
    assert environ == MINE
    assert [*temporary.iterdir()] == []


def test_the_text_about_it_has_no_secret_and_names_variables_that_would_count_more(temporary):
    environ: dict[str, str] = {}
    with open_playground(environ) as playground:
        text = guide(playground, ["FULFILLMENT_LISTEN", "FULFILLMENT_KEEP"])
        secrets = load_settings(environ).secret_values()
    assert "unset FULFILLMENT_KEEP FULFILLMENT_LISTEN" in text
    assert not [secret for secret in secrets if secret in text]
    assert "unset" not in guide(playground, [])


def test_a_settings_file_cannot_be_named_beside_it(fulfillment: Commands, tmp_path: Path):
    (tmp_path / "mine.toml").touch()
    result = fulfillment("--config", str(tmp_path / "mine.toml"), "up", "--sandbox")
    assert (result.code, result.out) == (2, "")
    assert "--sandbox makes settings of its own: leave --config out." in result.err
