from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from tests.support.good_settings import COURIER, GOOD, MAIN, SECRET, TOML, P
from worker.domain.errors import SettingsError
from worker.domain.signing import ALL_PARTS
from worker.settings import Address, Settings, describe, load_settings
from worker.settings.carriers import max_unknown_of


def load(**changes: str) -> Settings:
    return load_settings(GOOD | changes)


@pytest.fixture
def toml(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "fulfillment.toml").write_text(TOML)
    return {f"{P}CONFIG": str(tmp_path / "fulfillment.toml")}


@pytest.fixture
def short_folder() -> Iterator[Path]:
    with TemporaryDirectory() as folder:  # the path of a socket must be short, and pytest's folders are not
        yield Path(folder).resolve()


def test_every_optional_setting_has_a_default(short_folder, monkeypatch):
    monkeypatch.chdir(short_folder)
    settings = load()
    account, source = settings.accounts["main"], settings.sources["courier"]
    assert settings.data_dir == short_folder / ".fulfillment"
    assert settings.database_url.get_secret_value() == f"sqlite:///{short_folder}/.fulfillment/fulfillment.db"
    assert settings.uses_embedded_valkey
    assert settings.queue_url == f"redis+socket://{short_folder}/.fulfillment/valkey.sock"
    assert (settings.listen, settings.keep, settings.dedupe_for) == (("127.0.0.1", 8000), *[timedelta(days=90)] * 2)
    assert (account.accept, account.complete_after, account.retry_for) == ("paid", timedelta(0), timedelta(hours=72))
    assert (account.settle, account.call_deadline) == (timedelta(minutes=2), timedelta(seconds=10))
    assert (source.profile.name, source.account, source.timezone.key) == ("courier", "main", "UTC")
    assert [secret.get_secret_value() for secret in source.secrets["signature"]] == [GOOD[f"{COURIER}SECRETS"]]
    assert source.signed_parts == frozenset(ALL_PARTS)


def test_the_environment_wins_key_by_key(toml):
    settings = load_settings({**toml, f"{MAIN}HMAC_SECRET": "from-the-environment", f"{P}LOG_LEVEL": "ERROR"})
    assert settings.log_level == "error"
    assert settings.accounts["main"].timezone == ZoneInfo("Asia/Riyadh")
    assert settings.sources["courier"].timezone == ZoneInfo("Asia/Riyadh")
    assert settings.secret_values() == ("current-one", "from-the-environment", "previous-one")
    assert settings.data_dir == Path(toml[f"{P}CONFIG"]).parent / ".fulfillment"


def test_only_the_given_environment_is_read(monkeypatch):
    monkeypatch.setenv(f"{P}LOG_LEVEL", "debug")
    assert load().log_level == "info"


def test_settings_cannot_be_changed():
    settings = load()
    for part in (
        settings,
        settings.accounts["main"],
        settings.accounts["main"].credentials,
        settings.sources["courier"],
    ):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(part, next(iter(part.model_dump())), None)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("72h", timedelta(hours=72)),
        ("5m", timedelta(minutes=5)),
        ("90d", timedelta(days=90)),
        ("PT1H30M", timedelta(minutes=90)),
        ("P3D", timedelta(days=3)),
    ],
)
def test_a_duration_is_an_amount_or_iso_8601(text, meant):
    assert load(**{f"{MAIN}RETRY_FOR": text}).accounts["main"].retry_for == meant


@pytest.mark.parametrize(
    "text", ["", "72", "1_0h", "+5m", "\u0665m", "5 m", "-P1D", "1 day, 0:00:01", "9999999w", "P9999999999D"]
)
def test_a_text_that_only_looks_like_a_duration_is_refused(text):
    with pytest.raises(SettingsError, match=f"^{MAIN}RETRY_FOR must be a duration"):
        load(**{f"{MAIN}RETRY_FOR": text})


@pytest.mark.parametrize(("text", "address"), [("0.0.0.0:80", ("0.0.0.0", 80)), ("[0::1]:8000", ("::1", 8000))])  # noqa: S104
def test_an_address_is_written_as_it_is_read(text, address):
    listen = load(**{f"{P}LISTEN": text}).listen
    assert listen == address
    assert load(**{f"{P}LISTEN": str(listen)}).listen == Address(*address)


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        ("127.0.0.1", ["127.0.0.1/32"]),
        ('["::1", "10.0.0.0/8", "2001:db8::/48"]', ["::1/128", "10.0.0.0/8", "2001:db8::/48"]),
        ("[]", []),
    ],
)
def test_trusted_proxies_are_addresses_and_networks(text, networks):
    assert [*map(str, load(**{f"{P}TRUSTED_PROXIES": text}).trusted_proxies)] == networks
    assert load().trusted_proxies == ()


@pytest.mark.parametrize(
    ("redis", "broker", "queue"),
    [
        ("redis://:pw@h/1", "", "redis://:pw@h/1"),
        ("unix:///run/r.sock?db=2", "", "redis+socket:///run/r.sock?virtual_host=2"),
        ("redis://h", "amqp://u:p@h//", "amqp://u:p@h//"),
    ],
)
def test_the_queue_goes_to_the_broker_else_to_redis(redis, broker, queue):
    settings = load(**{f"{P}REDIS_URL": redis, f"{P}BROKER_URL": broker})
    assert (settings.queue_url, settings.uses_embedded_valkey) == (queue, False)


def test_postgresql_gets_its_driver():
    url = load(**{f"{P}DATABASE_URL": "postgresql://u:long-password@h/d"})
    assert url.database_url.get_secret_value() == "postgresql+psycopg://u:long-password@h/d"
    assert "long-password" in url.secret_values()


@pytest.mark.parametrize("password", ["with/slash", "with?mark", "with#hash", "with%2Fcode"])
def test_a_password_is_masked_whatever_characters_it_has(password):
    url = load(**{f"{P}DATABASE_URL": f"postgresql://u:{password}@h:5432/d"})
    assert {password, unquote(password)} <= set(url.secret_values())


def test_secrets_may_come_from_files(tmp_path):
    (one := tmp_path / "one").write_text(f"{SECRET}\n")
    (two := tmp_path / "two").write_text("first-secret\n\nsecond-secret\n")
    environ = GOOD | {f"{MAIN}HMAC_SECRET_FILE": str(one), f"{COURIER}SECRETS_FILE": str(two)}
    (three := tmp_path / "three").write_text("let-us-see-the-metrics")
    environ |= {f"{P}METRICS_TOKEN_FILE": str(three)}
    del environ[f"{MAIN}HMAC_SECRET"], environ[f"{COURIER}SECRETS"]
    secrets = load_settings(environ).secret_values()
    assert secrets == ("first-secret", "let-us-see-the-metrics", SECRET, "second-secret")


def test_a_secret_file_in_the_environment_replaces_a_secret_of_the_toml_file(toml, tmp_path):
    (tmp_path / "one").write_text(SECRET)
    settings = load_settings({**toml, f"{MAIN}HMAC_SECRET_FILE": str(tmp_path / "one")})
    assert SECRET in settings.secret_values()
    assert "from-the-file" not in settings.secret_values()


def test_a_variable_that_kubernetes_injects_is_no_setting():
    injected = ("SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT", "PORT_8000_TCP", "PORT_8000_TCP_ADDR")
    for prefix in (P, f"{P}RECEIVER_"):
        assert load(**{prefix + name: "tcp://10.0.0.1:8000" for name in injected}) == load()


@pytest.mark.parametrize(("changes", "limit"), [({}, 60), ({"CALLS_PER_MINUTE": "300"}, 300)])
def test_an_account_has_the_limit_of_the_smallest_plan_unless_it_sets_another(changes, limit):
    account = {"PLATFORM": "cekat", "API_KEY": SECRET, **changes}
    settings = load_settings({f"{MAIN}{key}": value for key, value in account.items()})
    assert settings.accounts["main"].calls_per_minute == limit
    assert settings.accounts["main"].identity == ("cekat", "https://api.cekat.ai", SECRET)


def test_an_awalchat_account_has_the_limit_that_is_documented_for_lists():
    assert load_settings(GOOD).accounts["main"].calls_per_minute == 200


@pytest.mark.parametrize(
    ("allow", "number", "most"),
    [
        ("shipment", "", 10_000),
        ("shipment", "5", 5),
        ('["order.accepted", "shipment"]', "", None),
        ("order", "5", 5),
    ],
)
def test_only_a_source_that_reports_no_orders_has_a_bound_of_unknown_ones_unless_it_sets_one(
    allow: str, number: str, most: int | None
):
    own = {f"{COURIER}ALLOW": allow} | ({f"{COURIER}MAX_UNKNOWN": number} if number else {})
    assert max_unknown_of(load_settings({**GOOD, **own}).sources["courier"]) == most


def test_an_account_may_have_status_words_of_its_own(tmp_path):
    in_json = load_settings(GOOD | {f"{MAIN}STATUSES": '{"Packed, ready": "accepted"}'})
    assert in_json.accounts["main"].statuses == {"Packed, ready": "accepted"}
    assert load_settings(GOOD | {f"{MAIN}STATUSES__PACKED": "paid"}).accounts["main"].statuses == {"packed": "paid"}
    config = tmp_path / "fulfillment.toml"
    config.write_text(f"{TOML}[accounts.main.statuses]\npacked = 'accepted'\n")
    file = load_settings({f"{P}CONFIG": str(config)})
    assert file.accounts["main"].statuses == {"packed": "accepted"}


def test_every_setting_is_described():
    rows = describe()
    assert len({(row.key, row.platform) for row in rows}) == len(rows)
    assert {row.key for row in rows if not row.default} == {
        f"accounts.<name>.{key}"
        for key in ("platform", "base_url", "domain", "client_id", "hmac_secret", "phone_number_id", "api_key")
    } | {"sources.<name>.secrets"}
    assert [row.key for row in rows if not row.meaning.endswith(".")] == []
    meaning = "How long closed and settled orders are kept, and deliveries that moved no order."
    assert ("keep", "FULFILLMENT_KEEP", "90d", meaning, "") in rows
