"""The errors on the page about profiles are those that a wrong profile, or a wrong source, gives, in this order."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.good_settings import GOOD
from tests.support.pages import PROFILES, ROOT, example, first_words, table
from webhook_receiver.profiles.schema.files import ProfileError, parse_profile
from worker.domain.errors import SettingsError
from worker.settings import load_settings

pytestmark = pytest.mark.usefixtures("known_secrets")

ACCOUNT = {name: value for name, value in GOOD.items() if "ACCOUNTS" in name}
GOOD_PROFILE = """title = "FastBox"

[auth.token]
kind = "static"
from = "header:X-Token"

[read]
number = "order"
time = "at"

[status]
from = "status"
rows = [["DELIVERED", "delivered"]]
"""
TITLE, TOKEN, FROM = 'title = "FastBox"', 'kind = "static"\nfrom = "header:X-Token"', '"header:X-Token"'
HMAC = 'kind = "hmac"\nfrom = "header:X-Sig"'
NUMBER, TIME, ROWS = 'number = "order"', 'time = "at"', 'rows = [["DELIVERED", "delivered"]]'
FIELDS = f'{HMAC}\nmessage = "{{field:order}}{{field:status}}"'
ARRAY_WITH_NAME = '[document]\neach = "[]"\nonly = { type = ["x"] }\n\n'
WRONG = [
    (TITLE, "title = FastBox"),
    (TITLE, ""),
    ("number =", "nummer ="),
    ("[read]\n", "[[read]]\n"),
    (TITLE, f'{TITLE}\ncontent = "xml"'),
    (TITLE, f"{TITLE}\nmethods = []"),
    (TITLE, f"{TITLE}\nmax_body = 100"),
    (TITLE, f'{TITLE}\nzone = "Riyadh"'),
    (TITLE, f'{TITLE}\nprobes = ["POST"]'),
    (TITLE, f'{TITLE}\nmethods = ["POST", "GET"]\nprobes = ["GET"]'),
    (GOOD_PROFILE, f"{TITLE}\ncapture = true\n\n[auth.token]\n{TOKEN}\n\n[read]\n{NUMBER}\n"),
    (NUMBER, "number = 5"),
    (NUMBER, "number = []"),
    (NUMBER, 'number = ""'),
    (NUMBER, 'number = "order..id"'),
    (NUMBER, 'number = "$.order.id"'),
    (f"[auth.token]\n{TOKEN}", ""),
    ('kind = "static"\n', ""),
    ('"static"', '"token"'),
    ("auth.token", "auth.Token"),
    (FROM, '"X-Token"'),
    (FROM, '"header:X Token"'),
    (FROM, '"header:{header}"'),
    (FROM, '"body:tokens[]"'),
    (TOKEN, f'{TOKEN}\nprefix = "clé "'),
    (TOKEN, f"{HMAC}\nmessage = 5"),
    (TOKEN, f'{HMAC}\nmessage = "{{bodi}}"'),
    (TOKEN, f'{HMAC}\nmessage = "{{body}}{{header:X Y}}"'),
    (TOKEN, f'{HMAC}\nmessage = "{{body}}}}"'),
    (TOKEN, f'{HMAC}\nmessage = "{{body}}{{field:items[].id}}"'),
    (TOKEN, f'{HMAC}\nmessage = "{{method}}"'),
    (TOKEN, f'{HMAC}\nhash = "md5"'),
    (TOKEN, 'kind = "digest"\nfrom = "header:X-Sig"\nmessage = "{body}"'),
    (TOKEN, f'{HMAC}\nmessage = "{{time}}.{{body}}"'),
    (TOKEN, f'{HMAC}\ntime = {{ from = "header:X-Time" }}'),
    (FROM, '"header:{option:header}"'),
    ("[read]", '[options.header]\nhelp = "the name of the header"\n\n[read]'),
    (TOKEN, FIELDS),
    (f"{TOKEN}\n\n[read]", f'{FIELDS}\n\n[read]\nkey = ["order", "at"]'),
    (f"{TOKEN}\n\n[read]", f'{FIELDS}\n\n[document]\nunwrap = "data"\n\n[read]'),
    ("[read]", '[document]\nunwrap = "data[]"\n\n[read]'),
    ("[read]", "[document]\nonly = { type = [1.5] }\n\n[read]"),
    (NUMBER, 'number = "parcels[].order"'),
    ("[read]", '[document]\neach = "parcels"\n\n[read]'),
    ("[read]", '[document]\neach = "parcels[]"\n\n[read]'),
    (
        f"[read]\n{NUMBER}",
        '[document]\neach = "parcels[]"\n\n[read]\ntracking = "parcels[].code"\nnumber = "orders[].id"',
    ),
    (f"[read]\n{NUMBER}\n{TIME}", '[document]\neach = "[]"\n\n[read]\nnumber = "[].order"\ntime = "[].scans[].day"'),
    (f"[read]\n{NUMBER}", '[document]\neach = "parcels[]"\n\n[read]\nid = "id"\nnumber = "parcels[].order"'),
    ("[read]", '[document]\npick = "latest"\n\n[read]'),
    (
        f"[read]\n{NUMBER}\n{TIME}",
        '[document]\neach = "parcels[]"\npick = "latest"\n\n[read]\nnumber = "parcels[].order"',
    ),
    (
        GOOD_PROFILE[GOOD_PROFILE.index("[read]") :],
        f'{ARRAY_WITH_NAME}[read]\nnumber = "[].order"\n\n[status]\nfrom = "[].status"\n{ROWS}\n',
    ),
    (GOOD_PROFILE, GOOD_PROFILE.replace(TITLE, f'{TITLE}\ncontent = "form"').replace('"order"', '"order.id"')),
    (NUMBER, ""),
    (TIME, f'{TIME}\ntime_parts = ["day", "hour"]'),
    (TIME, 'times = ["unix"]'),
    (TIME, f'{TIME}\ntimes = ["%Q"]'),
    (TIME, f'{TIME}\ntimes = ["%H:%M"]'),
    (TIME, f'{TIME}\ntimes = ["%d/%m/%Y %I:%M"]'),
    (TIME, f'{TIME}\ntimes = ["%Y{"-%m" * 30}"]'),
    (TIME, f'{TIME}\ntimes = ["%Y-%m-%d %Z"]'),
    ("[status]", '[read.time_of]\nLOST = "lost_at"\n\n[status]'),
    ("[status]", '[read.time_of]\n"DELIV*" = "delivered_at"\n\n[status]'),
    (f'[status]\nfrom = "status"\n{ROWS}', ""),
    (ROWS, 'rows = [[5, "delivered"]]'),
    (ROWS, f'rows = [["{"x" * 201}", "delivered"]]'),
    (ROWS, 'rows = [["DELIVERED"]]'),
    (ROWS, 'rows = [["DELIVERED", "arrived"]]'),
    (ROWS, 'fold = true\nrows = [["-", "delivered"]]'),
    (ROWS, 'rows = [["*", "info"], ["DELIVERED", "delivered"]]'),
    ("[status]", "[answer]\nbody = 'success'\n\n[status]"),
    ("[status]", "[answer]\nstatus = 404\n\n[status]"),
    ("[status]", "[answer]\nstatus = 205\n\n[status]"),
    ("[status]", "[answer]\nstatus = 204\nbody = '{}'\n\n[status]"),
]
OWN, SECRETS = 'profile = "couriers/fastbox.toml"', 'secrets = "a-token-that-you-choose"'
TWO_FIELDS = 'profile = "couriers/swiftpost.toml"'
WRONG_SOURCES = [
    f'profile = "fastbox"\n{SECRETS}',
    f'profile = "fastbox.toml"\n{SECRETS}',
    f'profile = "couriers/oto.toml"\n{SECRETS}',
    OWN,
    f'{OWN}\nsecrets = {{ signature = "a-token-that-you-choose" }}',
    f'profile = "couriers/two.toml"\n{SECRETS}',
    f'{OWN}\nsecrets = "a-token"',
    'profile = "capture"\nsecrets = "a-short-token"',
    f'profile = "couriers/base64.toml"\n{SECRETS}',
    f'profile = "couriers/kargox.toml"\n{SECRETS}',
    f'profile = "bosta"\n{SECRETS}\nheader = "X Key"',
    f'{OWN}\n{SECRETS}\nstatuses = {{ "33" = "customs" }}',
    f'{OWN}\n{SECRETS}\nstatuses = {{ "47 | RTO" = "returned" }}',
    f'{TWO_FIELDS}\n{SECRETS}\nstatuses = {{ "47 | " = "returned" }}',
    f'{TWO_FIELDS}\n{SECRETS}\nstatuses = {{ "_" = "returned" }}',
    f'{OWN}\n{SECRETS}\nallow = ["delivered"]',
    f'{OWN}\n{SECRETS}\nverification = "signed"',
]


def error_of(old: str, new: str) -> str:
    """Return the message about the good profile with *new* in the place of *old*."""
    assert old in GOOD_PROFILE
    with pytest.raises(ProfileError) as caught:
        parse_profile(GOOD_PROFILE.replace(old, new, 1), "fastbox.toml")
    return re.sub("^fastbox.toml(:[0-9]+)?: ", "", str(caught.value))


def is_shown(row: str, message: str) -> bool:
    """Tell whether *row* shows *message*, or its beginning before `…`."""
    return message.startswith(row.removesuffix("…")) if row.endswith("…") else row == message


def test_the_profile_that_is_made_wrong_is_right():
    parse_profile(GOOD_PROFILE, "fastbox.toml")


@pytest.mark.parametrize(("number", "change"), list(enumerate(WRONG)), ids=str)
def test_each_error_of_a_profile_is_documented_as_it_is_written(number: int, change: tuple[str, str]):
    rows = first_words(PROFILES, "A wrong profile is an error")
    assert len(rows) == len(WRONG)
    assert is_shown(rows[number], error_of(*change))


def test_no_error_of_a_profile_is_left_out():
    messages = [error_of(*change) for change in WRONG]
    for text in texts_of_errors():
        assert any(text in message for message in messages), text


SCHEMA = ("checks", "authentication_checks", "path_checks", "path_conflicts", "readers")
MODULES = (
    *(f"schema/{name}" for name in SCHEMA),
    *(f"engine/{name}" for name in ("messages", "paths", "statuses", "times")),
)
"""The modules that say what is wrong in a profile."""


def texts_of_errors() -> Iterator[str]:
    """Yield the longest constant part of each error in the program that checks profiles."""
    for name in MODULES:
        tree = ast.parse((ROOT / "webhook_receiver" / "profiles" / f"{name}.py").read_text())
        # A time that cannot be read is no error of the profile.
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for function in functions:
            if not function.name.startswith("_parse"):
                yield from (longest_text(call.args[-1]) for call in calls(function) if longest_text(call.args[-1]))


def calls(function: ast.FunctionDef) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Flaw", "ValueError"} and node.args:
            yield node


def longest_text(node: ast.expr) -> str:
    texts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return max(texts, key=len, default="")


@pytest.mark.parametrize(("number", "source"), list(enumerate(WRONG_SOURCES)), ids=str)
def test_each_error_of_a_source_is_documented_as_it_is_written(tmp_path: Path, number: int, source: str):
    write_profiles(tmp_path / "couriers")
    (tmp_path / "fulfillment.toml").write_text(f"[sources.fastbox]\n{source}\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(ACCOUNT, tmp_path)
    message = re.sub(r"^fulfillment\.toml:\d+: ", "", str(caught.value)).removesuffix(".")
    rows = table(PROFILES, "The settings have errors about profiles, too")
    assert len(rows) == len(WRONG_SOURCES)
    assert is_shown(rows[number][0].strip("`").replace("\\|", "|"), message)


def write_profiles(folder: Path) -> None:
    folder.mkdir()
    fastbox = example(PROFILES, "toml", "The profile, `fastbox.toml`")
    signature = '[auth.signature]\nkind = "hmac"\nfrom = "header:X-Sig"\n\n[read]'
    profiles = {
        "fastbox": fastbox,
        "oto": fastbox,
        "kargox": example(PROFILES, "toml", "The profile, `kargox.toml`"),
        "swiftpost": example(PROFILES, "toml", "The profile, `swiftpost.toml`"),
        "two": fastbox.replace("[read]", signature),
        "base64": fastbox.replace('kind = "static"', 'kind = "hmac"\nsecret_form = "base64"'),
    }
    for name, text in profiles.items():
        (folder / f"{name}.toml").write_text(text)
