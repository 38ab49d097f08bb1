"""The format of a source whose profile is a file."""

from collections.abc import Sequence
from functools import reduce

from webhook_receiver.profiles.engine.authentication import Authentic, OpenedRequest, authenticate, why_refused
from webhook_receiver.profiles.engine.documents import elements, read_outer, unwrapped
from webhook_receiver.profiles.engine.paths import Position
from webhook_receiver.profiles.kept_headers import kept_headers
from webhook_receiver.profiles.orders import as_reported
from webhook_receiver.profiles.reading import ElementReader, ElementReading
from webhook_receiver.profiles.schema.compilation import interest_of, methods_of, secret_headers_of
from webhook_receiver.profiles.schema.model import AnswerTable, ProfileFile
from webhook_receiver.requests import Request
from webhook_receiver.sources import Source
from worker.domain.errors import Unusable
from worker.domain.instants import Instant
from worker.domain.reasons import QuarantineReason, RefusalReason
from worker.ports import Delivery


class DeclaredFormat:
    """Authenticates and reads the deliveries of one source by its profile, which is compiled once."""

    def __init__(self, profile: ProfileFile, source: Source) -> None:
        self.profile, self._source = profile, source
        self._methods = methods_of(profile, source.secrets, source.options)
        self._interest = interest_of(profile.document)
        self._secret_headers = secret_headers_of(profile, source.options)
        self._reader = ElementReader(profile, profile.status, source) if profile.status else None

    @property
    def methods(self) -> frozenset[str]:
        """The HTTP methods that are not answered 405."""
        return frozenset(self.profile.methods) | ({"GET", "HEAD"} & frozenset(self.profile.probes))

    @property
    def answer(self) -> AnswerTable:
        """What an authentic delivery is answered."""
        return self.profile.answer

    @property
    def captures(self) -> bool:
        """Whether deliveries are only kept, to be looked at."""
        return self.profile.capture

    def is_probe(self, request: Request) -> bool:
        """Tell whether *request* only checks our URL."""
        probes = self.profile.probes
        lacks_body = not request.body and request.method not in {"GET", "HEAD"}
        return request.method in probes or ("empty" in probes and lacks_body)

    def authenticate(self, request: Request) -> Authentic | None:
        """Return what authenticates *request*; None when it is not authentic. Never raises."""
        if not self._methods:
            return None
        opened = OpenedRequest(request, self.profile.content, self._source.public_prefix)
        return authenticate(self._methods, opened)

    def headers(self, request: Request) -> str:
        """Return what is kept of the request's headers. Those that the profile reads to authenticate it are secret."""
        return kept_headers(request.headers, secret=self._secret_headers)

    def why_refused(self, request: Request) -> RefusalReason:
        """Return what is wrong with a *request* that is not authentic."""
        return why_refused(self._methods, OpenedRequest(request, self.profile.content, self._source.public_prefix))

    def challenge(self, request: Request) -> str:  # noqa: ARG002 - the platform alone verifies a URL by a challenge
        """Return an empty text: no courier verifies a URL by a challenge."""
        return ""

    def read(self, body: bytes, received_at: Instant, outer: object = None) -> Delivery:
        """Return the delivery in *body*, with the events that can be used and the first problem. Never raises.

        It has neither when it is of no interest.
        """
        try:
            readings = self.readings(body, received_at, outer)
        except Unusable as error:
            return Delivery(self._source.name, received_at, body, unusable=error.reason, detail=error.detail)
        events = tuple(as_reported(reading.event, self._source) for reading in readings if reading.event)
        if problem := _first_problem(readings):
            return Delivery(
                self._source.name,
                received_at,
                body,
                events,
                unusable=problem.problem,
                detail=problem.detail,
                named=problem.named,
            )
        return Delivery(self._source.name, received_at, body, events, detail=_remarks(readings))

    def readings(self, body: bytes, received_at: Instant, outer: object = None) -> Sequence[ElementReading]:
        """Return what was read of each element of interest. Raises `Unusable` when no element can be found."""
        outer = read_outer(body, self.profile.content) if outer is None else outer
        document = unwrapped(outer, self.profile.document.unwrap)
        if self._reader is None or not self._interest.wants(document):
            return ()
        positions, unclear = self._wanted(document)
        if self.profile.document.pick == "latest":
            positions = _latest(self._reader, document, positions)
        readings = [self._reader.read(document, position, received_at) for position in positions]
        return sorted([*readings, *unclear], key=lambda reading: reading.position)

    def _wanted(self, document: object) -> tuple[list[Position], list[ElementReading]]:
        """Return the positions of the elements of interest, and a reading of each whose interest is not clear.

        Raises `Unusable` when no element can be found.
        """
        positions, unclear = [], []
        for position in elements(document, self.profile.document.each):
            try:
                if not position or self._interest.wants(document, position):
                    positions.append(position)
            except Unusable as error:
                unclear.append(ElementReading(position, problem=error.reason, detail=error.detail))
        return positions, unclear


def _first_problem(readings: Sequence[ElementReading]) -> ElementReading | None:
    """Return the first element that cannot be used, if there is one.

    One with an unknown status comes before the others, because an operator heals it by a setting.
    """
    problems = [reading for reading in readings if reading.problem]
    unknown = [reading for reading in problems if reading.problem is QuarantineReason.UNKNOWN_EVENT]
    return next(iter([*unknown, *problems]), None)


def _latest(reader: ElementReader, document: object, positions: Sequence[Position]) -> list[Position]:
    """Return, of each list, the positions that share its newest time.

    Those without a readable time are returned as well, because they may be newer. With `a[].b[]`, each `b` is a list.
    """
    times = [reader.time(document, position) for position in positions]
    instants = {position: time.instant if time else None for position, time in zip(positions, times, strict=True)}
    newest: dict[Position, Instant] = {}
    for position, instant in instants.items():
        if instant is not None:
            newest[position[:-1]] = max(instant, newest.get(position[:-1], instant))
    return [position for position, instant in instants.items() if instant in {None, newest.get(position[:-1])}]


def _remarks(readings: Sequence[ElementReading]) -> str:
    remarks: dict[str, None] = reduce(lambda found, reading: found | dict.fromkeys(reading.remarks), readings, {})
    return "; ".join(remarks)
