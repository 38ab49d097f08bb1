"""One awalchat account that can send calls."""

from dataclasses import dataclass, replace

from worker.domain.errors import Unauthorized
from worker.order_api.account_checks import AccountCheck, check_account
from worker.order_api.account_session import AccountContext, AccountSession
from worker.order_api.adapter import OrderApiAdapter
from worker.order_api.awalchat.auth import AwalchatAuth, Caller
from worker.order_api.awalchat.client import AwalchatOrdersClient
from worker.order_api.awalchat.credentials import AwalchatCredentials, SignedPath
from worker.order_api.awalchat.responses import page_in
from worker.order_api.awalchat.updates import Composer
from worker.order_api.awalchat.vocabulary import STATUSES, read_order_id
from worker.order_api.base_urls import path_of


@dataclass(frozen=True, slots=True)
class AwalchatAccount:
    """Implements `PlatformAccount`."""

    credentials: AwalchatCredentials
    context: AccountContext

    def order_api(self) -> OrderApiAdapter:
        composer = Composer(self.context.timezone, self.credentials.branch_id)
        statuses = STATUSES.extended(self.context.statuses)
        return OrderApiAdapter(self.orders_client(), composer.compose, self.context, statuses)

    def orders_client(self) -> AwalchatOrdersClient:
        return AwalchatOrdersClient(self._session(), STATUSES.extended(self.context.statuses))

    def check(self) -> AccountCheck:
        """Read a few orders. If the platform refuses the credentials, try the other `signed_path` as well."""
        configured = self.credentials.signed_path
        result = self._check(configured)
        if not isinstance(result.failure, Unauthorized) or not path_of(self.credentials.base_url):
            return result
        other = next(signed_path for signed_path in SignedPath if signed_path is not configured)
        if self._check(other).failure:
            return result
        works = f'Set signed_path = "{other}" for this account, and restart the workers: with it, the platform answers.'
        return replace(result, advice=works)

    def _check(self, signed_path: SignedPath) -> AccountCheck:
        session, statuses = self._session(signed_path), STATUSES.extended(self.context.statuses)
        return check_account(
            self.context.now,
            ask=lambda size: session.send("GET", query={"limit": str(size)}),
            read=lambda response, answered_at: page_in(response, answered_at, answered_at, statuses),
        )

    def _session(self, signed_path: SignedPath | None = None) -> AccountSession:
        """Return a session that signs *signed_path*; by default, the one in the settings."""
        credentials = self.credentials
        caller = Caller(credentials.domain, credentials.client_id, credentials.hmac_secret.get_secret_value().encode())
        is_cut = (signed_path or credentials.signed_path) is SignedPath.AFTER_BASE_URL
        auth = AwalchatAuth(caller, path_of(credentials.base_url) if is_cut else b"", self.context.now)
        query = {"phone_number_id": credentials.phone_number_id}
        return AccountSession(f"{credentials.base_url}/orders", read_order_id, auth, self.context, query)
