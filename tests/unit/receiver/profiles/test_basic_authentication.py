"""HTTP Basic authentication: the secret is `user:password`."""

import base64

import pytest

from tests.support.invented import authentic, request

BASIC = '[auth.login]\nkind = "basic"\n'
LOGIN = "fastbox:p:ässwort1"


def credentials(login: str) -> str:
    return base64.b64encode(login.encode()).decode()


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_user_and_password_are_authentic_whatever_the_case_of_the_scheme(scheme: str):
    assert authentic(BASIC, request(headers={"Authorization": f"{scheme} {credentials(LOGIN)}"}), [LOGIN])


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Basic",
        "Basic ",
        credentials(LOGIN),
        f"Bearer {credentials(LOGIN)}",
        f"Token {credentials(LOGIN)}",  # as long as the right scheme
        f"Basic{credentials(LOGIN)}",
        f"Basic {LOGIN}",
        f"Basic {credentials(LOGIN).rstrip('=')}",
        f"Basic {credentials(LOGIN)},Basic {credentials(LOGIN)}",
        f"Basic {credentials('fastbox:')}",
        f"Basic {credentials('other:p:ässwort1')}",
        b"Basic \xff\xfe",
    ],
)
def test_anything_else_is_refused(value: str | bytes):
    assert not authentic(BASIC, request(headers={"Authorization": value}), [LOGIN])


def test_two_logins_are_good_while_one_of_them_is_changed():
    for login in ("new:password", LOGIN):
        sent = request(headers={"Authorization": f"Basic {credentials(login)}"})
        assert authentic(BASIC, sent, ["new:password", LOGIN])


def test_the_credentials_may_be_in_another_header():
    sent = request(headers={"X-Login": f"Basic {credentials(LOGIN)}"})
    assert authentic(BASIC + 'from = "header:X-Login"', sent, [LOGIN])
    assert not authentic(BASIC, sent, [LOGIN])
