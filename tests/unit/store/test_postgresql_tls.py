"""Which proof a PostgreSQL server must give, if its URL says nothing about it."""

import pytest
from sqlalchemy import make_url

from worker.store.database import postgresql_tls
from worker.store.database.postgresql_tls import tls_arguments, with_advice

FAR = "postgresql+psycopg://u:p@db.example.com/x"
VERIFIED = {"sslmode": "verify-full", "sslrootcert": "system"}


@pytest.fixture(autouse=True)
def no_bundles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql_tls, "BUNDLES", ())


@pytest.mark.parametrize(
    ("url", "arguments"),
    [
        (FAR, VERIFIED),
        (f"{FAR}?hostaddr=127.0.0.1", VERIFIED),
        ("postgresql+psycopg://u:p@/x?host=db1.example.com:5432&host=10.0.0.1:5432", VERIFIED),
        ("postgresql+psycopg://u:p@/x?host=10.0.0.1,db1.example.com", VERIFIED),
        (f"{FAR}?sslrootcert=/ca.pem", {"sslmode": "verify-full"}),
        (f"{FAR}?sslmode=verify-full", {"sslrootcert": "system"}),
        (f"{FAR}?sslmode=require", {}),
        (f"{FAR}?sslmode=disable", {}),
        (f"{FAR}?service=shop", {}),
        ("postgresql+psycopg://u:p@db/x", {"require_auth": "!password"}),
        ("postgresql+psycopg://u:p@127.0.0.1:5433/x", {"require_auth": "!password"}),
        ("postgresql+psycopg:///x?host=/run/postgresql", {"require_auth": "!password"}),
        ("postgresql+psycopg://u:p@/x?host=db1.internal:5432&host=db2.internal", {"require_auth": "!password"}),
        ("postgresql+psycopg://u:p@db/x?require_auth=password", {}),
    ],
)
def test_what_the_url_leaves_open_is_verified(url, arguments):
    assert tls_arguments(make_url(url), {}) == arguments


def test_variables_of_the_operator_count_as_well():
    assert tls_arguments(make_url(FAR), {"PGSSLMODE": "require"}) == {}
    assert tls_arguments(make_url("postgresql://u@db/x"), {"PGREQUIREAUTH": "password"}) == {}


def test_the_bundle_of_the_machine_is_named(tmp_path):
    bundle = tmp_path / "bundle.crt"
    bundle.touch()
    assert tls_arguments(make_url(FAR), {"SSL_CERT_FILE": str(bundle)})["sslrootcert"] == str(bundle)


def test_only_a_server_without_a_proof_gets_the_advice():
    assert with_advice(OSError("connection refused")) == "connection refused"
    assert "sslmode" in with_advice(OSError("server does not support SSL, but SSL was required\n"))
