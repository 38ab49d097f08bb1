"""Doctor warns of brokers and databases elsewhere on the Internet that need to prove nothing."""

import pytest

from worker.operations.doctor.checks import Verdict
from worker.operations.doctor.encryption import judge_encryption

SQLITE = "sqlite:////x.db"
FAR = "postgresql+psycopg://u:secret-password@db.example.com/x"


@pytest.mark.parametrize(
    ("broker", "database", "parts"),
    [
        ("redis://:secret-password@queue.example.com/0", SQLITE, ["broker"]),
        ("amqp://u:secret-password@queue.example.com//;amqps://queue2.example.com//", SQLITE, ["broker"]),
        ("rediss://queue.example.com/0", f"{FAR}?sslmode=require", ["database"]),
        ("redis://queue.example.com", f"{FAR}?sslmode=prefer", ["broker", "database"]),
        ("redis://queue.example.com/0?ssl_cert_reqs=required", f"{FAR}?sslmode=verify-full", []),
        ("redis://redis/0", FAR, []),
        ("redis+socket:///run/valkey.sock", "postgresql+psycopg://u@db/x?sslmode=disable", []),
        ("", SQLITE, []),
    ],
)
def test_what_crosses_the_internet_in_the_open_is_named(broker, database, parts):
    checks = list(judge_encryption(broker, database))
    assert [check.name for check in checks] == parts
    assert {check.verdict for check in checks} <= {Verdict.WARN}
    assert "secret-password" not in repr(checks)
