"""No URL switches the verification of a server off, and `ca_file` names the authorities of broker and database."""

from pathlib import Path

import pytest

from tests.support.good_settings import GOOD, P, refusal
from tests.support.peer import CERTIFICATE
from worker.settings import load_settings

SWITCHES_OFF = "must not switch the verification of the server off: name its authority in ca_file instead."
POSTGRESQL = "postgresql+psycopg://u@db/x"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("REDIS_URL", "rediss://h/0?ssl_cert_reqs=none", SWITCHES_OFF),
        ("REDIS_URL", "rediss://h/0?db=1&ssl_check_hostname=False", SWITCHES_OFF),
        ("REDIS_URL", "rediss://h/0?ssl%5fcert_reqs=none", SWITCHES_OFF),
        ("REDIS_URL", "rediss://h/0?ssl_cert_reqs=%6eone", SWITCHES_OFF),
        ("REDIS_URL", "rediss://h/0?ssl_cert_reqs=required&ssl_cert_reqs=none", SWITCHES_OFF),
        ("REDIS_URL", "rediss://h/0?ssl_check_hostname=0", SWITCHES_OFF),
        ("REDIS_URL", "rediss://h/0?ssl_check_hostname=no", SWITCHES_OFF),
        ("REDIS_URL", "rediss://h/0?ssl_check_hostname=", SWITCHES_OFF),
        ("BROKER_URL", "rediss://h/0?ssl_cert_reqs=CERT_NONE", SWITCHES_OFF),
        ("BROKER_URL", "amqps://a//;amqps://b//?ssl_cert_reqs=optional", SWITCHES_OFF),
        ("CA_FILE", "ca.pem", "must be an absolute path."),
        ("CA_FILE", "/nowhere/ca.pem", "must name an existing file."),
        ("CA_FILE", str(Path(__file__)), "must name a file with certificates in PEM."),
    ],
)
def test_a_setting_by_which_nobody_is_verified_is_refused(name, value, sentence):
    assert refusal(GOOD | {P + name: value}) == f"{P}{name} {sentence}"


def test_a_url_that_demands_verification_is_accepted():
    url = "rediss://h/0?ssl_cert_reqs=required&ssl_check_hostname=true"
    assert load_settings(GOOD | {f"{P}REDIS_URL": url}).queue_url == url


@pytest.mark.parametrize(
    ("url", "ending"),
    [
        (POSTGRESQL, f"/x?sslrootcert={str(CERTIFICATE).replace('/', '%2F')}"),
        (f"{POSTGRESQL}?sslmode=verify-full", f"&sslrootcert={str(CERTIFICATE).replace('/', '%2F')}"),
        (f"{POSTGRESQL}?sslrootcert=/own.pem", "/x?sslrootcert=/own.pem"),
        ("sqlite:////x.db", "sqlite:////x.db"),
    ],
)
def test_the_file_is_that_of_the_database_as_well_unless_its_url_names_one(url, ending):
    settings = load_settings(GOOD | {f"{P}CA_FILE": str(CERTIFICATE), f"{P}DATABASE_URL": url})
    assert settings.database_url.get_secret_value().endswith(ending)
    assert settings.ca_file == str(CERTIFICATE)
