"""JSON as the standard has it, and nothing that Python's reader lets through besides."""

import json
from typing import NoReturn


def read_json(body: bytes) -> object:
    """Read UTF-8 JSON. Raise ValueError for anything else: other encodings, NaN, repeated keys, lone surrogates."""
    try:
        value: object = json.loads(body.decode(), object_pairs_hook=_unrepeated, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    json.dumps(value, ensure_ascii=False).encode()
    return value


def _unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key is repeated")
    return dict(pairs)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
