"""Several methods of one profile: every method with secrets must pass."""

import hashlib
import hmac

import pytest

from tests.support.invented import opened, profile, request
from webhook_receiver.profiles.engine.authentication import Authentic
from webhook_receiver.profiles.schema.compilation import methods_of
from webhook_receiver.requests import Request

AUTH = """
[auth.signed]
kind = "hmac"
from = "header:X-Sig"
message = "{time}{body}"
time = { from = "header:X-Time" }
[auth.token]
kind = "static"
from = "header:X-Token"
[auth.second]
kind = "hmac"
from = "header:X-Second"
message = "{time}{body}"
time = { from = "header:X-Second-Time" }
"""
PROFILE = profile(auth=AUTH)
SECRETS = {"signed": ("signed-secret",), "token": ("token-secret", "token-before"), "second": ("second-secret",)}


def signature(secret: str, time: str, body: bytes = b"{}") -> str:
    return hmac.new(secret.encode(), time.encode() + body, hashlib.sha256).hexdigest()


def sent(**headers: str) -> Request:
    good = {
        "X-Sig": signature("signed-secret", "1795824000"),
        "X-Time": "1795824000",
        "X-Token": "token-secret",
        "X-Second": signature("second-secret", "1795823999"),
        "X-Second-Time": "1795823999",
    }
    return request(headers=good | {name.replace("_", "-"): value for name, value in headers.items()})


def found(sent: Request, *names: str) -> Authentic | None:
    secrets = {name: SECRETS[name] for name in names}
    return opened(PROFILE, secrets=secrets).authenticate(sent)


def test_all_methods_pass_and_the_oldest_signed_time_counts():
    assert found(sent(), *SECRETS) == Authentic(1_795_823_999_000_000)


@pytest.mark.parametrize("header", ["X_Sig", "X_Token", "X_Second", "X_Time"])
def test_each_method_with_secrets_must_pass(header: str):
    assert found(sent(**{header: "wrong"}), *SECRETS) is None


def test_a_method_without_secrets_is_not_asked():
    assert found(sent(X_Sig="wrong", X_Second="wrong"), "token") == Authentic(None)
    assert found(sent(X_Token="wrong"), "signed") == Authentic(1_795_824_000_000_000)


def test_a_secret_of_one_method_is_none_of_another():
    assert found(sent(X_Token="signed-secret"), "signed", "token") is None
    assert found(sent(X_Sig=signature("token-secret", "1795824000")), "signed", "token") is None


def test_any_secret_of_each_method_fits():
    assert found(sent(X_Token="token-before"), "signed", "token")


def test_the_body_is_read_only_after_the_other_methods_have_passed(monkeypatch: pytest.MonkeyPatch):
    fields = '[auth.field]\nkind = "static"\nfrom = "body:token"\n'
    chosen = profile(auth=fields + '[auth.token]\nkind = "static"\nfrom = "header:X-Token"')
    reads: list[bytes] = []

    def read(body: bytes, _content: str, *, unique_keys: bool) -> object:
        assert unique_keys
        reads.append(body)
        return {"token": "in-body"}

    monkeypatch.setattr("webhook_receiver.profiles.engine.authentication.read_outer", read)
    its_format = opened(chosen, secrets={"field": ("in-body",), "token": ("in-header",)})
    assert its_format.authenticate(request(headers={"X-Token": "wrong"})) is None
    assert reads == []
    assert its_format.authenticate(request(headers={"X-Token": "in-header"}))
    assert reads == [b"{}"]


def test_keys_are_never_shown():
    methods = methods_of(PROFILE, {"token": [b"token-secret"]}, {})
    assert "token-secret" not in repr(methods)
