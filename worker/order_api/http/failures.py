"""What a failure of the network means, in words for operators."""

import httpcore

_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (httpcore.ConnectTimeout, "no connection in time"),
    (httpcore.ReadTimeout, "no answer in time"),
    (httpcore.TimeoutException, "the request was not taken in time"),
    (httpcore.ConnectError, "no connection"),
    (httpcore.ReadError, "the connection broke before the answer"),
    (httpcore.WriteError, "the connection broke before the request was sent"),
    (httpcore.ProtocolError, "the answer is no HTTP"),
)


def words_of(error: Exception) -> str:
    """Return what *error* means, and what it says itself: `no connection: [Errno 111] Connection refused`."""
    words = next((words for kind, words in _WORDS if isinstance(error, kind)), "no request could be made")
    return f"{words}: {error}" if str(error) else words
