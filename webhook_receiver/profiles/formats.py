"""The format of a source: how its deliveries are authenticated and read."""

from typing import Protocol

from webhook_receiver.profiles.declared import DeclaredFormat
from webhook_receiver.profiles.engine.authentication import Authentic
from webhook_receiver.profiles.native import NativeFormat
from webhook_receiver.profiles.schema.model import AnswerTable, ProfileFile
from webhook_receiver.requests import Request
from webhook_receiver.sources import Source
from worker.domain.errors import SettingsError
from worker.domain.instants import Instant
from worker.domain.reasons import RefusalReason
from worker.ports import Delivery


class Format(Protocol):
    """What the receiver does with the deliveries of one source, in the order of the methods. Nothing here raises."""

    @property
    def methods(self) -> frozenset[str]:
        """The HTTP methods that are not answered 405."""

    def is_probe(self, request: Request) -> bool:
        """Tell whether *request* only checks our URL: it is answered 200 before it is authenticated."""

    def challenge(self, request: Request) -> str:
        """Return the challenge with which the platform verifies our URL; empty when *request* is something else."""

    def authenticate(self, request: Request) -> Authentic | None:
        """Return what authenticates *request*; None when it is not authentic."""

    def why_refused(self, request: Request) -> RefusalReason:
        """Return what is wrong with a *request* that is not authentic."""

    def headers(self, request: Request) -> str:
        """Return what is kept of the headers of an authentic *request*: see `kept_headers`."""

    @property
    def captures(self) -> bool:
        """Whether deliveries are only kept, to be looked at."""

    def read(self, body: bytes, received_at: Instant, outer: object = None) -> Delivery:
        """Return the delivery in *body*: its events, its problem, or neither when it is of no interest.

        *outer* is that of `Authentic`: a body that was read to authenticate it is not read again.
        """

    @property
    def answer(self) -> AnswerTable | None:
        """What an authentic delivery is answered; None: by its outcome."""


def format_of(source: Source) -> Format:
    """Return the format of *source*. Raises `SettingsError` when its rules do not fit its profile."""
    if not isinstance(source.profile, ProfileFile):
        return NativeFormat(source.profile, source)
    try:
        return DeclaredFormat(source.profile, source)
    except ValueError as error:
        raise SettingsError(f"sources.{source.name} does not fit its profile: it {error}.") from error
