"""Hands whole requests to those who answer them."""

from collections.abc import Callable
from typing import Any

from webhook_receiver.server.answering import AnsweringThread
from webhook_receiver.server.channel import Channel


class Dispatch:
    """Who answers what: flawed requests at once, deliveries one thread in groups, and all others the threads of *pool*.

    Requests whose path begins with one of *grouped* are deliveries. *after_group* is called after each group.
    """

    def __init__(self, pool: Any, grouped: tuple[str, ...], after_group: Callable[[], object]) -> None:  # noqa: ANN401
        self._pool, self._grouped = pool, grouped
        self.answering = AnsweringThread(after_group)
        self._whole: list[Channel] = []
        """The connections whose requests became whole in this round of the loop."""

    def is_delivery(self, request: Any) -> bool:  # noqa: ANN401 - waitress has no types
        """Tell whether *request* is one."""
        return bool(request.path.startswith(self._grouped))

    def add(self, channel: Channel) -> None:
        """Let *channel*, whose request is whole, wait for the end of the round."""
        self._whole.append(channel)

    def hand_on(self) -> None:
        """End a round of the loop: its deliveries are handed on together."""
        channels, self._whole = self._whole, []
        deliveries = [channel for channel in channels if not self._answers_otherwise(channel)]
        if deliveries:
            self.answering.add(deliveries)

    def _answers_otherwise(self, channel: Channel) -> bool:
        """Have the request answered unless it is a delivery, and tell whether it is none, or its sender is gone."""
        request = next(iter(channel.requests), None)
        if request is None:
            return True
        if request.error:
            guarded(channel, channel.service)
            return True
        if self.is_delivery(request):
            return False
        self._pool.add_task(channel)
        return True


def guarded(channel: Channel, act: Callable[..., object], *arguments: object) -> None:
    """Close *channel* if *act* breaks, because the others must be served. waitress guards what it calls itself."""
    try:
        act(*arguments)
    except Exception:  # noqa: BLE001 - it is logged
        channel.handle_error()
