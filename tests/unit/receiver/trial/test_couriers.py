"""A trial says of every courier's deliveries what the receiver makes of them, without a secret in its words."""

import pytest

from tests.support.couriers.everyone import COURIERS
from tests.support.couriers.receiving import AGO, NOW, Receiver, received, request_of
from tests.support.couriers.samples import Courier
from tests.support.trials import texts
from webhook_receiver.profiles.schema.model import ProfileFile
from webhook_receiver.profiles.trial.request import try_request
from webhook_receiver.profiles.trial.steps import Subject
from worker.domain.instants import instant_of

every_courier = pytest.mark.parametrize("courier", COURIERS, ids=[courier.profile for courier in COURIERS])


def subject_of(courier: Courier) -> Subject:
    source = Receiver(courier).source
    assert isinstance(source.profile, ProfileFile)
    secrets = {method: [secret] for method, secret in courier.secrets.items()}
    return Subject(source.profile, source, secrets, instant_of(NOW))


@every_courier
def test_the_trial_agrees_with_the_receiver(courier: Courier):
    subject = subject_of(courier)
    for sample in courier.samples(AGO):
        trial = try_request(subject, request_of(sample.sent, courier.profile))
        result = received(courier, sample.sent)
        assert (trial.outcome, trial.reason) == (result.outcome, result.reason), sample.title
        assert tuple(trial.events) == result.events
        assert all(one.is_well for one in trial.steps) == (result.outcome not in {"refused", "quarantined"})


@every_courier
def test_no_secret_is_in_a_trial(courier: Courier):
    subject = subject_of(courier)
    for sample in courier.samples(AGO):
        shown = texts(try_request(subject, request_of(sample.sent, courier.profile)))
        assert not [secret for secret in courier.secrets.values() if secret in shown]
        long_values = [value for value in sample.sent.headers.values() if len(value) > 30]
        assert not [value for value in long_values if value in shown]
