"""A JSON parser that accepts only what the JSON standard allows. Python's own parser accepts more."""

import json
from typing import NoReturn


def parse_json(body: bytes) -> object:
    """Parse UTF-8 JSON. Raise ValueError for other encodings, NaN, repeated keys, lone surrogates and deep nesting."""
    try:
        value: object = json.loads(body.decode(), object_pairs_hook=_without_repeated_keys, parse_constant=_reject)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    # Encoding fails for lone surrogates, which json.loads accepts.
    json.dumps(value, ensure_ascii=False).encode()
    return value


def _without_repeated_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key is repeated")
    return dict(pairs)


def _reject(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
