"""What the doctor says of short secrets, and of files that other users can read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.good_settings import COURIER, GOOD, P
from tests.support.pages import OPERATIONS
from worker.application.doctor.privacy import check_data_dir, check_files, check_secrets
from worker.operations.doctor.checks import Check, Verdict
from worker.secret import GOOD_KEY, GOOD_TOKEN
from worker.settings import load_settings
from worker.settings.files import files_with_secrets


def checks(source: str, **keys: str) -> Iterator[Check]:
    """Return the checks of one source, whose settings are *keys*."""
    variables = {f"{P}SOURCES__{source.upper()}__{key.upper()}": value for key, value in keys.items()}
    return check_secrets(source, load_settings(GOOD | variables).sources[source])


@pytest.mark.parametrize(
    ("source", "keys", "enough"),
    [("courier", "secrets", GOOD_KEY), ("bosta", "secrets", GOOD_TOKEN), ("oto", "secrets__signature", GOOD_KEY)],
)
def test_a_secret_that_is_too_short_for_its_method_is_a_warning_with_the_reason(source: str, keys: str, enough: int):
    enough_text = "k4T-" + "0a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f"[: enough - 4]
    assert [*checks(source, **{keys: enough_text})] == []
    (check,) = checks(source, **{keys: enough_text[:-1]})
    assert check.verdict is Verdict.WARN
    assert f"has {enough - 1} bytes" in check.sentence
    assert f"needs {enough}" in check.sentence
    assert "that the sender makes or, where you choose it, one of `fulfillment secrets new`" in check.advice


def test_the_advice_for_a_short_secret_restarts_the_receiver_before_the_sender_has_the_new_one_and_after_the_old_one():
    (check,) = checks("courier", secrets="k4T-0a1b2c3d")
    steps = ["Add it to the list", "restart the receiver", "enter it at the sender", "remove that", "restart"]
    places = [check.advice.index(step) for step in steps[:-1]] + [check.advice.rindex(steps[-1])]
    assert places == sorted(places)
    assert f"## {check.advice.split('“')[1].split('”')[0]}\n" in OPERATIONS.read_text()


def test_a_file_that_everybody_can_read_is_named(tmp_path: Path):
    (secret := tmp_path / "secret").write_text("s3cr3t-of-a-file\n")
    secret.chmod(0o640)
    environ = {name: value for name, value in GOOD.items() if name != f"{COURIER}SECRETS"}
    environ |= {f"{COURIER}SECRETS_FILE": str(secret)}
    assert check_files(files_with_secrets(environ)).verdict is Verdict.OK
    secret.chmod(0o644)
    check = check_files(files_with_secrets(environ))
    assert (check.verdict, check.sentence) == (Verdict.WARN, f"Every user of this machine can read: {secret}.")


def test_a_settings_file_counts_only_if_a_secret_is_written_in_it(tmp_path: Path):
    (file := tmp_path / "fulfillment.toml").write_text('log_level = "info"\n[accounts.main]\ndomain = "shop"\n')
    assert files_with_secrets({}, tmp_path) == []
    for line in ('hmac_secret = "x"', '[sources.oto.secrets]\ntoken = "x"', '[sources.oto]\nsecrets = ["x"]'):
        file.write_text(f'[accounts.main]\ndomain = "shop"\n{line}\n')
        assert files_with_secrets({}, tmp_path) == [file]


def test_a_data_folder_that_others_may_enter_is_named_and_one_they_may_write_to_fails(tmp_path: Path):
    for mode, verdicts in ((0o700, []), (0o755, [Verdict.WARN]), (0o770, [Verdict.FAIL]), (0o777, [Verdict.FAIL])):
        tmp_path.chmod(mode)
        assert [check.verdict for check in check_data_dir(tmp_path)] == verdicts
    tmp_path.chmod(0o700)
