"""What it takes to connect a Cekat account."""

from typing import Annotated

from pydantic import AfterValidator, SecretStr

from worker.order_api.accounts import Credentials, Examination, Surroundings
from worker.order_api.base_urls import read_base_url
from worker.order_api.calls import Calls
from worker.order_api.cekat.answers import page_in
from worker.order_api.cekat.auth import BearerAuth
from worker.order_api.cekat.book import CekatBook
from worker.order_api.cekat.updates import compose
from worker.order_api.cekat.vocabulary import STATUSES, read_order_id
from worker.order_api.examinations import LOOKED_AT, look
from worker.order_api.orders import Orders
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

    def connect(self, surroundings: Surroundings) -> Orders:
        return Orders(self.open_book(surroundings), compose, surroundings)

    def open_book(self, surroundings: Surroundings) -> CekatBook:
        return CekatBook(self._calls(surroundings), STATUSES.extended(surroundings.statuses))

    def examine(self, surroundings: Surroundings) -> Examination:
        calls, statuses = self._calls(surroundings), STATUSES.extended(surroundings.statuses)
        return look(
            surroundings,
            ask=lambda: calls("GET", query={"limit": str(LOOKED_AT)}),
            read=lambda answer, now: page_in(answer, LOOKED_AT, now, now, statuses),
        )

    def _calls(self, surroundings: Surroundings) -> Calls:
        auth = BearerAuth(self.api_key.get_secret_value())
        return Calls(f"{self.base_url}/api/orders", read_order_id, auth, surroundings, mask=auth.masked)
