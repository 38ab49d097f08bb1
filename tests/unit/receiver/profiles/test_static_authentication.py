"""A secret that comes as it is: from every place, with a prefix, and as an item of a list."""

import json

import pytest

from tests.support.invented import SECRET, authentic, flaws, opened, profile, request

HEADER = '[auth.token]\nkind = "static"\nfrom = "header:X-Token"\n'
QUERY = '[auth.token]\nkind = "static"\nfrom = "query:token"\n'
BODY = '[auth.token]\nkind = "static"\nfrom = "body:meta.token"\n'
ARABIC = "سرّ-الشحنة"


def body_with(token: object) -> bytes:
    return json.dumps({"meta": {"token": token}}).encode()


def target(query: str) -> str:
    return f"/webhooks/fastbox?{query}"


def test_the_secret_in_a_header_is_authentic_whatever_the_case_of_the_name():
    assert authentic(HEADER, request(headers={"x-TOKEN": SECRET}))


@pytest.mark.parametrize(
    "value",
    ["", "Bearer " + SECRET, SECRET + " ", SECRET[:-1], SECRET.upper(), f"{SECRET},{SECRET}", f"{SECRET}, {SECRET}"],
)
def test_any_other_header_is_refused(value: str):
    assert not authentic(HEADER, request(headers={"X-Token": value}))


def test_a_missing_header_is_refused():
    assert not authentic(HEADER, request(headers={"X-Other": SECRET}))


def test_a_huge_header_is_refused():
    assert not authentic(HEADER, request(headers={"X-Token": SECRET * 100_000}))


def test_a_secret_that_is_not_ascii_is_compared_by_its_utf_8_bytes():
    assert authentic(HEADER, request(headers={"X-Token": ARABIC}), [ARABIC])
    assert not authentic(HEADER, request(headers={"X-Token": "sécret-1".encode("latin-1")}), ["sécret-1"])


def test_a_header_of_any_bytes_is_refused_and_never_an_error():
    assert not authentic(HEADER, request(headers={"X-Token": bytes(range(1, 256))}))


@pytest.mark.parametrize("secret", ["?" * 12, "a?b?c?d?e"])
def test_a_character_that_cannot_be_encoded_stands_for_no_character_of_a_secret(secret: str):
    assert not authentic(HEADER, request(headers={"X-Token": secret.replace("?", "€")}), [secret])


@pytest.mark.parametrize("query", [f"token={SECRET}", f"a=1&token={SECRET}&token2=x", "token=invented%2dsecret"])
def test_the_secret_in_the_query_is_authentic(query: str):
    assert authentic(QUERY, request(target=target(query)))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "token=",
        f"Token={SECRET}",
        f"token={SECRET}&token={SECRET}",
        f"token={SECRET}&token=",
        f"token=x&token={SECRET}",
        "&" * 200,
        "%ff=%",
    ],
)
def test_a_query_without_exactly_one_such_field_is_refused(query: str):
    assert not authentic(QUERY, request(target=target(query)))


def test_a_query_of_more_than_a_hundred_fields_is_refused():
    fields = "&".join(f"f{number}=1" for number in range(100))
    assert not authentic(QUERY, request(target=target(f"{fields}&token={SECRET}")))


def test_a_secret_in_the_query_may_be_percent_encoded_utf_8():
    encoded = "".join(f"%{byte:02X}" for byte in ARABIC.encode())
    assert authentic(QUERY, request(target=target(f"token={encoded}")), [ARABIC])


@pytest.mark.parametrize("query", ["token=ab+/cd+/ef==", "token=ab%2B%2Fcd%2b%2fef%3D%3D"])
def test_a_secret_in_base64_may_be_written_into_the_url_as_it_is(query: str):
    assert authentic(QUERY, request(target=target(query)), ["ab+/cd+/ef=="])
    assert not authentic(QUERY, request(target=target(query)), ["ab /cd /ef=="])


def test_the_secret_in_the_body_is_authentic():
    assert authentic(BODY, request(body_with(SECRET)))
    assert authentic(BODY, request(body_with(123456789)), ["123456789"])


@pytest.mark.parametrize("token", [None, "", "other", 12345678.5, {"a": 1}, [SECRET], True, {}])
def test_a_body_without_it_is_refused(token: object):
    assert not authentic(BODY, request(body_with(token)), [SECRET, "12345678.5"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"[" * 5000,
        f'{{"meta":{{"token":"{SECRET}"}},"a":1,"a":2}}'.encode(),
        f'{{"meta":{{"token":"{SECRET}\\ud800"}}}}'.encode(),
        f'{{"meta":{{"token":"x","token":"{SECRET}"}}}}'.encode(),
        f'{{"meta":{{"token":"{SECRET}"}},"meta":{{"token":"{SECRET}"}}}}'.encode(),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_when_the_secret_is_in_it(body: bytes):
    assert not authentic(BODY, request(body))


def test_a_body_that_cannot_be_read_is_authentic_by_a_secret_in_a_header():
    assert authentic(HEADER, request(b"\xff{", {"X-Token": SECRET}))


def test_a_field_of_a_form_may_hold_the_secret():
    auth = BODY.replace("meta.token", "token")
    assert authentic(auth, request(f"a=1&token={SECRET}".encode()), top='content = "form"')
    assert not authentic(auth, request(f"token=1&token={SECRET}".encode()), top='content = "form"')


@pytest.mark.parametrize(("value", "fits"), [("Bearer " + SECRET, True), (SECRET, False), ("bearer " + SECRET, False)])
def test_a_prefix_must_stand_before_the_value(value: str, fits: bool):
    assert authentic(HEADER + 'prefix = "Bearer "', request(headers={"X-Token": value})) is fits


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        (f"k={SECRET}", True),
        (f"t=1, k={SECRET} ,x", True),
        (f"K={SECRET}", False),
        (f"k={SECRET},k={SECRET}", False),
        (f"k={SECRET}, k=other", False),
        (f"k={SECRET}, k=", False),
        (f"k={SECRET},k", True),
        (SECRET, False),
        ("k", False),
    ],
)
def test_an_item_of_a_list_counts_when_there_is_exactly_one(value: str, fits: bool):
    assert authentic(HEADER + 'item = "k"', request(headers={"X-Token": value})) is fits


def test_the_prefix_is_a_part_of_the_item():
    auth = HEADER + 'item = "k"\nprefix = "v1:"'
    assert authentic(auth, request(headers={"X-Token": f"k=v1:{SECRET}"}))
    assert not authentic(auth, request(headers={"X-Token": f"v1:k={SECRET}"}))


def test_the_merchant_names_the_header_by_an_option():
    auth = HEADER.replace("X-Token", "{option:header}") + '[options.header]\nhelp = "its name"\ndefault = "X-Usual"'
    assert authentic(auth, request(headers={"X-Usual": SECRET}))
    assert authentic(auth, request(headers={"X-Mine": SECRET}), options={"header": "X-Mine"})
    assert not authentic(auth, request(headers={"X-Usual": SECRET}), options={"header": "X-Mine"})


def test_without_secrets_nothing_is_authentic():
    its_format = opened(profile(), secrets={})
    assert its_format.authenticate(request(headers={"X-Token": ""})) is None


@pytest.mark.parametrize("prefix", ["cl\u00e9 ", "Token\\t"])
def test_a_prefix_that_no_header_can_have_is_an_error(prefix: str):
    auth = f'[auth.token]\nkind = "static"\nfrom = "{{}}"\nprefix = "{prefix}"'
    (flaw,) = flaws(auth=auth.format("header:X-Token"))
    assert flaw == "auth.token.prefix must be printable ASCII, as the values of headers are"
    assert not flaws(auth=auth.format("body:token"))
    assert not flaws(auth=auth.format("query:token"))
