"""What it takes to connect an awalchat account."""

from typing import Annotated

from pydantic import AfterValidator, PositiveInt, StringConstraints

from worker.domain.errors import ApiError, Unauthorized
from worker.domain.instants import SECOND
from worker.order_api.accounts import Credentials, Examination, Surroundings
from worker.order_api.awalchat.answers import content_of
from worker.order_api.awalchat.auth import AwalchatAuth, Identification, SignedPath
from worker.order_api.awalchat.calls import Calls
from worker.order_api.awalchat.orders import AwalchatOrders, list_one
from worker.order_api.awalchat.updates import Composer
from worker.order_api.base_urls import path_of, read_base_url
from worker.order_api.rate_limits import date_of
from worker.secret import Secret

HALF_A_SECOND = SECOND // 2

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

    def connect(self, surroundings: Surroundings) -> AwalchatOrders:
        composer = Composer(surroundings.timezone, self.branch_id)
        return AwalchatOrders(self._calls(surroundings, self.signed_path), composer)

    def examine(self, surroundings: Surroundings) -> Examination:
        failure, ahead = _try(self._calls(surroundings, self.signed_path))
        if not isinstance(failure, Unauthorized) or not path_of(self.base_url):
            return Examination(failure, clock_ahead=ahead)
        other = next(way for way in SignedPath if way is not self.signed_path)
        refused, _ = _try(self._calls(surroundings, other))
        advice = "" if refused else f'signed_path = "{other}" works, "{self.signed_path}" does not'
        return Examination(failure, advice, ahead)

    def _calls(self, surroundings: Surroundings, signed_path: SignedPath) -> Calls:
        caller = Identification(self.domain, self.client_id, self.hmac_secret.get_secret_value().encode())
        unsigned = path_of(self.base_url) if signed_path is SignedPath.AFTER_BASE_URL else b""
        auth = AwalchatAuth(caller, unsigned, surroundings.now)
        return Calls(self.base_url, self.phone_number_id, auth, surroundings)


def _try(calls: Calls) -> tuple[ApiError | None, int | None]:
    """Return how one harmless read failed, if it did, and by how much our clock is ahead, if it could be told."""
    ahead = None
    try:
        answer = list_one(calls)
        now, date = calls.surroundings.now(), date_of(answer.headers)
        # `Date` is cut to whole seconds: on average the platform's clock is half a second further.
        ahead = None if date is None else now - date - HALF_A_SECOND
        content_of(answer, now)
    except ApiError as error:
        return error, ahead
    return None, ahead
