"""Which brokers may carry wake-ups."""

import pytest

from worker.domain.errors import SettingsError
from worker.queue.celery_config import make_celery

SECRET = "long-password"


@pytest.mark.parametrize("kind", ["foo", "foo+bar", "sqs", "sentinel", "valkey"])
def test_a_broker_without_a_transport_is_refused_in_one_sentence(kind):
    with pytest.raises(SettingsError) as refused:
        make_celery(f"{kind}://u:{SECRET}@h/")
    assert str(refused.value).startswith(f"broker_url begins with {kind.partition('+')[0]}://, ")
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("url", ["redis://h", "rediss://h", "redis+socket:///s", "amqp://h//", "memory://"])
def test_a_broker_that_celery_knows_is_accepted(url):
    assert make_celery(url).conf.task_default_queue == "fulfillment"
