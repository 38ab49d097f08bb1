"""Reads the body of a request that comes in chunks (RFC 9112, 7.1), at a bounded cost."""

import re
from typing import Any

from waitress.rfc7230 import CHUNK_EXT_RE
from waitress.utilities import BadRequest

MAX_LINE_BYTES = 256
"""The longest line with the size of a chunk and its extensions, which nobody uses."""
MAX_TRAILER_BYTES = 4096
_FIRST_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})(;[^\r\n]*)?\r\n")
_NEXT_SIZE = re.compile(rb"\r\n([0-9A-Fa-f]{1,15})(;[^\r\n]*)?\r\n")
"""The end of one chunk with the size of the next, because tiny chunks must cost little."""


class ChunkedBody:
    """Takes a body in pieces. It is read once `completed`; `error` says what is wrong with it.

    *buffer* gets the decoded body. More than *max_chunks* chunks are an error, because each costs time. Waitress'
    parser uses this class in the place of its own.
    """

    completed = False
    error: BadRequest | None = None

    def __init__(self, buffer: Any, max_chunks: int) -> None:  # noqa: ANN401 - waitress has no types
        self._buffer, self._chunks_left = buffer, max_chunks
        self._rest = b""
        """What came and cannot be read without what follows."""
        self._missing = 0
        self._size_line, self._in_trailer = _FIRST_SIZE, False

    def __len__(self) -> int:
        return len(self._buffer)

    def getfile(self) -> Any:  # noqa: ANN401
        return self._buffer.getfile()

    def getbuf(self) -> Any:  # noqa: ANN401
        return self._buffer

    def received(self, data: bytes) -> int:
        """Read *data*, and return how many of its bytes belong to this body: all, unless the body ends before."""
        read_before, data = len(self._rest), self._rest + data
        pieces: list[bytes] = []
        at = self._read_chunks(data, pieces)
        self._buffer.append(b"".join(pieces))
        if self._in_trailer and not self.error:
            at = self._read_trailer(data, at)
        self._rest = data[at:]
        return at - read_before if self.completed else len(data) - read_before

    def _read_chunks(self, data: bytes, pieces: list[bytes]) -> int:
        """Append the chunks in *data* to *pieces*, and return where reading has ended."""
        at = 0
        while not (self._in_trailer or self.error):
            piece = data[at : at + self._missing]
            pieces.append(piece)
            at += len(piece)
            self._missing -= len(piece)
            if self._missing:
                break
            line = self._size_line.match(data, at)
            if line is None:
                self._check_incomplete(data[at:])
                break
            at = line.end()
            self._missing, self._size_line = int(line[1], 16), _NEXT_SIZE
            self._in_trailer = not self._missing
            self._chunks_left -= 1
            if self._chunks_left < 0 or line[2]:
                self._check_chunk(line[2] or b"")
        return at

    def _check_chunk(self, extension: bytes) -> None:
        if self._chunks_left < 0:
            self.error = BadRequest("The body has too many chunks")
        elif not CHUNK_EXT_RE.match(extension):
            self.error = BadRequest("Invalid chunk extension")

    def _check_incomplete(self, rest: bytes) -> None:
        """Note an error, unless *rest* can still become the size of a chunk."""
        line = rest
        if self._size_line is _NEXT_SIZE:
            if rest[:2] != b"\r\n"[: len(rest)]:
                self.error = BadRequest("Chunk not properly terminated")
            line = rest[2:]
        if b"\n" in line or len(line) > MAX_LINE_BYTES:
            self.error = BadRequest("Invalid chunk size")

    def _read_trailer(self, data: bytes, at: int) -> int:
        """Return where the trailer ends, which may be empty; or *at*, while it has no end. Its fields are ignored."""
        if data.startswith(b"\r\n", at):
            self.completed = True
            return at + 2
        end = data.find(b"\r\n\r\n", at)
        if end >= 0:
            self.completed = True
            return end + 4
        if len(data) - at > MAX_TRAILER_BYTES:
            self.error = BadRequest("The trailer is too long")
        return at
