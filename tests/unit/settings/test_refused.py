import json
import re
import traceback
from pathlib import Path

import pytest

from tests.support.good_settings import COURIER, GOOD, MAIN, OTHER, SECRET, TOML, P, refusal, refusal_of
from worker.domain.errors import SettingsError
from worker.settings import describe, load_settings

UNKNOWN = "is not a known setting"
NO_DATABASE = "must be sqlite:////absolute/path or postgresql+psycopg://…."
NO_REDIS = "must be empty, or redis://…, rediss://… or unix:///…."
NO_BROKER = "must be empty, or a URL of a broker that Celery supports."
NO_ZONE = "must be a time zone such as Asia/Riyadh or UTC."


def visible_text(environ: dict[str, str]) -> str:
    try:
        settings = load_settings(environ)
    except SettingsError as error:
        return "".join(traceback.format_exception(error)) + repr((error, error.args, error.__context__))
    return repr(settings) + repr(settings.model_dump())


@pytest.fixture
def toml(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "fulfillment.toml").write_text(TOML)
    return {f"{P}CONFIG": str(tmp_path / "fulfillment.toml")}


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("LOGLEVEL", "info", f"{UNKNOWN}: did you mean {P}LOG_LEVEL?"),
        ("QUEUE_SIZE", "5000", f"{UNKNOWN}."),
        ("SCAN_EVERY", "2d", "must be 0s, or a duration from 1s to 1d."),
        ("ACCOUNTS__MAIN__SHIP_WITHIN", "0s", "must be a duration from 1m to 3650d."),
        ("ACCOUNTS__MAIN__DELIVER_WITHIN", SECRET, "must be a duration such as 250ms, 5m, 72h, 90d or PT5M."),
        ("log_level", "info", f"{UNKNOWN}: the names of our variables are in upper case."),
        ("DATA_DIR", "relative", "must be an absolute path."),
        ("DATABASE_URL", "sqlite:///relative.db", NO_DATABASE),
        ("DATABASE_URL", f"postgresql://u:{SECRET}@h:port/d", NO_DATABASE),
        ("DATABASE_URL", f"postgresql://u:{SECRET}@[::1/d", NO_DATABASE),
        ("REDIS_URL", SECRET, NO_REDIS),
        ("REDIS_URL", f"redis://:{SECRET}@h:port/0", NO_REDIS),
        ("REDIS_URL", f"redis://:{SECRET}@[::1/0", NO_REDIS),
        ("REDIS_URL", f"redis://:{SECRET}@h/name", NO_REDIS),
        ("BROKER_URL", SECRET, NO_BROKER),
        ("BROKER_URL", f"amqp://u:{SECRET}@h:port//", NO_BROKER),
        ("BROKER_URL", f"redis://h/0;redis://:{SECRET}@h:99999/0", NO_BROKER),
        ("LISTEN", "localhost:99999", "must be an address and a port, such as 127.0.0.1:8000 or [::1]:8000."),
        *(
            ("TRUSTED_PROXIES", network, "must be an IP address or a network, such as 127.0.0.1 or 10.0.0.0/8.")
            for network in ("", "nginx", "10.0.0.1/8", "0.0.0.0/0", "::/0", '["10.0.0.0/8", 5]', "127.0.0.1:80")
        ),
        ("METRICS_TOKEN", "short", "must be at least 8 bytes long."),
        ("METRICS_TOKEN_FILE", f"/{SECRET}", "must name an existing file."),
        ("CONFIG", "/nowhere.toml", "names /nowhere.toml: there is no such file."),
        ("ACCOUNTS__MAIN__API_KEY", SECRET, "is a setting of another platform's accounts."),
        ("ACCOUNTS__MAIN__CALLS_PER_MINUTE", "9", "must be greater than or equal to 10."),
        (
            "ACCOUNTS__MAIN__STATUSES__PACKED",
            SECRET,
            "must be one of: pending, accepted, shipped, delivered, completed,",
        ),
        ("ACCOUNTS__MAIN__STATUSES", SECRET, "must be a table, or a JSON object such as"),
        (
            "ACCOUNTS__MAIN__STATUSES",
            '{"shipped": "accepted"}',
            "must keep the meaning shipped of “shipped”: writes set this status",
        ),
        ("ACCOUNTS__MAIN__HMAC_SECRETT", SECRET, f"{UNKNOWN}: did you mean {MAIN}HMAC_SECRET?"),
        ("ACCOUNTS__MAIN__DOMAIN__X", SECRET, f"and {MAIN}DOMAIN cannot both be set."),
        ("ACCOUNTS__MAIN__HMAC_SECRET", "short", "must be at least 8 bytes long."),
        ("ACCOUNTS__MAIN__BASE_URL", "http://api.example", "must use https:// unless it names this machine"),
        ("ACCOUNTS__MAIN__PLATFORM", "none", "must be one of: awalchat, cekat."),
        ("ACCOUNTS__MAIN__TIMEZONE", "../zone", NO_ZONE),
        ("ACCOUNTS__MAIN__TIMEZONE", "America", NO_ZONE),
        ("ACCOUNTS__MAIN__SETTLE", "10s", "must be longer than call_deadline."),
        ("ACCOUNTS__MAIN__DRY_RUN", SECRET, "must be true or false."),
        (
            "ACCOUNTS__MAIN_",
            SECRET,
            "has a name that is not made of lower-case letters, digits and single underscores.",
        ),
        ("ACCOUNTS__OTHER", SECRET, "must be a table of settings."),
        ("SOURCES__COURIER__SECRETS", '["long-enough", "short"]', "must be at least 8 bytes long."),
        ("SOURCES__COURIER__SECRETS", "['no-json']", "begins with “[” but is no JSON list"),
        ("SOURCES__COURIER__SECRETS", "[]", "must have at least 1 item."),
        ("SOURCES__COURIER__ACCOUNT", "nobody", "names no account of the settings."),
        ("SOURCES__COURIER__MAX_BODY", "1", "must be greater than or equal to 1024."),
        ("SOURCES__COURIER__PUBLIC_PREFIX", "/a/", "has a form that is not allowed."),
        ("SOURCES__DHL__SECRETS", SECRET, "must be one of: awalchat, courier, "),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence(name, value, sentence):
    written = "SOURCES__DHL__PROFILE" if "DHL" in name else name
    assert refusal(GOOD | {P + name: value}).startswith(f"{P}{written} {sentence}")


@pytest.mark.parametrize("name", [name for name in GOOD if name.startswith(MAIN)])
def test_a_missing_setting_is_named(name):
    assert refusal({key: value for key, value in GOOD.items() if key != name}) == f"{name} is missing."


@pytest.mark.parametrize("name", [name for name in GOOD if name.startswith(MAIN)])
def test_a_setting_that_the_file_lacks_is_named_with_the_line_of_its_table(name, tmp_path):
    key = name.removeprefix(MAIN).lower()
    without = re.sub(f"^{key} = .*$", "", TOML, flags=re.MULTILINE)
    assert refusal_of(without, tmp_path) == [f"fulfillment.toml:3: accounts.main.{key} is missing."]


def test_settings_without_an_account_are_refused(tmp_path):
    assert refusal({}, tmp_path).startswith("FULFILLMENT_ACCOUNTS must name at least one account")


def test_without_a_settings_file_the_message_says_which_file_was_looked_for(tmp_path):
    note = f"No settings file was read: {tmp_path} has no fulfillment.toml"
    assert refusal({}, tmp_path).splitlines()[-1].startswith(note)
    for environ in ({"FULFILLMENT_CONFIG": ""}, GOOD | {f"{P}LOG_LEVEL": "loud"}):
        assert "No settings file" not in refusal(environ, tmp_path)
    (tmp_path / "fulfillment.toml").write_text("# nothing")
    assert "No settings file" not in refusal({}, tmp_path)


def test_two_names_for_one_account_are_refused():
    message = refusal(GOOD | OTHER | {f"{COURIER}ACCOUNT": "main"})
    assert message == f"{P}ACCOUNTS__OTHER is the same account as main."


def test_no_source_can_have_the_name_of_the_operators_source():
    operator = {f"{P}SOURCES__OPERATOR__SECRETS": SECRET, f"{P}SOURCES__OPERATOR__PROFILE": "courier"}
    assert refusal(GOOD | operator) == f"{P}SOURCES__OPERATOR is reserved: it is the source of operators' events."


@pytest.mark.parametrize("content", [b"one-secret\nanother\n", b"\xff" * 20, b"x" * 70_000, b""])
def test_a_file_that_does_not_hold_exactly_one_secret_is_refused(tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    environ = {name: value for name, value in GOOD.items() if not name.endswith("HMAC_SECRET")}
    assert refusal(environ | {f"{MAIN}HMAC_SECRET_FILE": str(tmp_path / "file")}).startswith(f"{MAIN}HMAC_SECRET_FILE ")


def test_a_secret_and_a_file_for_it_contradict_each_other(tmp_path):
    sentence = refusal(GOOD | {f"{MAIN}HMAC_SECRET_FILE": "/nowhere"})
    assert sentence == f"{MAIN}HMAC_SECRET_FILE and {MAIN}HMAC_SECRET cannot both be set."
    (tmp_path / "fulfillment.toml").write_text(TOML + "secrets_file = 'x'")
    assert refusal({}, tmp_path) == (
        "fulfillment.toml:13: sources.courier.secrets_file and sources.courier.secrets cannot both be set."
    )
    (tmp_path / "fulfillment.toml").write_text("metrics_token_file = '/etc/hostname'\nmetrics_token.x = 1" + TOML)
    assert refusal({}, tmp_path).startswith("fulfillment.toml:1: metrics_token_file and metrics_token.x cannot both")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('[accounts.Main]\nplatform = "x"', "fulfillment.toml:1: accounts.Main has a name that is not made of"),
        ("[sources.courier]\ntolerance = 300", "fulfillment.toml:2: sources.courier.tolerance must be a duration"),
        ("[sources.courier]\n\nsekrets = 'x'", "fulfillment.toml:3: sources.courier.sekrets is not a known setting"),
        ('accounts.main.statuses = {"x" = 1}', "fulfillment.toml:1: accounts.main.statuses.x must be a text"),
        ("[sources.courier]\nsecrets = 5", "fulfillment.toml:2: sources.courier.secrets must be a list."),
        ("[accounts.main]\n# platform = 'cekat'", "fulfillment.toml:1: accounts.main.platform is missing."),
        ("accounts = 1", "fulfillment.toml:1: accounts must be a table of settings."),
        ("log_level = 'info'\n", "fulfillment.toml: accounts must name at least one account"),
        ("# nothing", "FULFILLMENT_ACCOUNTS must name at least one account"),
    ],
)
def test_a_key_of_the_file_is_named_with_its_line(tmp_path, content, sentence):
    assert any(message.startswith(sentence) for message in refusal_of(content, tmp_path))


def test_a_key_without_a_certain_line_is_named_with_the_file_alone(tmp_path):
    content = TOML.replace("[sources.courier]", "statuses = {a = [\n], b = 1}\n[sources.courier]")
    assert refusal_of(content, tmp_path) == [
        "fulfillment.toml: accounts.main.statuses.a must be a text.",
        "fulfillment.toml: accounts.main.statuses.b must be a text.",
    ]


INVALID = "fulfillment.toml:{}: this is not valid TOML"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (f'# x\nlog_level = "{SECRET}\n', f"{INVALID.format(2)}: a quotation mark is missing at the end of the line."),
        (f'\n"{SECRET}" = 1\n"{SECRET}" = 2', f"{INVALID.format(3)}: a key is there twice."),
        ("[a]\nb = [1,\n\n", f"{INVALID.format(2)}: a value is missing, or a text has no quotation marks."),
        ("\n[a]\n[a]\n", f"{INVALID.format(3)}: a table is there twice."),
        ("a = main", f"{INVALID.format(1)}: a value is missing, or a text has no quotation marks."),
        ('a = "x', f"{INVALID.format(1)}: a quotation mark is missing."),
        (f"a = 1 {SECRET}", f"{INVALID.format(1)}: a line has one setting, and a text has quotation marks."),
        (f'a = "{SECRET}\0"', f"{INVALID.format(1)}."),
        ("keep = " + "[" * 100_000, "fulfillment.toml is nested too deeply."),
        ("keep" + ".keep" * 2_000 + " = 1", "fulfillment.toml is nested too deeply."),
        ("keep = " + "1" * 10_000, "fulfillment.toml: this is not valid TOML."),
        ("#" * 1_100_000, "fulfillment.toml is larger than 1048576 bytes."),
    ],
)
def test_invalid_toml_is_told_with_its_line_and_the_likely_reason(tmp_path, content, sentence):
    assert refusal_of(content, tmp_path) == [sentence]


def test_beside_invalid_toml_the_variables_and_files_of_secrets_are_checked(tmp_path):
    (tmp_path / "fulfillment.toml").write_text("a = ")
    environ = {f"{P}LOG__LEVEL": SECRET, f"{MAIN}HMAC_SECRET_FILE": "/nowhere"}
    assert refusal(environ, tmp_path).split("\n") == [
        f"{INVALID.format(1)}: a value is missing, or a text has no quotation marks.",
        f"{P}LOG__LEVEL is not a known setting: did you mean {P}LOG_LEVEL?",
        f"{MAIN}HMAC_SECRET_FILE must name an existing file.",
    ]


def test_a_file_without_a_secret_is_told(tmp_path):
    (tmp_path / "empty").write_text("\n\n")
    settings = {name: value for name, value in GOOD.items() if name != f"{COURIER}SECRETS"}
    message = refusal(settings | {f"{COURIER}SECRETS_FILE": str(tmp_path / "empty")})
    assert message == f"{COURIER}SECRETS_FILE names a file that holds no secret."


@pytest.mark.parametrize("row", describe(), ids=lambda row: row.key)
def test_no_error_shows_a_value(row, toml):
    name = row.environment.replace("<NAME>", "MAIN" if "ACCOUNTS" in row.environment else "COURIER")
    key = row.key.replace("<name>", "main" if "accounts" in row.key else "courier")
    Path(toml[f"{P}CONFIG"]).write_text(f'{key} = {{ it = "{SECRET}", x = 2026-01-01 }}')
    wrong = [{name: json.dumps([SECRET, "x"])}, {name: f"{SECRET} \0 {{}}"}, {f"{name}X": SECRET}]
    for environ in (*(GOOD | change for change in wrong), GOOD | {f"{name}_FILE": SECRET}, toml):
        assert SECRET not in visible_text(environ)


@pytest.mark.parametrize("name", [f"{MAIN}BASE_URL", f"{MAIN}TIMEZONE", f"{P}CONFIG", f"{P}METRICS_TOKEN_FILE"])
def test_an_error_has_no_cause_or_context_that_could_show_a_value(name):
    with pytest.raises(SettingsError) as caught:
        load_settings(GOOD | {name: SECRET})
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.parametrize("content", [f"x = '{SECRET}", f"listen = '{SECRET}'", f"x = '{SECRET}".encode("utf-16")])
def test_an_error_has_no_cause_or_context_that_could_show_the_file(tmp_path, content):
    (tmp_path / "fulfillment.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SettingsError) as caught:
        load_settings({}, tmp_path)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert SECRET not in str(caught.value)


def test_good_settings_show_no_secret(tmp_path):
    own = {f"{MAIN}HMAC_SECRET": f"1-{SECRET}", f"{COURIER}SECRETS": f"2-{SECRET}", f"{P}METRICS_TOKEN": f"3-{SECRET}"}
    environ = GOOD | own
    environ |= {f"{P}{part}_URL": f"redis://u:{SECRET}@h/0" for part in ("REDIS", "BROKER")}
    settings = load_settings(environ | {f"{P}DATABASE_URL": f"postgresql://u:{SECRET}@h/0"})
    assert SECRET not in repr(settings) + repr(settings.model_dump()) + settings.model_dump_json()
    assert settings.secret_values() == (*own.values(), SECRET)


def test_a_source_must_be_able_to_keep_its_largest_delivery():
    settings = {**GOOD, f"{COURIER}MAX_KEPT_BYTES": "1048576", f"{COURIER}MAX_BODY": "1048577"}
    assert refusal(settings) == f"{COURIER}MAX_KEPT_BYTES must be at least max_body, so that any delivery can be kept."
