"""What it takes to connect a Cekat account."""

from typing import Annotated

from pydantic import AfterValidator, SecretStr

from worker.order_api.account_checks import SAMPLE_SIZE, look
from worker.order_api.account_session import AccountSession
from worker.order_api.accounts import AccountCheck, AccountContext, Credentials
from worker.order_api.adapter import OrderApiAdapter
from worker.order_api.base_urls import read_base_url
from worker.order_api.cekat.answers import page_in
from worker.order_api.cekat.auth import BearerAuth
from worker.order_api.cekat.client import CekatOrdersClient
from worker.order_api.cekat.updates import compose
from worker.order_api.cekat.vocabulary import STATUSES, read_order_id
from worker.secret import Secret


def _read_key(key: SecretStr) -> SecretStr:
    """Refuse what no header can hold."""
    text = key.get_secret_value()
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("must be made of ASCII letters, digits and marks, without spaces")
    return key


class CekatCredentials(Credentials):
    """One business at Cekat."""

    base_url: Annotated[str, AfterValidator(read_base_url)] = "https://api.cekat.ai"
    """The URL before `/api/orders`: HTTPS, unless it names this machine."""
    api_key: Annotated[Secret, AfterValidator(_read_key)]
    """The key that proves who calls, sent as a bearer token."""

    @property
    def identity(self) -> tuple[str, ...]:
        return self.base_url, self.api_key.get_secret_value()

    def connect(self, context: AccountContext) -> OrderApiAdapter:
        return OrderApiAdapter(self.orders_client(context), compose, context)

    def orders_client(self, context: AccountContext) -> CekatOrdersClient:
        return CekatOrdersClient(self._calls(context), STATUSES.extended(context.statuses))

    def examine(self, context: AccountContext) -> AccountCheck:
        calls, statuses = self._calls(context), STATUSES.extended(context.statuses)
        return look(
            context,
            ask=lambda: calls("GET", query={"limit": str(SAMPLE_SIZE)}),
            read=lambda answer, now: page_in(answer, SAMPLE_SIZE, now, now, statuses),
        )

    def _calls(self, context: AccountContext) -> AccountSession:
        auth = BearerAuth(self.api_key.get_secret_value())
        return AccountSession(f"{self.base_url}/api/orders", read_order_id, auth, context, mask=auth.masked)
