"""How the application refuses to start, and the readiness of the receiver's parts."""

import pytest

from tests.support.good_settings import GOOD, P
from webhook_receiver import wsgi
from webhook_receiver.wiring import CHECK_EVERY_SECONDS, Readiness
from worker.domain.errors import StoreUnavailable
from worker.processes.exits import UNREACHABLE
from worker.queue.wake_ups import BrokerUnavailable


@pytest.mark.parametrize("change", [{}, {"HELLO": "1"}], ids=["no schema", "no such setting"])
def test_the_application_refuses_to_start_in_one_sentence(monkeypatch, capsys, tmp_path, change):
    environ = GOOD | {f"{P}DATA_DIR": str(tmp_path)} | {P + key: value for key, value in change.items()}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as exit_info:
        _ = wsgi.app
    assert exit_info.value.code == UNREACHABLE  # after this code, gunicorn starts no further worker
    sentence = capsys.readouterr().err
    assert sentence.startswith("fulfillment: ")
    assert sentence.count("\n") == 1


def test_readiness_shows_each_part_and_checks_it_at_most_once_a_second(monkeypatch):
    checks = []

    def database():
        checks.append("database")
        raise StoreUnavailable("locked")

    def broker():
        checks.append("broker")
        raise BrokerUnavailable("away")

    now = [100.0]
    monkeypatch.setattr("webhook_receiver.wiring.time.monotonic", lambda: now[0])
    ready = Readiness(database=database, broker=broker, store=lambda: None)
    expected = {"database": "unavailable", "broker": "unavailable", "store": "ok"}
    assert [ready.states() for _ in range(5)] == 5 * [expected]
    assert checks == ["database", "broker"]
    now[0] += CHECK_EVERY_SECONDS * 1.1
    assert ready.states() == expected
    assert len(checks) == 4
