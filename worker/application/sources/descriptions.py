"""Says what a profile is: what to tell the courier, what it reads, and what it cannot report. Values, no printing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from webhook_receiver.profiles import NATIVE_PROFILES, Profile
from webhook_receiver.profiles.engine.messages import with_options
from webhook_receiver.profiles.engine.paths import Path
from webhook_receiver.profiles.schema.model import AuthTable, BasicAuth, DigestAuth, HmacAuth, ProfileFile, StaticAuth
from webhook_receiver.profiles.schema.trust import Trust, trust_in
from worker.application.sources.words import words_by_event
from worker.domain.events import EventName
from worker.domain.signing import SIGNATURE_METHOD

TRUST_WORDS: Mapping[Trust, str] = {
    Trust.SIGNED: "signed",
    Trust.PARTLY: "partly signed",
    Trust.BEARER: "token",
    Trust.URL: "token in the URL",
}
TRUST_SENTENCES: Mapping[str, str] = {
    "signed": "the signature covers the whole delivery",
    "partly signed": "the signature covers single fields: others could be changed on the way",
    "token": "it covers nothing: anybody who has it can report deliveries",
    "token in the URL": "it covers nothing, and proxies write it into their logs: at least 16 characters",
}
EXPECTED = tuple(name for name in EventName if name.startswith("shipment."))
_NATIVE_WHERE = "header X-Awal-Signature-256"
_NATIVE_WHAT = "“sha256=” and the HMAC-SHA256 in hex of method, path, query string, X-Timestamp and body"


@dataclass(frozen=True, slots=True)
class AuthDescription:
    """One method of authentication: what the courier puts where. *trust* is in words."""

    name: str
    kind: str
    trust: str
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Description:
    """A profile, for people. *options* have their help and their default; *events* their status words.

    *reads* has the paths of each field, and *time_of* those of the time by the first cell of a status.
    """

    title: str
    facts: str
    methods: tuple[str, ...]
    auth: tuple[AuthDescription, ...]
    probes: tuple[str, ...] = ()
    answer: str = "202 or 200, and our own JSON"
    options: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    reads: Mapping[str, str] = field(default_factory=dict)
    time_of: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limits: tuple[str, ...] = ()

    def trust(self, names: tuple[str, ...]) -> str:
        """Return the strongest trust, in words, of the methods *names*."""
        words = [method.trust for method in self.auth if method.name in names]
        return min(words, key=list(TRUST_WORDS.values()).index, default="")


def describe(name: str, profile: ProfileFile | None, options: Mapping[str, str] | None = None) -> Description:
    """Return the description of a profile; *profile* is None for the native profile *name*.

    *options* are the values that a source has set.
    """
    if profile is None:
        return _native(NATIVE_PROFILES[name])
    shown = {option: (options or {}).get(option, f"<{option}>") for option in profile.options}
    return Description(
        profile.title,
        profile.facts,
        profile.methods,
        tuple(_auth(method, table, profile, shown) for method, table in profile.auth.items()),
        profile.probes,
        _answer(profile),
        {option: (table.help, table.default) for option, table in profile.options.items()},
        dict(_reads(profile)),
        {word: _texts(paths) for word, paths in profile.read.time_of.items()},
        words_by_event(profile),
        tuple(_limits(profile)),
    )


def _native(profile: Profile) -> Description:
    auth = AuthDescription(SIGNATURE_METHOD, "hmac", TRUST_WORDS[Trust.SIGNED], _NATIVE_WHERE, _NATIVE_WHAT)
    names = {event.value: (word,) for word, event in profile.names.items()}
    return Description(profile.title, "", ("POST",), (auth,), events=names or {"hint": (f"{profile.hints}.*",)})


def _auth(name: str, table: AuthTable, profile: ProfileFile, options: Mapping[str, str]) -> AuthDescription:
    trust = TRUST_WORDS[trust_in(table, profile.document.unwrap)]
    where = _place(with_options(table.from_, options))
    return AuthDescription(name, table.kind, trust, where, _contents(table, options))


def _place(location: str) -> str:
    part, _, name = location.partition(":")
    return {"header": f"header {name}", "query": f"?{name}=… in the URL"}.get(part, f"field {name} of the body")


def _contents(table: AuthTable, options: Mapping[str, str]) -> str:
    if isinstance(table, BasicAuth):
        return "HTTP Basic: user and password"
    text = "the secret itself" if isinstance(table, StaticAuth) else _signature(table, options)
    item = f", as the item {table.item}" if table.item else ""
    return (f"“{table.prefix}” and " if table.prefix else "") + text + item


def _signature(table: HmacAuth | DigestAuth, options: Mapping[str, str]) -> str:
    kind = f"HMAC-{table.hash.upper()}" if isinstance(table, HmacAuth) else table.hash.upper()
    encoding = "Base64" if table.encoding == "base64" else "hex"
    text = f"{kind} in {encoding} of {with_options(table.message.text, options)}"
    if table.time:
        text += f", with the time in {_place(with_options(table.time.from_, options))}"
    return text


def _answer(profile: ProfileFile) -> str:
    return f"{profile.answer.status} {profile.answer.body or 'and our own JSON'}"


def _reads(profile: ProfileFile) -> Iterator[tuple[str, str]]:
    if profile.document.unwrap:
        yield "unwrap", profile.document.unwrap.text
    if profile.document.each:
        yield "each", profile.document.each.text
    for field_name in type(profile.read).model_fields:
        paths = getattr(profile.read, field_name)
        if paths and field_name not in {"times", "time_of"}:
            yield field_name, _texts(paths)
    if profile.status:
        yield "status", _texts(profile.status.from_)


def _texts(paths: Iterable[Path]) -> str:
    return ", ".join(path.text for path in paths)


def _limits(profile: ProfileFile) -> Iterator[str]:
    """Yield what the courier cannot tell us."""
    read = profile.read
    if profile.capture:
        yield "Nothing is read: each body is kept, to be looked at."
        return
    if not (read.order or read.number):
        yield "It names no order of yours: register each parcel with `fulfillment parcels add ORDER TRACKING --create`."
    if not read.tracking:
        yield "It has no tracking number: an order with several parcels cannot be followed."
    if not read.id:
        yield f"It has no event id: a repeat is known by {_key(profile)}."
    if not (read.time or read.time_parts or read.time_of):
        yield "It has no time: the arrival counts."
    missing = [name.partition(".")[2] for name in EXPECTED if name not in words_by_event(profile)]
    if missing:
        yield f"It never reports: {', '.join(missing)}."


def _key(profile: ProfileFile) -> str:
    return _texts(profile.read.key) or "order, number, tracking, shipment, status and time"
