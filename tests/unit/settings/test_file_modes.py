"""Files of settings, secrets and profiles that another user can change are refused."""

import os
from pathlib import Path

import pytest

from tests.support.good_settings import COURIER, GOOD, TOML, P, refusal, refusal_of
from worker import text_files
from worker.settings import load_settings


def flaw(file: Path) -> str:
    return f"can be changed by other users of this machine: `chmod go-w {file}` ends that."


@pytest.fixture
def members(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The users in the group of every file."""
    users: set[int] = set()
    monkeypatch.setattr(text_files, "members_of", lambda _gid: users)
    return users


def test_a_settings_file_that_everybody_can_change_is_refused(tmp_path: Path):
    (file := tmp_path / "fulfillment.toml").write_text(TOML)
    file.chmod(0o602)
    assert refusal_of(TOML, tmp_path) == [f"fulfillment.toml {flaw(file)}"]
    assert refusal({f"{P}CONFIG": str(file)}) == f"{P}CONFIG names {file}, which {flaw(file)}"
    file.chmod(0o604)
    assert load_settings({}, tmp_path).accounts


def test_a_file_of_secrets_that_everybody_can_change_is_refused(tmp_path: Path):
    (file := tmp_path / "secrets").write_text("s3cr3t-of-a-file\n")
    file.chmod(0o666)
    environ = {name: value for name, value in GOOD.items() if name != f"{COURIER}SECRETS"}
    sentence = refusal(environ | {f"{COURIER}SECRETS_FILE": str(file)})
    assert sentence == f"{COURIER}SECRETS_FILE names a file that {flaw(file)}"


def test_a_profile_that_everybody_can_change_is_refused(tmp_path: Path):
    (tmp_path / "own.toml").write_text("")
    (tmp_path / "own.toml").chmod(0o666)
    source = '[sources.own]\nprofile = "own.toml"\nsecrets = ["k4T-0a1b2c3d"]\n'
    (sentence,) = refusal_of(TOML + source, tmp_path)
    assert "can be changed by other users of this machine" in sentence


def test_the_group_may_write_only_if_nobody_else_is_in_it(tmp_path: Path, members: set[int]):
    (file := tmp_path / "fulfillment.toml").write_text(TOML)
    file.chmod(0o660)
    members |= {0, os.geteuid()}
    assert load_settings({}, tmp_path).accounts
    members.add(54_321)
    assert refusal_of(TOML, tmp_path) == [f"fulfillment.toml {flaw(file)}"]


def test_the_members_of_a_group_are_those_who_have_it_first_or_are_listed():
    assert 0 in text_files.members_of(0)
    assert text_files.members_of(2_000_000_000) == set()
