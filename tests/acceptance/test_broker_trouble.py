"""A broker that is frozen or dead: deliveries are taken, workers can be stopped, and all are home soon after."""

from signal import SIGCONT, SIGSTOP, SIGTERM

from tests.support.courier import news
from tests.support.house import House
from tests.support.programs import until
from tests.support.traffic import Traffic
from tests.support.troubles import HOME, calm


def test_deliveries_are_taken_promptly_while_the_broker_is_frozen_and_are_home_soon_after(build):
    house: House = build().open()
    orders = range(1, 21)
    house.sandbox("POST", "/orders", [{"id": n, "payment_status": "paid"} for n in orders])
    house.valkey.send(SIGSTOP)
    answers = [house.courier.post(news(f"evt_{n}", "shipment.delivered", n)) for n in orders]
    assert {answer.status_code for answer in answers} == {202}
    assert max(answer.elapsed.total_seconds() for answer in answers) < 2
    until(lambda: "errand_fails" in house.receiver.output, what="the receiver has noticed")
    assert house.get("/readyz").json() == {"status": "ready", "database": "ok", "broker": "unavailable"}

    house.valkey.send(SIGCONT)
    until(lambda: house.sandbox.statuses() == {"completed"}, within=HOME, what="every order is home")
    until(house.at_rest)
    assert (house.sandbox.totals()["transitions"], house.sandbox.totals()["repeat"]) == (80, 0)


def test_a_worker_ends_well_while_its_broker_is_dead_and_the_next_one_goes_on(build):
    house: House = build().open()
    house.sandbox.fault("delay", seconds=0.5, times=None)
    traffic = Traffic(house, range(1, 9), seed=4).begin()
    until(lambda: house.leases() > 4, what="turns are under way")
    house.valkey.kill()
    traffic.finish()
    house.worker.send(SIGTERM)
    assert house.worker.ends(within=15) == 0
    assert house.leases() == 0, "a turn was cut short"
    assert calm(house.worker, house.receiver)

    house.sandbox.lift_faults()
    house.valkey.start()
    house.worker.start()
    until(lambda: traffic.is_home, within=HOME, what="every order is home")
    traffic.check_journal()
    traffic.check_platform()
