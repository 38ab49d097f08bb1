"""The profile of a source: a native one, a built-in one, or a file beside the settings; and what must fit it."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.support.good_settings import GOOD, P
from webhook_receiver.profiles.formats import format_of
from webhook_receiver.profiles.schema.files import builtin_names, load_profile
from webhook_receiver.wiring import sources_of
from worker.domain.errors import SettingsError
from worker.settings import Settings, load_settings

ACCOUNT = """
[accounts.main]
platform = "awalchat"
base_url = "https://api.example/v1"
domain = "shop"
client_id = "client"
hmac_secret = "hmac-secret-of-main"
phone_number_id = "1"
timezone = "Asia/Riyadh"
"""
PARCELPOST = """
title = "Parcelpost"
max_body = 131072
{more}
[options.header]
help = "The name of the header that you entered at Parcelpost."

[auth.token]
kind = "static"
from = "header:{{option:header}}"

[auth.signature]
kind = "hmac"
from = "header:X-Signature"
secret_form = "base64"

[auth.link]
kind = "static"
from = "query:token"

[read]
number = "order"
tracking = "parcel"

[status]
from = "state"
rows = [["1", "picked_up"]]
"""


def load(folder: Path, source: str, profile: str = PARCELPOST.format(more=""), **environ: str) -> Settings:
    """Load settings with *source*, beside the file `parcelpost.toml`."""
    (folder / "couriers").mkdir(exist_ok=True)
    (folder / "couriers/parcelpost.toml").write_text(profile)
    (folder / "fulfillment.toml").write_text(ACCOUNT + source)
    return load_settings({f"{P}CONFIG": str(folder / "fulfillment.toml"), **environ})


def mistakes(folder: Path, source: str, profile: str = PARCELPOST.format(more="")) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(folder, source, profile)
    return str(caught.value).splitlines()


OWN = """
[sources.parcelpost]
profile = "couriers/parcelpost.toml"
"""
GOOD_SOURCE = OWN + 'secrets = { token = "a-token-of-ours" }\nheader = "X-Token"\n'


@pytest.mark.parametrize("name", builtin_names())
def test_a_source_with_the_name_of_a_built_in_profile_needs_no_profile(tmp_path, name: str):
    profile = load_profile(name)
    method = next(iter(profile.auth))
    options = "".join(f'{option} = "X-Token"\n' for option in profile.options)
    source = f'[sources.{name}]\nsecrets = {{ {method} = "a-secret-of-sixteen" }}\n{options}'
    assert load(tmp_path, source).sources[name].profile.name == name


def test_the_path_of_a_profile_begins_at_the_folder_of_the_settings(tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    source = load(tmp_path, GOOD_SOURCE).sources["parcelpost"]
    assert source.profile.file is not None
    assert source.profile.file.title == "Parcelpost"


def test_the_options_of_a_profile_are_keys_of_the_source(tmp_path):
    source = load(tmp_path, GOOD_SOURCE).sources["parcelpost"]
    assert source.options == {"header": "X-Token"}


def test_an_option_is_needed_only_by_a_method_that_has_secrets(tmp_path):
    link = 'secrets = { link = "a-token-in-a-long-url" }\n'
    assert load(tmp_path, OWN + link).sources["parcelpost"].options == {}
    both = 'secrets = { link = "a-token-in-a-long-url", token = "a-token-of-ours" }\n'
    assert "header is missing" in mistakes(tmp_path, OWN + both)[0]
    signed = PARCELPOST.format(more="").replace('secret_form = "base64"', 'message = "{option:header}{body}"')
    assert "header is missing" in mistakes(tmp_path, OWN + 'secrets = { signature = "some-secret" }', signed)[0]


def test_an_option_can_come_from_the_environment(tmp_path):
    settings = load(tmp_path, GOOD_SOURCE, **{f"{P}SOURCES__PARCELPOST__HEADER": "X-Other"})
    assert settings.sources["parcelpost"].options == {"header": "X-Other"}


def test_a_table_named_options_is_refused(tmp_path):
    (mistake,) = mistakes(tmp_path, GOOD_SOURCE + 'options = { header = "X-Token" }\n')
    assert "sources.parcelpost.options" in mistake
    assert "is not a known setting" in mistake


def test_max_body_is_the_profiles_unless_the_source_says_otherwise(tmp_path):
    assert load(tmp_path, GOOD_SOURCE).sources["parcelpost"].max_body == 131_072
    assert load(tmp_path, GOOD_SOURCE + "max_body = 2048\n").sources["parcelpost"].max_body == 2048


def test_a_plain_list_of_secrets_is_for_the_only_method(tmp_path):
    settings = load(tmp_path, '[sources.ninjavan]\nsecrets = ["first-secret", "second-secret"]\n')
    assert [*settings.sources["ninjavan"].secrets] == ["signature"]
    assert sources_of(settings)["ninjavan"].secrets == {"signature": (b"first-secret", b"second-secret")}


def test_secrets_by_method_can_come_from_files_and_from_the_environment(tmp_path):
    file = tmp_path / "token"
    file.write_text("from-a-file\nand-the-old-one\n")
    key = f"{P}SOURCES__PARCELPOST__SECRETS__TOKEN_FILE"
    settings = load(tmp_path, OWN + 'header = "X-Token"\n', **{key: str(file)})
    assert sources_of(settings)["parcelpost"].secrets == {"token": (b"from-a-file", b"and-the-old-one")}
    written = load(tmp_path, OWN + f'header = "X-Token"\nsecrets = {{ token_file = "{file}" }}\n')
    assert sources_of(written)["parcelpost"].secrets == sources_of(settings)["parcelpost"].secrets
    key = f"{P}SOURCES__PARCELPOST__SECRETS__TOKEN"
    settings = load(tmp_path, OWN + 'header = "X-Token"\n', **{key: "from-the-environment"})
    assert sources_of(settings)["parcelpost"].secrets == {"token": (b"from-the-environment",)}


def test_every_secret_of_a_source_is_masked_in_logs(tmp_path):
    source = OWN + 'secrets = { token = ["one-token", "two-token"], link = "a-token-in-a-long-url" }\nheader = "X-T"\n'
    assert {"one-token", "two-token", "a-token-in-a-long-url"} <= set(load(tmp_path, source).secret_values())


@pytest.mark.parametrize(
    ("lines", "mistake"),
    [
        ('secrets = { token = "a-token-of-ours" }', "header is missing: The name of the header that you entered"),
        (
            'header = "X Y"\nsecrets = { token = "a-token-of-ours" }',
            "header does not fit auth.token.from, which then names a header that cannot be one",
        ),
        ('header = "ü"\nsecrets = { token = "a-token-of-ours" }', "header must be a printable ASCII text"),
        ('header = "X-T"\nsecrets = { key = "a-token-of-ours" }', "secrets.key is for no method of the profile"),
        ('header = "X-T"\nsecrets = { token = "short" }', "secrets.token must be at least 8 bytes long"),
        (
            'header = "X-T"\nsecrets = { link = "shorter-than-16" }',
            "secrets.link must be at least 16 bytes long, because",
        ),
        ('header = "X-T"\nsecrets = { signature = "not base64!" }', "secrets.signature must be the Base64 of a key"),
        ('header = "X-T"\nsecrets = {}', "secrets must have at least 1 item"),
        ('header = "X-T"', "secrets is missing"),
        (
            'header = "X-T"\nsecrets = ["which-method-is-it"]',
            "secrets must be a table, because the profile has several methods: t",
        ),
        ('headr = "X-T"\nheader = "X-T"\nsecrets = { token = "a-token-of-ours" }', "headr is not a known setting"),
        (
            'header = "X-T"\nsecrets = { token = "a-token-of-ours" }\nverification = "signed"',
            "verification has no effect",
        ),
        ('header = "X-T"\nsecrets = { token = "a-token-of-ours" }\nallow = ["shipments"]', "allow must have families"),
        *(
            (
                f'header = "X-T"\nsecrets = {{ token = "a-token-of-ours" }}\ntracking_hosts = "{host}"',
                "tracking_hosts must have names of hosts, such as track.example.com",
            )
            for host in (
                "https://t.example",
                "t.example:443",
                "10.0.0.1",
                "localhost",
                "xn--t-xya.example",
                "*.example",
            )
        ),
        ('header = "X-T"\nsecrets = { token = "a-token-of-ours" }\ntracking_hosts = []', "tracking_hosts must have at"),
        (
            'header = "X-T"\nsecrets = { token = "a-token-of-ours" }\nreference = "name"',
            "reference must be 'number' or",
        ),
        (
            'header = "X-T"\nsecrets = { token = "a-token-of-ours" }\nstatuses = { "9" = "eaten" }',
            "statuses.9 names no event: it must be info or one of ",
        ),
    ],
)
def test_what_does_not_fit_the_profile_is_named_in_one_sentence(tmp_path, lines: str, mistake: str):
    (sentence,) = mistakes(tmp_path, OWN + lines + "\n")
    assert f": sources.parcelpost.{mistake}" in sentence
    assert "-of-ours" not in sentence


def test_a_flaw_of_a_profile_is_told_with_its_file_its_line_and_its_key(tmp_path):
    profile = PARCELPOST.format(more="").replace('tracking = "parcel"', 'trackin = "parcel"')
    (mistake,) = mistakes(tmp_path, GOOD_SOURCE, profile)
    assert mistake.endswith(": sources.parcelpost.profile parcelpost.toml:23: read.trackin is not a known key.")


def test_the_option_of_a_profile_must_not_have_the_name_of_a_setting(tmp_path):
    profile = (
        PARCELPOST.format(more="").replace("options.header", "options.allow").replace("option:header", "option:allow")
    )
    (mistake,) = mistakes(tmp_path, GOOD_SOURCE, profile)
    assert "options.allow has the name of a setting" in mistake


def test_an_own_profile_must_not_have_the_name_of_a_built_in_one(tmp_path):
    (tmp_path / "oto.toml").write_text(PARCELPOST.format(more=""))
    (mistake,) = mistakes(tmp_path, '[sources.mine]\nprofile = "oto.toml"\nsecrets = { token = "a-token-of-ours" }\n')
    assert "oto.toml has the name of the built-in profile oto: rename it" in mistake


def test_a_missing_profile_file_is_told(tmp_path):
    (mistake,) = mistakes(tmp_path, '[sources.mine]\nprofile = "couriers/no.toml"\nsecrets = ["a-token-of-ours"]\n')
    assert "sources.mine.profile no.toml does not exist" in mistake


def test_the_rules_of_a_source_reach_the_receiver(tmp_path):
    lines = """
allow = ["shipment.delivered"]
number_prefix = "TK-"
reference = "id"
statuses = { "9" = "in_transit" }
timezone = "Asia/Jakarta"
tracking_hosts = ["Track.example.com", "parcelpost.example"]
"""
    source = sources_of(load(tmp_path, GOOD_SOURCE + lines))["parcelpost"]
    assert source.tracking_hosts == {"track.example.com", "parcelpost.example"}
    assert (set(source.allow), source.number_prefix, source.reference) == ({"shipment.delivered"}, "TK-", "id")
    assert (source.statuses, source.zone) == ({"9": "in_transit"}, ZoneInfo("Asia/Jakarta"))


def test_a_source_that_lists_no_hosts_may_name_any(tmp_path):
    assert sources_of(load(tmp_path, GOOD_SOURCE))["parcelpost"].tracking_hosts == frozenset()


def test_a_courier_may_report_shipments_and_no_order_events_unless_its_source_says_so(tmp_path):
    assert sources_of(load(tmp_path, GOOD_SOURCE))["parcelpost"].allow == {"shipment"}


def test_settings_of_couriers_profiles_have_no_effect_on_native_ones():
    with pytest.raises(SettingsError) as caught:
        load_settings(GOOD | {f"{P}SOURCES__COURIER__NUMBER_PREFIX": "TK-"})
    assert str(caught.value) == ("FULFILLMENT_SOURCES__COURIER__NUMBER_PREFIX has no effect with the profile courier.")


def test_statuses_of_a_source_can_be_a_json_object_in_the_environment(tmp_path):
    settings = load(tmp_path, GOOD_SOURCE, **{f"{P}SOURCES__PARCELPOST__STATUSES": '{"9": "info"}'})
    assert settings.sources["parcelpost"].statuses == {"9": "info"}


PLACES = """
title = "Parcelpost"

[options.token]
help = "The place of the token."
default = "{default}"

[options.time]
help = "The place of the time."
default = "X-Time"

[auth.token]
kind = "static"
from = "{part}:{{option:token}}"

[auth.signature]
kind = "hmac"
from = "header:X-Signature"
message = "{{time}}.{{body}}"
time = {{ from = "header:{{option:time}}" }}

[read]
number = "order"

[status]
from = "state"
rows = [["1", "picked_up"]]
"""
TOKEN, SIGNATURE = 'secrets = { token = "a-token-in-a-long-url" }\n', 'secrets = { signature = "some-secret" }\n'
NO_HEADER = "which then names a header that cannot be one."
NO_NAME = "which then must be header:NAME, query:NAME or body:PATH."


@pytest.mark.parametrize(
    ("part", "secrets", "option", "sentence"),
    [
        ("body", TOKEN, 'token = "data..token"', "token does not fit auth.token.from, which then has no path at char"),
        ("body", TOKEN, 'token = ""', "token does not fit auth.token.from, which then must be a path of 1 to 200"),
        ("body", TOKEN, 'token = "a[]"', "token does not fit auth.token.from, which then must lead to one field, wit"),
        ("body", TOKEN, 'token = "$.a"', "token does not fit auth.token.from, which then is a JSONPath"),
        ("header", TOKEN, 'token = "X_Token"', f"token does not fit auth.token.from, {NO_HEADER}"),
        ("header", TOKEN, 'token = "X Token"', f"token does not fit auth.token.from, {NO_HEADER}"),
        ("header", TOKEN, 'token = ""', f"token does not fit auth.token.from, {NO_NAME}"),
        ("query", TOKEN, 'token = ""', f"token does not fit auth.token.from, {NO_NAME}"),
        ("query", SIGNATURE, 'time = "X_Time"', f"time does not fit auth.signature.time.from, {NO_HEADER}"),
        ("query", SIGNATURE, 'time = ""', f"time does not fit auth.signature.time.from, {NO_NAME}"),
    ],
)
def test_an_option_that_makes_a_place_impossible_is_named(
    tmp_path: Path, part: str, secrets: str, option: str, sentence: str
):
    profile = PLACES.format(part=part, default="there")
    (mistake,) = mistakes(tmp_path, f"{OWN}{secrets}{option}\n", profile)
    assert f": sources.parcelpost.{sentence}" in mistake


def test_of_several_options_in_one_place_the_first_is_named(tmp_path: Path):
    profile = PLACES.format(part="header", default="X").replace(
        "header:{option:token}", "header:{option:token}{option:time}"
    )
    (mistake,) = mistakes(tmp_path, f'{OWN}{TOKEN}time = "_Time"\n', profile)
    assert f": sources.parcelpost.token does not fit auth.token.from, {NO_HEADER}" in mistake


def test_a_default_of_the_profile_is_checked_like_a_value_of_the_source(tmp_path: Path):
    profile = PLACES.format(part="query", default="")
    (mistake,) = mistakes(tmp_path, OWN + TOKEN, profile)
    assert f": sources.parcelpost.token does not fit auth.token.from, {NO_NAME}" in mistake


@pytest.mark.parametrize("option", ['time = "X_Time"', 'token = "data.token"', 'token = "X Token"'])
def test_an_option_that_fits_or_that_no_method_with_secrets_uses_is_no_mistake(tmp_path: Path, option: str):
    profile = PLACES.format(part="query", default="there")
    source = load(tmp_path, f"{OWN}{TOKEN}{option}\n", profile).sources["parcelpost"]
    assert option.partition(" ")[0] in source.options


def test_settings_that_are_loaded_always_make_a_format(tmp_path: Path):
    settings = load(tmp_path, GOOD_SOURCE)
    assert format_of(sources_of(settings)["parcelpost"]).methods == {"POST"}


TWO_FIELDS = (
    PARCELPOST.format(more="").replace('from = "state"', 'from = ["state", "sub"]').replace('"1",', '"1", "*",')
)


@pytest.mark.parametrize(
    ("profile", "word", "sentence"),
    [
        (PARCELPOST.format(more=""), "47 | RTO", "has 2 cells, more than status.from has paths"),
        (PARCELPOST.format(more=""), "XX9 | ", "has 2 cells, more than status.from has paths"),
        (TWO_FIELDS, "a | b | c", "has 3 cells, more than status.from has paths"),
        (TWO_FIELDS, "XX9 | ", "must not end in an empty cell: leave it out"),
        (PARCELPOST.format(more=""), " ", 'has nothing to compare with: "" stands for a missing status'),
        (
            PARCELPOST.format(more="") + "fold = true",
            "-",
            'has nothing to compare with: "" stands for a missing status',
        ),
    ],
)
def test_a_status_that_no_delivery_can_have_is_named(tmp_path: Path, profile: str, word: str, sentence: str):
    (mistake,) = mistakes(tmp_path, f'{GOOD_SOURCE}statuses = {{ "{word}" = "lost" }}\n', profile)
    assert "sources.parcelpost.statuses." in mistake
    assert mistake.endswith(f" {sentence}.")


@pytest.mark.parametrize("word", ["47 | RTO", " | RTO", "47", "", "-", "a|b"])
def test_a_status_may_have_as_many_cells_as_the_profile_has_fields(tmp_path: Path, word: str):
    source = f'{GOOD_SOURCE}statuses = {{ "{word}" = "lost" }}\n'
    assert load(tmp_path, source, TWO_FIELDS).sources["parcelpost"].statuses == {word: "lost"}


def test_a_secret_that_is_no_utf_8_is_a_mistake_and_is_not_shown(tmp_path: Path):
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, OWN + 'header = "X-Token"\n', **{f"{P}SOURCES__PARCELPOST__SECRETS__TOKEN": "a-token-of-\udcff"})
    assert str(caught.value) == f"{P}SOURCES__PARCELPOST__SECRETS__TOKEN must be UTF-8 text."
