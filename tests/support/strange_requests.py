"""Random requests that no sender should make. The same seed makes the same requests."""

from random import Random

from tests.support.receiver import document, signed
from tests.support.wire import PATH, chunks, request

TARGETS = [
    *[PATH] * 24,
    *["/webhooks/awalchat"] * 8,
    PATH + "?a=%20&b",
    PATH + "?",
    "/webhooks/%63ourier",
    "http://localhost" + PATH,
    "/webhooks/nobody",
    "/webhooks/%ff%00",
    "/webhooks/" + "x" * 9000,
    "/healthz",
    "/readyz?",
    "/metrics",
    "//metrics",
    "/" + "%2e" * 50,
    "*",
    "/;a=b,c|d",
]
METHODS = [*["POST"] * 40, "GET", "PUT", "OPTIONS", "TRACE", "CONNECT", "!#$%"]
FIELDS = ["id", "event", "timestamp", "order_id", "tracking_number", "tracking_url", "parcels", "note", "data"]
VALUES = [
    *[None, True, 0, -1, 7, 1.5, 1e308, 10**31, 10**40, "", " ", "1", "07", "x" * 151, "x" * 60_000, "\0", "\ud800"],
    *["\u202e", "é\u0301", [], {}, [1], {"id": 1}, [[[[]]]], "hint", "order.updated", "message.received"],
    *["shipment.lost", "2024-01-25T14:30:00", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+14:00", "24:00"],
]
EVENTS = ["shipment.delivered", "shipment.picked_up", "shipment.created", "order.accepted", "order.paid"]
BODIES = [b"", b"\0", b"\xff\xfe{\0}\0", b"[" * 30_000, b"{" * 33 + b"}" * 33, b"NaN", b'"\\ud800"', b"1e999"]
HEADERS = {
    "Content-Type": ["", "application/json", "multipart/form-data; boundary=", "text/plain; charset=utf-7"],
    "Content-Encoding": ["gzip", "identity"],
    "Expect": ["100-continue", "200-ok"],
    "Connection": ["close", "keep-alive", "upgrade, x"],
    "Upgrade": ["h2c"],
    "X-Forwarded-For": ["127.0.0.1", "\xff" * 300],
    "X-Timestamp": ["", "0", "9999999999", "1706193000 ", "-170619300"],
    "X-Awal-Signature-256": ["", "sha256=", "sha256=" + "0" * 64, "\xe9" * 71, "sha256=" + "0" * 7000],
    "Content-Length": ["0", "-1", "1", "99999", "9" * 30, "0x10", "1 "],
    "Transfer-Encoding": ["chunked", "gzip", "chunked, chunked", "Chunked"],
    "Range": ["bytes=0-"],
    "Cookie": ["=" * 500],
}
DAMAGES = ["flip", "cut", "insert", "repeat", "truncate"]


def strange_requests(seed: int, count: int) -> list[bytes]:
    """Return *count* requests. Most are authentic, some are repeated, and one in three is damaged."""
    random = Random(seed)
    requests = [_request(random, number) for number in range(count)]
    requests = [random.choice(requests) if random.random() < 1 / 8 else raw for raw in requests]
    return [damaged(random, raw) if random.random() < 1 / 3 else raw for raw in requests]


def _request(random: Random, number: int) -> bytes:
    method, target, body = random.choice(METHODS), random.choice(TARGETS), _body(random, number)
    headers = signed(body, target) if random.random() < 0.9 else {}
    framing_headers, framed_body = framed(random, body)
    headers |= framing_headers
    while random.random() < 0.15:
        name = random.choice(sorted(HEADERS))
        headers[name] = random.choice(HEADERS[name])
    return request(f"{method} {target} HTTP/1.{random.choice('1110')}", framed_body, **headers)


def _body(random: Random, number: int) -> bytes:
    if random.random() < 0.2:
        return random.choice([*BODIES, random.randbytes(random.randrange(2000))])
    strange_fields = {random.choice(FIELDS): random.choice(VALUES) for _ in range(random.choice([0, 0, 0, 1, 2]))}
    # There are few orders and few keys, so that repeats, reused keys and second parcels occur.
    key = random.choice([number, number, random.randrange(number + 1)])
    fields = {"id": f"evt_{key}", "order_id": random.randrange(1, 9), "event": random.choice(EVENTS)}
    body = document(**(fields | strange_fields))
    return body if random.random() < 0.9 else body[: random.randrange(len(body))]


def framed(random: Random, body: bytes) -> tuple[dict[str, str], bytes]:
    """Return the headers that say where *body* ends, and the body as it is sent with them."""
    chance = random.random()
    if chance < 0.6:
        return {"Content-Length": str(len(body))}, body
    if chance > 0.95:
        return {}, body
    size = random.choice([1, 7, 1000]) if len(body) < 1000 else 5000
    last_chunk = random.choice([b"0\r\n\r\n"] * 4 + [b"0\r\nA: b\r\n\r\n", b"0;a=b\r\n\r\n"])
    return {"Transfer-Encoding": "chunked"}, chunks(body, size) + last_chunk


def damaged(random: Random, raw: bytes) -> bytes:
    """Change a few bytes, most often in the first line and the headers."""
    for _ in range(random.randrange(1, 4)):
        at = random.randrange(min(len(raw), random.choice([50, 500, len(raw)])) or 1)
        span = random.randrange(1, 20)
        match random.choice(DAMAGES):
            case "flip":
                raw = raw[:at] + random.randbytes(1) + raw[at + 1 :]
            case "cut":
                raw = raw[:at] + raw[at + span :]
            case "insert":
                inserted = random.choice([random.randbytes(span), b"\r\n", b"\0", b"\r\n\r\n", b":"])
                raw = raw[:at] + inserted + raw[at:]
            case "repeat":
                raw = raw[:at] + raw[at : at + span] * 2 + raw[at + span :]
            case _:
                raw = raw[:at]
    return raw
