"""An HMAC: over the very bytes, by each hash and encoding, keyed by the secret in each of its forms."""

import base64
import hashlib
import hmac
import unicodedata
from collections.abc import Sequence

import pytest

from tests.support.invented import SECRET, authentic, request
from worker.domain.errors import SettingsError

HMAC = '[auth.signature]\nkind = "hmac"\nfrom = "header:X-Signature"\n'
BODY = b'{"ref": "ORD-1",  "state":"D"}\n'


def digest(key: str | bytes = SECRET, message: bytes = BODY, name: str = "sha256") -> bytes:
    return hmac.new(key.encode() if isinstance(key, str) else key, message, name).digest()


def base64_of(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def fits(keys: str, value: str | bytes, body: bytes = BODY, secrets: Sequence[str] = (SECRET,)) -> bool:
    return authentic(HMAC + keys, request(body, {"X-Signature": value}), secrets)


def test_the_published_vector_of_a_hex_signature_over_the_body_fits():
    # Sendcloud, OpenAPI of its webhooks, version 2.
    signature = "1eed4b3d41f4653ac64fd56f1bf1cbfd349e4482cbc11dff7134bd93e5da4b0a"
    assert fits("", signature, b'{"key": "value"}', ["secretkey"])
    assert not fits("", signature, b'{"key":"value"}', ["secretkey"])


def test_a_base64_signature_over_three_fields_of_the_body_fits():
    # OTO signs so; the signature was computed with `openssl dgst` for this key.
    auth = (
        '[auth.signature]\nkind = "hmac"\nfrom = "body:signature"\nencoding = "base64"\n'
        'message = "{field:ref}:{field:state}:{field:timestamp}"\n'
    )
    body = b'{"ref":"ORD-2101","state":"pickedUp","timestamp":"1795716000000","signature":"%s"}'
    signature = b"mbM238rkRmpzZl+2Rrsq6BUe/SS2U3EUDKFgb4gDKH0="
    assert authentic(auth, request(body % signature), ["oto-secret-key-5f0c"])
    assert not authentic(auth, request(body % signature.lower()), ["oto-secret-key-5f0c"])
    assert not authentic(auth, request((body % signature).replace(b"2101", b"2102")), ["oto-secret-key-5f0c"])


@pytest.mark.parametrize("name", ["sha256", "sha1", "sha512"])
def test_each_hash_is_the_one_of_the_profile(name: str):
    assert fits(f'hash = "{name}"', digest(name=name).hex())
    others = {"sha256", "sha1", "sha512"} - {name}
    assert not any(fits(f'hash = "{name}"', digest(name=other).hex()) for other in others)


def test_sha_256_and_hex_are_the_defaults():
    assert fits("", digest().hex())
    assert not fits("", base64_of(digest()))


def test_hex_may_be_in_either_case():
    assert fits("", digest().hex().upper())
    assert fits('prefix = "sha256="', "sha256=" + digest().hex().upper())


@pytest.mark.parametrize("change", [str.lower, str.upper, lambda text: text.rstrip("="), lambda text: text + "="])
def test_base64_must_be_exact(change):
    text = base64_of(digest())
    assert fits('encoding = "base64"', text)
    assert not fits('encoding = "base64"', change(text))


def test_base64_has_the_standard_alphabet():
    secret = next(f"secret-{number}" for number in range(100) if "/" in base64_of(digest(f"secret-{number}")))
    text = base64_of(digest(secret))
    assert fits('encoding = "base64"', text, secrets=[secret])
    assert not fits('encoding = "base64"', text.replace("/", "_").replace("+", "-"), secrets=[secret])


@pytest.mark.parametrize(
    "value", ["", "0" * 64, digest().hex()[:-1], digest().hex() + "0", "\u0131" * 64, "\u212a" * 64]
)
def test_any_other_signature_is_refused(value: str):
    assert not fits("", value)


def test_a_doubled_or_missing_header_is_refused():
    text = digest().hex()
    assert not fits("", f"{text},{text}")
    assert not authentic(HMAC, request(BODY))


@pytest.mark.parametrize("body", [BODY.strip(), BODY + b"\n", BODY.replace(b"  ", b" "), b"", BODY.upper()])
def test_the_signature_covers_the_very_bytes(body: bytes):
    assert not fits("", digest().hex(), body)
    assert fits("", digest(message=body).hex(), body)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b'{"a":1,"a":2}', b"[" * 5000])
def test_a_body_that_cannot_be_read_is_authentic_when_its_bytes_are_signed(body: bytes):
    assert fits("", digest(message=body).hex(), body)


def test_two_secrets_are_good_while_one_of_them_is_changed():
    for secret in ("new-secret", SECRET):
        assert fits("", digest(secret).hex(), secrets=["new-secret", SECRET])
    assert not fits("", digest("a-third-secret").hex(), secrets=["new-secret", SECRET])


def test_every_secret_is_computed_and_compared_whichever_fits(monkeypatch: pytest.MonkeyPatch):
    compared: list[bytes] = []

    def count(wanted: bytes, given: bytes) -> bool:
        compared.append(wanted)
        return wanted == given

    monkeypatch.setattr("webhook_receiver.profiles.engine.authentication.hmac.compare_digest", count)
    for fitting in ("first-secret", "second-secret", "third-secret", "none of them"):
        compared.clear()
        fits("", digest(fitting).hex(), secrets=["first-secret", "second-secret", "third-secret"])
        assert compared == [
            digest(secret).hex().encode() for secret in ("first-secret", "second-secret", "third-secret")
        ]


def test_a_secret_in_nfkd_is_normalised_before_it_is_used():
    secret = "sécret-ﬁx"
    normalised = unicodedata.normalize("NFKD", secret)
    assert fits('secret_form = "nfkd"', digest(normalised).hex(), secrets=[secret])
    assert not fits('secret_form = "nfkd"', digest(secret).hex(), secrets=[secret])
    assert fits("", digest(secret).hex(), secrets=[secret])


@pytest.mark.parametrize("prefix", ["", "whsec_"])
def test_a_secret_in_base64_is_decoded(prefix: str):
    key = bytes(range(32))
    secret = prefix + base64_of(key)
    assert fits('secret_form = "base64"', digest(key).hex(), secrets=[secret])
    assert not fits('secret_form = "base64"', digest(secret).hex(), secrets=[secret])


@pytest.mark.parametrize(
    "secret",
    ["long enough, and no Base64!", "not Base64!", "whsec_whsec_", "AAAA=AAAA", "whsec_====", "sécret", "AAAAAAAAA"],
)
def test_a_secret_that_is_no_base64_is_an_error_at_start(secret: str):
    with pytest.raises(SettingsError, match=r"must be the Base64 of a key\.\Z"):
        fits('secret_form = "base64"', "", secrets=[secret])


@pytest.mark.parametrize("secret", ["whsec_", "whsec_AA==", "AAAAAAAA"])
def test_a_key_that_is_too_short_is_an_error_at_start_however_long_its_text(secret: str):
    with pytest.raises(SettingsError, match="at least 8 bytes"):
        fits('secret_form = "base64"', "", secrets=[secret])


def test_a_key_of_eight_bytes_is_long_enough():
    key = b"8 bytes!"
    assert fits('secret_form = "base64"', digest(key).hex(), secrets=[base64_of(key)])


def test_a_prefix_and_an_item_are_cut_off_before_the_signature_is_compared():
    text = digest().hex()
    assert fits('item = "v1"\nprefix = "sha256:"', f"t=1, v1=sha256:{text}, v0={text}")
    assert not fits('item = "v1"', f"v1={text},v1={text}")


def test_a_base64_item_keeps_its_equals_signs():
    text = base64_of(hmac.digest(SECRET.encode(), BODY, hashlib.sha1))
    assert text.endswith("=")
    assert fits('item = "v1"\nencoding = "base64"\nhash = "sha1"', f"v1={text},t=5")
