"""The keys of a profile file, as `deploy/PROFILES.md` documents them. An unknown key is refused.

A model checks each key by itself, and `checks` has the rules between keys. Paths, templates and words are read here, by
`readers`, so a profile that was loaded needs no further parsing.
"""

from collections.abc import Mapping
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, PlainValidator

from webhook_receiver.profiles.engine.authentication import Encoding, SecretForm
from webhook_receiver.profiles.engine.documents import Content
from webhook_receiver.profiles.engine.messages import HEADER_NAME, Template, parse_template
from webhook_receiver.profiles.engine.paths import Path
from webhook_receiver.profiles.schema.readers import (
    MAX_TEXTS,
    check_format,
    check_json,
    check_location,
    check_name,
    read_cell,
    read_path,
    read_paths,
    read_template,
    read_texts,
    read_zone,
)

DEFAULT_MAX_BODY = 65_536
LARGEST_MAX_BODY = 10_485_760
MAX_ROWS, MAX_TABLES = 500, 50
LARGEST_INTEGER = 10**32 - 1
"""Of a profile file; it is also the largest that is read in a document."""

PathKey = Annotated[Path, PlainValidator(read_path)]
PathsKey = Annotated[tuple[Path, ...], PlainValidator(read_paths)]
TemplateKey = Annotated[Template, PlainValidator(read_template)]
LocationText = Annotated[str, AfterValidator(check_location)]
Texts = Annotated[frozenset[str], PlainValidator(read_texts)]
Conditions = Annotated[Mapping[PathKey, Texts], Field(max_length=MAX_TABLES)]
NameKey = Annotated[str, Field(max_length=50), AfterValidator(check_name)]
Text = Annotated[str, Field(min_length=1, max_length=1000)]


class _Table(BaseModel, extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True):
    """One table of a profile file."""


class OptionTable(_Table):
    """`[options.NAME]`: what the merchant chose at the courier. The source has a key with this name."""

    help: Text
    """What the option is, for people. Required."""
    default: str | None = None
    """The value without the key; without a default, the source must have the key."""


class TimeLocation(_Table):
    """Where a signed time is: unix seconds in ten digits."""

    from_: LocationText = Field(alias="from")
    """Where the time is: `header:NAME`, `query:NAME` or `body:PATH`. Required."""
    item: str = ""
    """The value is a list `k=v,k=v`, and only this item of it counts."""


class _AuthTable(_Table):
    from_: LocationText = Field(alias="from")
    """Where the value is: `header:NAME`, `query:NAME` or `body:PATH`. Required."""
    prefix: str = ""
    """What must stand before the value; it is cut off."""
    item: str = ""
    """The value is a list `k=v,k=v`, and only this item of it counts. An item that comes twice does not."""


class StaticAuth(_AuthTable):
    """The secret itself comes."""

    kind: Literal["static"]


class BasicAuth(_Table):
    """HTTP Basic authentication (RFC 7617). The secret is `user:password`."""

    kind: Literal["basic"]
    from_: LocationText = Field(default="header:Authorization", alias="from")
    """Where the value is."""


class _SignatureAuth(_AuthTable):
    hash: Literal["sha256", "sha1", "sha512"] = "sha256"
    """The hash function: `sha256`, `sha1` or `sha512`."""
    encoding: Encoding = "hex"
    """`hex`, in either case, or `base64`, exactly."""
    secret_form: SecretForm = "text"  # noqa: S105 - a form is no secret
    """`text`; `nfkd`: normalised to NFKD; or `base64`: the secret is the key in Base64, with or without `whsec_`."""
    time: TimeLocation | None = None
    """Where the signed time is, for `{time}`. The source's `tolerance` and `stale` apply to it."""


class HmacAuth(_SignatureAuth):
    """An HMAC of a message, keyed by the secret (RFC 2104)."""

    kind: Literal["hmac"]
    message: TemplateKey = Field(default=parse_template("{body}"))
    """What is signed."""


class DigestAuth(_SignatureAuth):
    """A plain hash of a message that holds the secret."""

    kind: Literal["digest"]
    hash: Literal["sha256", "sha1", "sha512", "md5"] = "sha256"  # type: ignore[assignment] # md5 is for a digest alone
    """The hash function: `sha256`, `sha1`, `sha512` or `md5`."""
    message: TemplateKey
    """What is hashed: it has `{secret}`. Required."""


AuthTable = Annotated[StaticAuth | BasicAuth | HmacAuth | DigestAuth, Field(discriminator="kind")]


class DocumentTable(_Table):
    """`[document]`: which part of the body is the document, and which elements of it are of interest."""

    unwrap: PathKey | None = None
    """The field with a JSON text: from here on, that is the document."""
    only: Conditions = {}
    """The texts that a field must have: else the delivery is of no interest. A path with `[]` judges each element."""
    skip: Conditions = {}
    """The texts that a field must not have."""
    each: PathKey | None = None
    """One event for each element of this list: `data[]`, `a[].b[]`, or `[]` for an array at the top."""
    pick: Literal["each", "latest"] = "each"
    """`each`, or `latest`: of each list, only the element with the newest time, and those whose time cannot be read."""


class ReadTable(_Table):
    """`[read]`: the path of each field, or a list of paths, of which the first that leads to a value counts."""

    order: PathsKey = ()
    """The order's id at the platform."""
    number: PathsKey = ()
    """The merchant's reference: the order's number, or, by the source's `reference`, its id."""
    tracking: PathsKey = ()
    """The parcel's tracking number. One parcel has only one: with two, the order would wait for a second parcel."""
    shipment: PathsKey = ()
    """The courier's own id of the shipment; it finds the order where nothing else does."""
    id: PathsKey = ()
    """The event's id, the same in every attempt."""
    time: PathsKey = ()
    """When it happened."""
    times: Annotated[tuple[Annotated[str, AfterValidator(check_format)], ...], Field(min_length=1, max_length=10)] = (
        "iso",
    )
    """The formats of times, tried in turn: `iso`, `unix`, `unix_ms`, or one of `strptime`."""
    time_parts: PathsKey = ()
    """Instead of `time`: fields that are joined by a space, such as a date and a time."""
    time_of: Annotated[Mapping[str, PathsKey], Field(max_length=MAX_TEXTS)] = {}
    """By a text of the first status field: the paths of the time, instead of `time`."""
    tracking_url: PathsKey = ()
    """The parcel's tracking page."""
    note: PathsKey = ()
    """A sentence for people."""
    parcels: PathsKey = ()
    """How many parcels the order has: a number, or a text with one."""
    key: PathsKey = ()
    """What makes two deliveries the same event where there is no id; by default, all that names the order and the
    parcel, with status and time."""


class StatusTableFile(_Table):
    """`[status]`: from the courier's words to our events."""

    from_: PathsKey = Field(alias="from")
    """The status field, or a list of fields. Required."""
    fold: bool = False
    """`true`: compare without case, `_`, `-` and spaces."""
    unknown: Literal["quarantine", "info"] = "quarantine"
    """What happens to a status without a row: `quarantine`, or `info`."""
    rows: Annotated[
        tuple[tuple[Annotated[tuple[str, ...], BeforeValidator(read_cell)], ...], ...],
        Field(min_length=1, max_length=MAX_ROWS),
    ]
    """A cell for each field, then the event. A cell is a text or a list of texts; `x*` begins so, `*` is anything, ""
    is missing. The first row that fits counts. Required."""


class AnswerTable(_Table):
    """`[answer]`: what the courier wants to read for every authentic delivery."""

    status: Annotated[int, Field(ge=200, le=299)] = 200
    """The HTTP status."""
    body: Annotated[str, Field(max_length=4096), AfterValidator(check_json)] | None = None
    """JSON text; `{uuid}` in it is a fresh UUID."""


class ProfileFile(_Table):
    """A whole profile file."""

    title: Text
    """What people call the courier and the format. Required."""
    facts: str = ""
    """Where the format is documented, for people."""
    methods: Annotated[tuple[Literal["POST", "PUT", "GET", "HEAD"], ...], Field(min_length=1)] = ("POST",)
    """The HTTP methods of deliveries: any of `POST`, `PUT`, `GET` and `HEAD`."""
    content: Content = "json"
    """`json` or `form`: the format of the body. The fields of a form are the document."""
    probes: tuple[Literal["HEAD", "GET", "empty"], ...] = ()
    """What the courier sends to check the URL: `HEAD`, `GET`, or `empty`, which is a request without a body. It is
    answered 200 before it is authenticated, and nothing is kept."""
    zone: Annotated[ZoneInfo, PlainValidator(read_zone)] | None = None
    """The time zone of times without an offset, where the courier documents it; else the source's `timezone`."""
    max_body: Annotated[int, Field(ge=1024, le=LARGEST_MAX_BODY)] = DEFAULT_MAX_BODY
    """The default of the source's `max_body`, in bytes."""
    capture: bool = False
    """`true`: nothing is read; a few bodies are kept, to see what a courier sends."""
    options: Annotated[Mapping[NameKey, OptionTable], Field(max_length=MAX_TABLES)] = {}
    auth: Annotated[Mapping[NameKey, AuthTable], Field(max_length=MAX_TABLES)] = {}
    document: DocumentTable = DocumentTable()
    read: ReadTable = ReadTable()
    status: StatusTableFile | None = None
    answer: AnswerTable = AnswerTable()


def is_header_name(text: str) -> bool:
    """Tell whether *text* can be the name of a header."""
    return HEADER_NAME.fullmatch(text) is not None
