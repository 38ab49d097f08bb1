"""What it takes to connect an awalchat account."""

from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, PositiveInt, StringConstraints

from worker.domain.errors import Unauthorized
from worker.order_api.account_checks import SAMPLE_SIZE, look
from worker.order_api.account_session import AccountSession
from worker.order_api.accounts import AccountCheck, AccountContext, Credentials
from worker.order_api.adapter import OrderApiAdapter
from worker.order_api.awalchat.answers import page_in
from worker.order_api.awalchat.auth import AwalchatAuth, Identification, SignedPath
from worker.order_api.awalchat.client import AwalchatOrdersClient
from worker.order_api.awalchat.updates import Composer
from worker.order_api.awalchat.vocabulary import STATUSES, read_order_id
from worker.order_api.base_urls import path_of, read_base_url
from worker.secret import Secret

HeaderWord = Annotated[str, StringConstraints(pattern="^[!-~]{1,200}\\z")]
QueryWord = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{1,64}\\z")]


class AwalchatCredentials(Credentials):
    """One merchant's workspace at awalchat."""

    base_url: Annotated[str, AfterValidator(read_base_url)]
    """The URL before `/orders`: HTTPS, unless it names this machine."""
    domain: HeaderWord
    """The workspace, sent as `X-Domain`."""
    client_id: HeaderWord
    """The client, sent as `X-Client-ID`."""
    hmac_secret: Secret
    """The secret that signs our calls."""
    phone_number_id: QueryWord
    """The phone number whose orders these are."""
    signed_path: SignedPath = SignedPath.FULL
    """The path that is signed: `full`, or `after_base_url`; `doctor` finds out."""
    branch_id: PositiveInt | None = None
    """The branch that is named in every write."""

    @property
    def identity(self) -> tuple[str, ...]:
        return self.base_url, self.domain, self.phone_number_id

    def connect(self, context: AccountContext) -> OrderApiAdapter:
        compose = Composer(context.timezone, self.branch_id)
        return OrderApiAdapter(self.orders_client(context), compose, context)

    def orders_client(self, context: AccountContext) -> AwalchatOrdersClient:
        return AwalchatOrdersClient(self._calls(context, self.signed_path), STATUSES.extended(context.statuses))

    def examine(self, context: AccountContext) -> AccountCheck:
        found = _look(self._calls(context, self.signed_path))
        if not isinstance(found.failure, Unauthorized) or not path_of(self.base_url):
            return found
        other = next(way for way in SignedPath if way is not self.signed_path)
        if _look(self._calls(context, other)).failure:
            return found
        return replace(found, advice=f'signed_path = "{other}" works, "{self.signed_path}" does not')

    def _calls(self, context: AccountContext, signed_path: SignedPath) -> AccountSession:
        caller = Identification(self.domain, self.client_id, self.hmac_secret.get_secret_value().encode())
        unsigned = path_of(self.base_url) if signed_path is SignedPath.AFTER_BASE_URL else b""
        auth = AwalchatAuth(caller, unsigned, context.now)
        everywhere = {"phone_number_id": self.phone_number_id}
        return AccountSession(f"{self.base_url}/orders", read_order_id, auth, context, everywhere)


def _look(calls: AccountSession) -> AccountCheck:
    """Read a few orders, and tell how that went."""
    statuses = STATUSES.extended(calls.context.statuses)
    return look(
        calls.context,
        ask=lambda: calls("GET", query={"limit": str(SAMPLE_SIZE)}),
        read=lambda answer, now: page_in(answer, now, now, statuses),
    )
