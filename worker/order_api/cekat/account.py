"""One Cekat account that can send calls."""

from dataclasses import dataclass

from worker.order_api.account_checks import SAMPLE_SIZES, AccountCheck, check_account
from worker.order_api.account_session import AccountContext, AccountSession
from worker.order_api.adapter import OrderApiAdapter
from worker.order_api.cekat.auth import BearerAuth
from worker.order_api.cekat.client import CekatOrdersClient
from worker.order_api.cekat.credentials import CekatCredentials
from worker.order_api.cekat.responses import page_in
from worker.order_api.cekat.updates import compose
from worker.order_api.cekat.vocabulary import STATUSES, read_order_id


@dataclass(frozen=True, slots=True)
class CekatAccount:
    """Implements `PlatformAccount`."""

    credentials: CekatCredentials
    context: AccountContext

    def order_api(self) -> OrderApiAdapter:
        statuses = STATUSES.extended(self.context.statuses)
        return OrderApiAdapter(self.orders_client(), compose, self.context, statuses)

    def orders_client(self) -> CekatOrdersClient:
        return CekatOrdersClient(self._session(), STATUSES.extended(self.context.statuses))

    def check(self) -> AccountCheck:
        """Read a few orders. The platform's documentation leaves no setting open."""
        session, statuses = self._session(), STATUSES.extended(self.context.statuses)
        return check_account(
            self.context.now,
            ask=lambda size: session.send("GET", query={"limit": str(size)}),
            read=lambda response, answered_at: page_in(response, SAMPLE_SIZES[0], answered_at, answered_at, statuses),
        )

    def _session(self) -> AccountSession:
        auth = BearerAuth(self.credentials.api_key.get_secret_value())
        orders_url = f"{self.credentials.base_url}/api/orders"
        return AccountSession(orders_url, read_order_id, auth, self.context, mask=auth.masked)
