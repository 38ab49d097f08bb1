"""What it takes to connect an awalchat account."""

from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, PositiveInt, StringConstraints

from worker.domain.errors import Unauthorized
from worker.order_api.accounts import Credentials, Examination, Surroundings
from worker.order_api.awalchat.answers import page_in
from worker.order_api.awalchat.auth import AwalchatAuth, Identification, SignedPath
from worker.order_api.awalchat.book import AwalchatBook
from worker.order_api.awalchat.updates import Composer
from worker.order_api.awalchat.vocabulary import STATUSES, read_order_id
from worker.order_api.base_urls import path_of, read_base_url
from worker.order_api.calls import Calls
from worker.order_api.examinations import LOOKED_AT, look
from worker.order_api.orders import Orders
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

    def connect(self, surroundings: Surroundings) -> Orders:
        compose = Composer(surroundings.timezone, self.branch_id)
        return Orders(self.open_book(surroundings), compose, surroundings)

    def open_book(self, surroundings: Surroundings) -> AwalchatBook:
        return AwalchatBook(self._calls(surroundings, self.signed_path), STATUSES.extended(surroundings.statuses))

    def examine(self, surroundings: Surroundings) -> Examination:
        found = _look(self._calls(surroundings, self.signed_path))
        if not isinstance(found.failure, Unauthorized) or not path_of(self.base_url):
            return found
        other = next(way for way in SignedPath if way is not self.signed_path)
        if _look(self._calls(surroundings, other)).failure:
            return found
        return replace(found, advice=f'signed_path = "{other}" works, "{self.signed_path}" does not')

    def _calls(self, surroundings: Surroundings, signed_path: SignedPath) -> Calls:
        caller = Identification(self.domain, self.client_id, self.hmac_secret.get_secret_value().encode())
        unsigned = path_of(self.base_url) if signed_path is SignedPath.AFTER_BASE_URL else b""
        auth = AwalchatAuth(caller, unsigned, surroundings.now)
        everywhere = {"phone_number_id": self.phone_number_id}
        return Calls(f"{self.base_url}/orders", read_order_id, auth, surroundings, everywhere)


def _look(calls: Calls) -> Examination:
    """Read a few orders, and tell how that went."""
    statuses = STATUSES.extended(calls.surroundings.statuses)
    return look(
        calls.surroundings,
        ask=lambda: calls("GET", query={"limit": str(LOOKED_AT)}),
        read=lambda answer, now: page_in(answer, now, now, statuses),
    )
