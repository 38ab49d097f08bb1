"""A broker that is frozen or dead: deliveries are accepted, workers can be stopped, and every order is completed."""

from signal import SIGCONT, SIGSTOP, SIGTERM

from tests.support.courier import event_document
from tests.support.installation import Installation, patient
from tests.support.kills import COMPLETE_WITHIN_SECONDS, logs_are_clean
from tests.support.programs import until
from tests.support.traffic import Traffic


def test_deliveries_are_accepted_promptly_while_the_broker_is_frozen_and_orders_are_completed_soon_after(build):
    installation: Installation = build(**patient()).open()
    orders = range(1, 21)
    installation.sandbox("POST", "/orders", [{"id": n, "payment_status": "paid"} for n in orders])
    installation.valkey.send(SIGSTOP)
    answers = [installation.courier.post(event_document(f"evt_{n}", "shipment.delivered", n)) for n in orders]
    assert {answer.status_code for answer in answers} == {202}
    assert max(answer.elapsed.total_seconds() for answer in answers) < 4.5, "the broker's timeout is 5 s"
    until(lambda: "background_task_failed" in installation.receiver.output, what="the receiver notices")
    assert installation.get("/readyz").json() == {"status": "ready", "database": "ok", "broker": "unavailable"}

    installation.valkey.send(SIGCONT)
    until(
        lambda: installation.sandbox.statuses() == {"completed"},
        COMPLETE_WITHIN_SECONDS,
        what="every order is completed",
    )
    until(installation.at_rest)
    assert (installation.sandbox.totals()["transitions"], installation.sandbox.totals()["repeat"]) == (80, 0)


def test_a_worker_finishes_its_reconciliations_while_its_broker_is_dead_and_the_next_worker_goes_on(build):
    installation: Installation = build().open()
    installation.sandbox.fault("delay", seconds=0.5, times=None)
    traffic = Traffic(installation, range(1, 9), seed=4).begin()
    until(lambda: installation.leases() > 4, what="reconciliations are under way")
    installation.valkey.kill()
    traffic.finish()
    installation.worker.send(SIGTERM)
    assert installation.worker.exit_code() == 0
    assert installation.leases() == 0, "a reconciliation was interrupted"
    assert logs_are_clean(installation.worker, installation.receiver)

    installation.sandbox.lift_faults()
    installation.valkey.start()
    installation.worker.start()
    until(lambda: traffic.is_complete, COMPLETE_WITHIN_SECONDS, what="every order is completed")
    traffic.check_database()
    traffic.check_platform()
