"""Whatever dies under traffic, at whatever moment: nothing is lost, nothing doubled, all are home within a minute."""

import pytest

from tests.house import House
from tests.troubles import befall, killed


@pytest.mark.parametrize("seed", [1])
def test_kill_9_of_everything_and_a_flushed_broker_lose_nothing_and_double_nothing(build, seed):
    house: House = build().open()
    traffic = befall(
        house,
        seed,
        killed(house.worker),
        killed(house.worker),
        killed(house.receiver),
        killed(house.valkey),
        killed(house.valkey),
        killed(house.valkey, house.receiver, house.worker),
        house.store.flushall,
    )
    traffic.check_journal()
    traffic.check_platform()
    assert house.courier.retries > 0, "no sender had to insist"
    assert "Traceback" not in house.worker.said + house.receiver.said
