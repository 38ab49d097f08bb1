"""Nothing from the queue is decompressed: a small message could fill the memory."""

from typing import Any, NoReturn

import kombu.compression


def refuse_compression() -> None:
    """Make kombu refuse every compressed message in this process. Wake-ups are never compressed."""
    registry: Any = kombu.compression
    for kind in registry.encoders():
        encoder, _ = registry.get_encoder(kind)
        registry.register(encoder, _refuse, kind)


def _refuse(_body: object) -> NoReturn:
    raise ValueError("messages are not decompressed")
