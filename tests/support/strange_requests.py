"""Requests that nobody should send, made up by chance: the same ones for the same seed."""

from random import Random

from tests.support.receiver import news, signed
from tests.support.wire import PATH, request

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
DAMAGES = ["flip", "cut", "insert", "repeat", "result"]


def strange_requests(seed: int, many: int) -> list[bytes]:
    """Make up so *many* requests: most of them authentic, some twice, one in three damaged on its way."""
    dice = Random(seed)
    wires = [_wire(dice, number) for number in range(many)]
    wires = [dice.choice(wires) if dice.random() < 1 / 8 else wire for wire in wires]
    return [_damaged(dice, wire) if dice.random() < 1 / 3 else wire for wire in wires]


def _wire(dice: Random, number: int) -> bytes:
    method, target, body = dice.choice(METHODS), dice.choice(TARGETS), _body(dice, number)
    headers = signed(body, target) if dice.random() < 0.9 else {}
    coding, coded = _coded(dice, body)
    headers |= coding
    while dice.random() < 0.15:
        name = dice.choice(sorted(HEADERS))
        headers[name] = dice.choice(HEADERS[name])
    return request(f"{method} {target} HTTP/1.{dice.choice('1110')}", coded, **headers)


def _body(dice: Random, number: int) -> bytes:
    if dice.random() < 0.2:
        return dice.choice([*BODIES, dice.randbytes(dice.randrange(2000))])
    changed = {dice.choice(FIELDS): dice.choice(VALUES) for _ in range(dice.choice([0, 0, 0, 1, 2]))}
    # Few orders and few keys: repeats, reused keys and second parcels come by themselves.
    key = dice.choice([number, number, dice.randrange(number + 1)])
    known = {"id": f"evt_{key}", "order_id": dice.randrange(1, 9), "event": dice.choice(EVENTS)}
    body = news(**(known | changed))
    return body if dice.random() < 0.9 else body[: dice.randrange(len(body))]


def _coded(dice: Random, body: bytes) -> tuple[dict[str, str], bytes]:
    chance = dice.random()
    if chance < 0.6:
        return {"Content-Length": str(len(body))}, body
    if chance > 0.95:
        return {}, body
    size = dice.choice([1, 7, 1000]) if len(body) < 1000 else 5000
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    coded = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return {"Transfer-Encoding": "chunked"}, coded + dice.choice(
        [b"0\r\n\r\n"] * 4 + [b"0\r\nA: b\r\n\r\n", b"0;a=b\r\n\r\n"]
    )


def _damaged(dice: Random, wire: bytes) -> bytes:
    """Change a few bytes somewhere, for the most part where it hurts: in the head."""
    for _ in range(dice.randrange(1, 4)):
        at = dice.randrange(min(len(wire), dice.choice([50, 500, len(wire)])) or 1)
        span = dice.randrange(1, 20)
        match dice.choice(DAMAGES):
            case "flip":
                wire = wire[:at] + dice.randbytes(1) + wire[at + 1 :]
            case "cut":
                wire = wire[:at] + wire[at + span :]
            case "insert":
                wire = wire[:at] + dice.choice([dice.randbytes(span), b"\r\n", b"\0", b"\r\n\r\n", b":"]) + wire[at:]
            case "repeat":
                wire = wire[:at] + wire[at : at + span] * 2 + wire[at + span :]
            case _:
                wire = wire[:at]
    return wire
