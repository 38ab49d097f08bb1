"""Where a server that is not ours starts us, what can be foreseen ends in one sentence."""

import pytest

from tests.support.good_settings import GOOD, P
from webhook_receiver import wsgi
from worker.domain.errors import StoreUnavailable
from worker.processes.exits import UNREACHABLE
from worker.queue.wake_ups import BrokerUnavailable
from worker.service.wiring import LOOK_EVERY, Readiness


@pytest.mark.parametrize("change", [{}, {"HELLO": "1"}], ids=["no schema", "no such setting"])
def test_the_application_refuses_to_be_opened_in_one_sentence(monkeypatch, capsys, tmp_path, change):
    for name, value in (
        GOOD | {f"{P}DATA_DIR": str(tmp_path)} | {P + key: value for key, value in change.items()}
    ).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        _ = wsgi.app
    assert ended.value.code == UNREACHABLE  # the one code that keeps gunicorn from starting us again and again
    sentence = capsys.readouterr().err
    assert sentence.startswith("fulfillment: ")
    assert sentence.count("\n") == 1


def test_readiness_names_each_part_and_looks_once_a_second_however_often_it_is_asked(monkeypatch):
    looks = []

    def database():
        looks.append("database")
        raise StoreUnavailable("locked")

    def broker():
        looks.append("broker")
        raise BrokerUnavailable("away")

    now = [100.0]
    monkeypatch.setattr("worker.service.wiring.time.monotonic", lambda: now[0])
    ready = Readiness(database=database, broker=broker, store=lambda: None)
    expected = {"database": "unavailable", "broker": "unavailable", "store": "ok"}
    assert [ready() for _ in range(5)] == 5 * [expected]
    assert looks == ["database", "broker"]
    now[0] += LOOK_EVERY * 1.1
    assert ready() == expected
    assert len(looks) == 4
