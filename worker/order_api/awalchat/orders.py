"""The orders of one awalchat account: the port `OrderApi`."""

import json

from worker.domain.orders import Reading, Step
from worker.order_api.awalchat.answers import order_in
from worker.order_api.awalchat.book import AwalchatBook, path_of
from worker.order_api.awalchat.calls import Calls
from worker.order_api.awalchat.updates import Composer
from worker.order_api.orders import Orders
from worker.order_api.statuses import StatusTable
from worker.ports import Update


class AwalchatOrders(Orders):
    """Reads and writes orders, one call for each."""

    def __init__(self, calls: Calls, composer: Composer, statuses: StatusTable) -> None:
        super().__init__(AwalchatBook(calls, statuses), calls.surroundings)
        self._calls, self._composer, self._statuses = calls, composer, statuses
        self._now = calls.surroundings.now

    def compose(self, step: Step, reading: Reading, *, noted: bool) -> Update:
        return self._composer(step, reading, noted=noted)

    def write(self, order_id: str, update: Update) -> Reading:
        path, began = path_of(order_id), self._now()
        answer = self._calls("PUT", path, content=json.dumps(dict(update)).encode())
        return order_in(answer, order_id, began, self._now(), self._statuses).reading
