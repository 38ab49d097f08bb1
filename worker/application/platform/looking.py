"""Looks at one order at its platform, with the operator's call budget."""

from worker.application.context import Context
from worker.application.platform.budget import MAX_WAIT
from worker.application.platform.client import open_orders_client
from worker.domain.errors import IllegalRequest, Transient
from worker.domain.instants import Duration
from worker.domain.orders import OrderKey
from worker.order_api.platforms import PLATFORMS


def look_at(context: Context, key: OrderKey, max_wait: Duration = MAX_WAIT) -> str:
    """Return the status that the platform shows for the order *key*. It waits for the call budget at most *max_wait*.

    Raises `ApiError`, `IllegalRequest` and `StoreError`.
    """
    account = context.settings.accounts.get(key.account)
    if account is None:
        raise Transient(f"the settings do not name the account {key.account}")
    try:
        order_id = PLATFORMS[account.platform].read_order_id(key.order_id)
    except ValueError as error:
        raise IllegalRequest(f"“{key.order_id}” {error}") from error
    with open_orders_client(context.database, key.account, account, context.tell) as (client, budget):
        budget.await_call(max_wait)
        return client.show(order_id).reading.status
