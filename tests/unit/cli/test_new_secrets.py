"""`fulfillment secrets new` makes secrets that the settings take and the doctor does not name."""

import pytest

from tests.support.good_settings import COURIER, GOOD
from worker.application.doctor.privacy import check_secrets
from worker.cli.main import run
from worker.settings import load_settings


def new(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert run(["secrets", "new", *options]) == 0
    return capsys.readouterr().out.removesuffix("\n")


def test_a_new_secret_is_taken_and_no_two_are_the_same(capsys: pytest.CaptureFixture[str]):
    made = {new(capsys) for _ in range(20)}
    assert len(made) == 20
    for secret in made:
        source = load_settings(GOOD | {f"{COURIER}SECRETS": secret}).sources["courier"]
        assert [*check_secrets("courier", source)] == []
        assert secret.isalnum()


def test_the_help_keeps_the_secrets_of_a_file_and_lets_nobody_else_read_it(capsys: pytest.CaptureFixture[str]):
    assert run(["secrets", "new", "--help"]) == 0
    out = capsys.readouterr().out
    assert "(umask 077; fulfillment secrets new >> /etc/fulfillment/courier_secrets)" in out


@pytest.mark.parametrize(("size", "characters"), [(16, 32), (32, 64), (64, 128)])
def test_the_size_can_be_chosen(capsys: pytest.CaptureFixture[str], size: int, characters: int):
    assert len(new(capsys, "--bytes", str(size))) == characters


def test_fewer_bytes_than_a_token_needs_are_refused(capsys: pytest.CaptureFixture[str]):
    assert run(["secrets", "new", "--bytes", "15"]) == 2
    assert "15" in capsys.readouterr().err
