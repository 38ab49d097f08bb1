"""The orders of one Cekat account: the port `OrderApi`."""

import json

from worker.domain.orders import Reading, Step
from worker.order_api.cekat.answers import is_proven, order_in
from worker.order_api.cekat.book import CekatBook, path_of
from worker.order_api.cekat.calls import Calls
from worker.order_api.cekat.updates import compose
from worker.order_api.envelopes import senseless
from worker.order_api.orders import Orders
from worker.order_api.statuses import StatusTable
from worker.ports import Update


class CekatOrders(Orders):
    """Reads and writes orders, one call for each."""

    def __init__(self, calls: Calls, statuses: StatusTable) -> None:
        super().__init__(CekatBook(calls, statuses), calls.surroundings)
        self._calls, self._statuses = calls, statuses
        self._now = calls.surroundings.now

    def compose(self, step: Step, reading: Reading, *, noted: bool) -> Update:
        return compose(step, reading, noted=noted)

    def write(self, order_id: str, update: Update) -> Reading:
        path, began = path_of(order_id), self._now()
        answer = self._calls("PUT", path, content=json.dumps(dict(update)).encode())
        shown = order_in(answer, order_id, began, self._now(), self._statuses)
        if "status" in update and not is_proven(shown, str(update["status"])):
            raise senseless(answer, "its status_history does not show the status")
        return shown.reading
