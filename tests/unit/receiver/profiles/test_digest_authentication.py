"""A plain hash of a message that holds the secret."""

import base64
import hashlib

import pytest

from tests.support.invented import SECRET, authentic, request

DIGEST = '[auth.digest]\nkind = "digest"\nfrom = "header:X-Digest"\n'
BODY = b'{"ref":"ORD-1"}'


def hashed(message: bytes, name: str = "sha256") -> bytes:
    return hashlib.new(name, message, usedforsecurity=False).digest()


@pytest.mark.parametrize("name", ["sha256", "sha1", "sha512", "md5"])
def test_the_secret_stands_where_the_message_has_it(name: str):
    secret = SECRET.encode()
    for message, signed in [
        ("{secret}{body}", secret + BODY),
        ("{body}{secret}", BODY + secret),
        ("{secret}|{body}|{secret}", secret + b"|" + BODY + b"|" + secret),
    ]:
        keys = f'message = "{message}"\nhash = "{name}"'
        assert authentic(DIGEST + keys, request(BODY, {"X-Digest": hashed(signed, name).hex()}))
        assert not authentic(DIGEST + keys, request(BODY, {"X-Digest": hashed(signed + b" ", name).hex()}))


def test_a_digest_may_be_in_base64():
    keys = 'message = "{body}{secret}"\nhash = "md5"\nencoding = "base64"'
    value = base64.b64encode(hashed(BODY + SECRET.encode(), "md5"))
    assert authentic(DIGEST + keys, request(BODY, {"X-Digest": value}))
    assert not authentic(DIGEST + keys, request(BODY, {"X-Digest": value.rstrip(b"=")}))


def test_a_digest_over_a_field_of_the_body_may_be_in_the_body():
    auth = '[auth.digest]\nkind = "digest"\nfrom = "body:sign"\nmessage = "{field:ref}&{secret}"\n'
    key = hashed(b"ORD-1&" + SECRET.encode()).hex()
    sent = request(f'{{"ref":"ORD-1","sign":"{key.upper()}"}}'.encode())
    assert authentic(auth, sent)
    assert not authentic(auth, sent._replace(body=sent.body.replace(b"ORD-1", b"ORD-2")))


def test_each_of_two_secrets_is_tried():
    for secret in ("new-secret", SECRET):
        value = hashed(secret.encode() + BODY).hex()
        sent = request(BODY, {"X-Digest": value})
        assert authentic(DIGEST + 'message = "{secret}{body}"', sent, ["new-secret", SECRET])
        assert not authentic(DIGEST + 'message = "{secret}{body}"', sent, ["a-third-secret"])


def test_the_form_of_the_secret_counts_for_a_digest_as_well():
    key = b"\x00\x01 key bytes"
    value = hashed(key + BODY).hex()
    keys = 'message = "{secret}{body}"\nsecret_form = "base64"'
    assert authentic(DIGEST + keys, request(BODY, {"X-Digest": value}), [base64.b64encode(key).decode()])
