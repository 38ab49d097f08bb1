import pytest

from tests.support.good_settings import COURIER, GOOD, MAIN, OTHER, SECRET, TOML, P, refusal, refusal_of
from webhook_receiver.profiles.schema.files import builtin_names
from worker.settings.mistakes import MAX_SENTENCES
from worker.settings.problems import NO_ACCOUNT

PROFILES = ", ".join(("awalchat", "courier", *builtin_names()))
OR_OWN = "; or the path of your own profile, which ends in .toml."


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in GOOD.items() if name not in names}


MISTAKES = """\
listen = "nowhere"
log_levell = "info"
[accounts.main]
platform = "awalchat"
base_url = "https://u:p@api.example"
domain = "shop"
client_idd = "client"
hmac_secret = "short"
timezone = "Mars"
acept = "paid"
settle = "1s"
[accounts.jakarta]
plattform = "cekat"
[sources.courier]
tolerance = "soon"
[sources.dhl]
account = "nobody"
secrets = ["long-enough"]
"""


def test_all_mistakes_are_reported_at_once_misspelt_keys_first_then_by_line(tmp_path):
    assert refusal_of(MISTAKES, tmp_path) == [
        "fulfillment.toml:2: log_levell is not a known setting: did you mean log_level?",
        "fulfillment.toml:7: accounts.main.client_idd is not a known setting: did you mean client_id?",
        "fulfillment.toml:10: accounts.main.acept is not a known setting: did you mean accept?",
        "fulfillment.toml:13: accounts.jakarta.plattform is not a known setting: did you mean platform?",
        "fulfillment.toml:1: listen must be an address and a port, such as 127.0.0.1:8000 or [::1]:8000.",
        "fulfillment.toml:3: accounts.main.phone_number_id is missing.",
        "fulfillment.toml:5: accounts.main.base_url must have no user, query or fragment.",
        "fulfillment.toml:8: accounts.main.hmac_secret must be at least 8 bytes long.",
        "fulfillment.toml:9: accounts.main.timezone must be a time zone such as Asia/Riyadh or UTC.",
        "fulfillment.toml:11: accounts.main.settle must be longer than call_deadline.",
        "fulfillment.toml:14: sources.courier.secrets is missing.",
        "fulfillment.toml:14: sources.courier.account is missing.",
        "fulfillment.toml:15: sources.courier.tolerance must be a duration such as 250ms, 5m, 72h, 90d or PT5M.",
        f"fulfillment.toml:16: sources.dhl.profile must be one of: {PROFILES}{OR_OWN}",
        "fulfillment.toml:17: sources.dhl.account names no account of the settings.",
    ]


def test_mistakes_in_variables_in_the_file_and_in_files_of_secrets_are_reported_together(tmp_path):
    (tmp_path / "two").write_text("one-secret\nanother-one\n")
    (tmp_path / "fulfillment.toml").write_text(TOML.replace("hmac_secret =", "hmac_secret_file ="))
    environ = {f"{P}LOG_LEVEL": "loud", f"{P}METRICS_TOKEN_FILE": str(tmp_path / "two"), f"{P}log_format": "json"}
    assert refusal(environ, tmp_path).split("\n") == [
        f"{P}log_format is not a known setting: the names of our variables are in upper case.",
        f"{P}METRICS_TOKEN_FILE names a file that holds more than one line.",
        f"{P}LOG_LEVEL must be 'debug', 'info', 'warning' or 'error'.",
        "fulfillment.toml:8: accounts.main.hmac_secret_file must name an existing file.",
    ]


def test_the_number_of_reported_mistakes_has_a_limit(tmp_path):
    messages = refusal_of("".join(f"unknown_{number} = 1\n" for number in range(MAX_SENTENCES + 5)), tmp_path)
    assert len(messages) == MAX_SENTENCES + 1
    assert messages[-1] == "… and 6 more."  # the missing account is one of them


@pytest.mark.parametrize(
    ("environ", "sentences"),
    [
        (
            without(f"{MAIN}DOMAIN") | {f"{MAIN}DOMAINE": "x"},
            [f"{MAIN}DOMAINE is not a known setting: did you mean {MAIN}DOMAIN?"],
        ),
        (
            without(f"{MAIN}HMAC_SECRET") | {f"{MAIN}HMAC_SECRET_FILE": "/nowhere"},
            [f"{MAIN}HMAC_SECRET_FILE must name an existing file."],
        ),
        (GOOD | {f"{MAIN}PLATFORM": "none"}, [f"{MAIN}PLATFORM must be one of: awalchat, cekat."]),
        (without(f"{MAIN}PLATFORM"), [f"{MAIN}PLATFORM is missing."]),
        (GOOD | {f"{MAIN}TIMEZONE": "Mars"}, [f"{MAIN}TIMEZONE must be a time zone such as Asia/Riyadh or UTC."]),
        (GOOD | {f"{MAIN}CALL_DEADLINE": "1h"}, [f"{MAIN}CALL_DEADLINE must be a duration from 100ms to 10s."]),
        (GOOD | {f"{P}REDIS_URL": "x"}, [f"{P}REDIS_URL must be empty, or redis://…, rediss://… or unix:///…."]),
        (
            {name: value for name, value in GOOD.items() if not name.startswith(MAIN)},
            [f"{P}ACCOUNTS {NO_ACCOUNT}."],
        ),
        (GOOD | {f"{COURIER}SECRETS": '["short", "tiny"]'}, [f"{COURIER}SECRETS must be at least 8 bytes long."]),
    ],
)
def test_one_mistake_is_reported_once_and_without_its_consequences(environ, sentences):
    assert refusal(environ).split("\n") == sentences


def test_a_wrong_value_is_reported_beside_a_misspelling_of_its_key():
    assert refusal(GOOD | {f"{MAIN}SETLE": "1m", f"{MAIN}SETTLE": "1s"}).split("\n") == [
        f"{MAIN}SETLE is not a known setting: did you mean {MAIN}SETTLE?",
        f"{MAIN}SETTLE must be longer than call_deadline.",
    ]


def test_every_variable_of_a_misspelt_table_is_reported_and_no_account_is_called_missing():
    environ = {
        name.replace("__MAIN__", "__OTHER__").replace("ACCOUNTS", "ACOUNTS"): value for name, value in GOOD.items()
    }
    assert refusal(environ).split("\n") == [
        f"{name} is not a known setting: did you mean {name.replace('ACOUNTS', 'ACCOUNTS')}?"
        for name in sorted(environ)
        if "ACOUNTS" in name
    ]


def test_a_misspelt_table_of_the_file_is_reported_with_the_line_of_its_header(tmp_path):
    messages = refusal_of(TOML.replace("[accounts.main]", "[account.main]"), tmp_path)
    assert messages == ["fulfillment.toml:3: account is not a known setting: did you mean accounts?"]


def test_two_duplicates_of_an_account_are_both_reported():
    third = {name.replace("OTHER", "THIRD"): value for name, value in OTHER.items()}
    message = refusal(GOOD | OTHER | third | {f"{COURIER}ACCOUNT": "main"})
    assert message.split("\n") == [f"{P}ACCOUNTS__{name} is the same account as main." for name in ("OTHER", "THIRD")]


def test_no_mistake_among_several_shows_a_value(tmp_path):
    values = {name: SECRET if "PLATFORM" not in name else value for name, value in GOOD.items()}
    message = refusal(values | {f"{P}LISTEN": SECRET, f"{P}KEEPP": SECRET, f"{MAIN}SETTLE": SECRET, f"{P}CONFIG": ""})
    assert len(message.split("\n")) > 3
    assert SECRET not in message


@pytest.mark.parametrize(
    ("source", "meant"),
    [
        ("[sources.bosta]", "number_prefix"),
        ('[sources.courier]\nprofile = "bosta"', "number_prefix"),
        ("[sources.courier]", "public_prefix"),
        ('[sources.dhl]\nprofile = "courier"', "public_prefix"),
    ],
)
def test_a_misspelt_key_of_a_source_is_taken_for_one_that_its_profile_uses(source, meant, tmp_path):
    account = TOML.partition("[sources")[0]
    file = f'{account}{source}\nprefix = "TK"\nsecrets = "long-enough-for-a-token"\n'
    (sentence,) = refusal_of(file, tmp_path)
    assert sentence.endswith(f".prefix is not a known setting: did you mean {meant}?")


def test_what_must_differ_between_settings_is_checked_beside_wrong_settings(tmp_path):
    file = (
        TOML.replace("warning", "loud")
        + '[sources.dhl]\nprofile = "courier"\ntolerance = "soon"\nsecrets = "a-secret-k4T"\n'
    )
    file += '[sources.jne]\nprofile = "courier"\nsecrets = "b-secret-k4T"\nnumber_prefix = "x"\n'
    messages = [message.partition(" ")[2] for message in refusal_of(file, tmp_path)]
    assert messages == [
        "log_level must be 'debug', 'info', 'warning' or 'error'.",
        "sources.dhl.tolerance must be a duration such as 250ms, 5m, 72h, 90d or PT5M.",
        "sources.jne.number_prefix has no effect with the profile courier.",
    ]


def test_a_secret_that_two_sources_share_is_told_beside_a_wrong_setting(tmp_path):
    sources = "".join(f'[sources.{name}]\nprofile = "courier"\nsecrets = "a-secret-k4T"\n' for name in ("dhl", "jne"))
    messages = refusal_of(TOML.replace("warning", "loud") + sources, tmp_path)
    assert [message.partition(" ")[2] for message in messages] == [
        "log_level must be 'debug', 'info', 'warning' or 'error'.",
        "sources.jne.secrets is the same secret as sources.dhl.secrets.signature: each needs one of its own.",
    ]


def test_two_equal_accounts_are_told_beside_a_third_that_is_wrong(tmp_path):
    account = TOML.partition("[accounts.main]")[2].partition("[sources")[0]
    wrong = '[accounts.third]\nplatform = "cekat"\napi_key = "k4T-0a1b2c3d"\ntimezone = "Mars"\n'
    messages = refusal_of(f"[accounts.main]{account}[accounts.twin]{account}{wrong}", tmp_path)
    assert [message.partition(" ")[2] for message in messages] == [
        "accounts.twin is the same account as main.",
        "accounts.third.timezone must be a time zone such as Asia/Riyadh or UTC.",
    ]


def test_what_follows_from_a_wrong_setting_is_not_told_beside_it(tmp_path):
    (tmp_path / "own.toml").write_text("")
    source = '[sources.own]\nprofile = "own.toml"\nsecrets = { token = "k4T-0a1b2c3d" }\nnumber_prefix = "x"\n'
    messages = refusal_of(TOML + source, tmp_path)
    assert {message.partition(" ")[2].partition(" own.toml")[0] for message in messages} == {"sources.own.profile"}
