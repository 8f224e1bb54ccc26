"""Messages on a pipe: eight bytes of length, then as many bytes."""

from __future__ import annotations

import struct
from typing import BinaryIO

_LENGTH = struct.Struct(">Q")
# Longer ones are no messages of ours: ten million characters, written as JSON, are shorter.
_MOST_BYTES = 256 * 1024 * 1024
# The first message of a process that has started well.
READY = b"ready"


def write_frame(stream: BinaryIO, content: bytes) -> None:
    """Send a message.

    Raises:
        OSError: nobody reads the pipe any more.
    """
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next message, ``None`` where the pipe ends before one is whole."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(head)
    if size > _MOST_BYTES:
        return None
    content = stream.read(size)
    return content if len(content) == size else None
