"""Creates the sample orders, one after another, while the playground runs."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import partial

import structlog

from worker.cli.demo.clients import SandboxClient, WebhookClient
from worker.cli.demo.errors import DemoFailed
from worker.cli.demo.script import Signature
from worker.cli.demo.senders import Sender
from worker.cli.playground.folder import Playground
from worker.cli.playground.samples import REFUSAL, SAMPLES, Sample, created, document
from worker.cli.playground.shop import COURIER, PLATFORM, SHOP
from worker.domain.signing import SIGNATURE_METHOD

log = structlog.get_logger()

MAX_ATTEMPTS = 120
"""How often a step is tried. One that fails for so long, a minute or more, is left out."""


class Play:
    """The sample orders of *playground*, whose receiver is at the URL *receiver*. Close it after use."""

    def __init__(self, playground: Playground, receiver: str) -> None:
        self._playground = playground
        self._sandbox, self._webhooks = SandboxClient(SHOP, playground.sandbox), WebhookClient(receiver)
        self._steps = iter([step for sample in SAMPLES for step in self._steps_of(sample)])
        self._step: Callable[[], object] | None = next(self._steps)
        self._attempts = 0

    def close(self) -> None:
        """Close every connection."""
        with closing(self._sandbox), closing(self._webhooks):
            self._step = None

    def go_on(self) -> None:
        """Take the next step. One that fails is tried again at the next call, because a process may not be ready yet.

        Never fails, and takes as long as one call over the network of this machine.
        """
        if self._step is None:
            return
        try:
            self._step()
        except DemoFailed as error:
            self._attempts += 1
            if self._attempts < MAX_ATTEMPTS:
                return
            log.warning("sample_left_out", detail=str(error))
        self._attempts, self._step = 0, next(self._steps, None)

    def _steps_of(self, sample: Sample) -> Iterator[Callable[[], object]]:
        yield partial(self._sandbox.create, sample.order_id, sample.new_order)
        if sample.refused_writes:
            fault = {"kind": "status", "code": 422, "body": REFUSAL, "times": sample.refused_writes}
            match = {"method": "PUT", "status": "shipped"}
            yield partial(self._sandbox.inject_fault, sample.order_id, match, fault)
        yield partial(self._post, PLATFORM, partial(created, sample.order_id))
        for news in sample.news:
            yield partial(self._post, COURIER, partial(document, sample, news), news.signature)

    def _post(
        self, sender: Sender, compose: Callable[[], Mapping[str, object]], signature: Signature = "valid"
    ) -> None:
        secrets = {SIGNATURE_METHOD: self._playground.source_secrets[sender.source]}
        self._webhooks.post(sender.source, sender.request(compose(), secrets, signature))
