"""A broker that is frozen or dead: deliveries are taken, workers can be stopped, and all are home soon after."""

from signal import SIGCONT, SIGSTOP, SIGTERM

from tests.support.courier import event_document
from tests.support.installation import Installation
from tests.support.programs import until
from tests.support.traffic import Traffic
from tests.support.troubles import HOME, calm


def test_deliveries_are_taken_promptly_while_the_broker_is_frozen_and_are_home_soon_after(build):
    installation: Installation = build().open()
    orders = range(1, 21)
    installation.sandbox("POST", "/orders", [{"id": n, "payment_status": "paid"} for n in orders])
    installation.valkey.send(SIGSTOP)
    answers = [installation.courier.post(event_document(f"evt_{n}", "shipment.delivered", n)) for n in orders]
    assert {answer.status_code for answer in answers} == {202}
    assert max(answer.elapsed.total_seconds() for answer in answers) < 2
    until(lambda: "errand_fails" in installation.receiver.output, what="the receiver has noticed")
    assert installation.get("/readyz").json() == {"status": "ready", "database": "ok", "broker": "unavailable"}

    installation.valkey.send(SIGCONT)
    until(lambda: installation.sandbox.statuses() == {"completed"}, within=HOME, what="every order is home")
    until(installation.at_rest)
    assert (installation.sandbox.totals()["transitions"], installation.sandbox.totals()["repeat"]) == (80, 0)


def test_a_worker_ends_well_while_its_broker_is_dead_and_the_next_one_goes_on(build):
    installation: Installation = build().open()
    installation.sandbox.fault("delay", seconds=0.5, times=None)
    traffic = Traffic(installation, range(1, 9), seed=4).begin()
    until(lambda: installation.leases() > 4, what="turns are under way")
    installation.valkey.kill()
    traffic.finish()
    installation.worker.send(SIGTERM)
    assert installation.worker.event_results(within=15) == 0
    assert installation.leases() == 0, "a turn was cut short"
    assert calm(installation.worker, installation.receiver)

    installation.sandbox.lift_faults()
    installation.valkey.start()
    installation.worker.start()
    until(lambda: traffic.is_home, within=HOME, what="every order is home")
    traffic.check_journal()
    traffic.check_platform()
