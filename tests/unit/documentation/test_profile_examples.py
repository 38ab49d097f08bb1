"""The worked examples of profiles are authentic, are read as the page says, and print what the page shows."""

import base64
import hashlib
import hmac
import shlex
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from tests.support.good_settings import GOOD
from tests.support.pages import PROFILES, example
from webhook_receiver.profiles.formats import Format, format_of
from webhook_receiver.profiles.schema.files import parse_profile
from webhook_receiver.requests import Request
from webhook_receiver.wiring import sources_of
from worker.cli.main import run
from worker.domain.events import EventName
from worker.settings import load_settings
from worker.store.database import clocks

pytestmark = pytest.mark.usefixtures("known_secrets")

ACCOUNT = {name: value for name, value in GOOD.items() if "ACCOUNTS" in name}
RECEIVED_AT = 1_706_193_060_000_000
"""2024-01-25T14:31:00Z, a minute after the examples."""
EVENTS = {
    "FastBox": [("number:ORD-2024-001", "FB100001", EventName.PICKED_UP, 1_706_182_200)],
    "SwiftPost": [("number:ORD-2024-002", "SP200001", EventName.IN_TRANSIT, 1_706_192_980)],
    "KargoX": [
        ("number:ORD-2024-003", "KX300001", EventName.OUT_FOR_DELIVERY, 1_706_148_300),
        ("number:ORD-2024-003", "KX300001", EventName.DELIVERED, 1_706_167_800),
    ],
}
"""By example: the order, the parcel, the event and the unix time of each piece of news."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with the files of all examples, as a reader of the page saves them."""
    (tmp_path / "couriers").mkdir()
    for name in map(str.lower, EVENTS):
        (tmp_path / "couriers" / f"{name}.toml").write_text(example(PROFILES, "toml", f"The profile, `{name}.toml`"))
        (tmp_path / f"{name}.http").write_text(example(PROFILES, "http", f"saved as `{name}.http`"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def format_in(folder: Path, settings: str) -> Format:
    """Return the format of the only source in *settings*."""
    (folder / "fulfillment.toml").write_text(settings)
    (source,) = sources_of(load_settings(ACCOUNT, folder)).values()
    return format_of(source)


def request_of(name: str) -> Request:
    """Return the request of an example, without the line break behind its body."""
    head, body = example(PROFILES, "http", f"saved as `{name.lower()}.http`").removesuffix("\n").split("\n\n", 1)
    first, *lines = head.splitlines()
    method, target, _ = first.split()
    headers = {key.lower(): value for key, value in (line.split(": ", 1) for line in lines)}
    assert headers["content-length"] == str(len(body.encode()))
    return Request(method, target.encode(), headers, body.encode())


@pytest.mark.parametrize("name", EVENTS)
def test_a_request_is_read_as_the_events_that_its_courier_means(folder: Path, name: str):
    reader = format_in(folder, example(PROFILES, "toml", f"{name} in the settings:"))
    request = request_of(name)
    assert not reader.is_probe(request)
    assert reader.authenticate(request)
    delivery = reader.read(request.body, RECEIVED_AT)
    read = [(e.order.order_id, e.tracking, e.name, e.occurred_at // 1_000_000) for e in delivery.events]
    assert read == EVENTS[name]
    assert delivery.detail == ("33" if name == "KargoX" else "")


@pytest.mark.parametrize("name", EVENTS)
def test_a_request_with_another_body_or_token_is_not_authentic(folder: Path, name: str):
    reader = format_in(folder, example(PROFILES, "toml", f"{name} in the settings:"))
    request = request_of(name)
    changed = request._replace(
        headers={**request.headers, "x-fastbox-token": "a-token-of-others"},
        body=request.body.replace(b"ORD-2024", b"ORD-2025"),
    )
    assert reader.authenticate(changed) is None


def test_the_signature_of_swiftpost_is_that_of_its_documentation():
    request = request_of("SwiftPost")
    message = b"1706193000.POST./webhooks/swiftpost." + request.body
    signature = hmac.new(b"the-signing-secret", message, hashlib.sha256).hexdigest()
    assert request.headers["x-swiftpost-signature"] == f"t=1706193000,v1={signature}"


def test_the_digest_of_kargox_is_that_of_its_documentation():
    fields = parse_qs(request_of("KargoX").body.decode())
    text = fields["logistics_interface"][0] + "J0086" + "the-agreed-key"
    digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
    assert fields["data_digest"] == [base64.b64encode(digest).decode()]


@pytest.mark.parametrize("name", EVENTS)
def test_sources_try_prints_what_the_page_shows(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
):
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.setattr(clocks, "machine_now", lambda: RECEIVED_AT)
    command = example(PROFILES, "sh", f"saved as `{name.lower()}.http`").replace("\\\n", " ")
    run(shlex.split(command)[1:])
    printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert printed == example(PROFILES, "", f"For {name}, this prints:").splitlines()


def test_the_new_word_of_kargox_is_understood_with_the_setting_that_the_page_names(folder: Path):
    settings = example(PROFILES, "toml", "KargoX in the settings:")
    reader = format_in(folder, settings + 'statuses = { "33" = "in_transit" }\n')
    delivery = reader.read(request_of("KargoX").body, RECEIVED_AT)
    assert [event.name for event in delivery.events][2:] == [EventName.IN_TRANSIT]
    assert delivery.unusable is None


def test_the_settings_that_profiles_have_are_read_together(folder: Path):
    assert format_in(folder, example(PROFILES, "toml", "## The settings of the source")).methods == {"POST"}


def test_the_profile_to_copy_is_right_and_its_settings_are_read(folder: Path):
    text = example(PROFILES, "toml", "1. Make a folder")
    parse_profile(text, "mycourier.toml")
    (folder / "couriers" / "mycourier.toml").write_text(text)
    assert format_in(folder, example(PROFILES, "toml", "4. Add the source")).methods == {"POST"}


def test_the_settings_for_a_courier_without_documentation_capture_what_has_the_token_of_the_url(folder: Path):
    reader = format_in(folder, example(PROFILES, "toml", "1. Add the source with a token"))
    assert reader.captures
    target = b"/webhooks/newcourier?token=a-token-of-16-characters-or-more"
    assert target.decode() in PROFILES.read_text()
    assert reader.authenticate(Request("POST", target, {}, b"anything"))


def test_the_table_with_a_time_for_each_status_is_right():
    profile = (
        'title = "X"\n[auth.t]\nkind = "static"\nfrom = "header:T"\n[read]\nnumber = "n"\n'
        + example(PROFILES, "toml", "If each status has a field of its own")
        + '[status]\nfrom = "s"\nrows = [["shipped", "picked_up"], ["delivered", "delivered"]]\n'
    )
    assert set(parse_profile(profile, "x.toml").read.time_of) == {"shipped", "delivered"}
