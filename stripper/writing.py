"""Files appear whole or not at all: written under a temporary name beside their place, flushed, then renamed."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO


@contextlib.contextmanager
def atomic(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for writing that takes its name only when the block ends without an error.

    The temporary name is chosen before the file is made, so that an interrupt at any moment finds it to remove; it is
    short, so that every name that the disk allows can be written.

    Raises
    ------
    OSError
        The disk is full, the folder is read-only or missing; nothing is left behind. Its ``filename`` is `path`.
    """
    temporary = path.parent / f".{secrets.token_hex(8)}.part"
    try:
        with open(temporary, "xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError) and error.filename in (None, str(temporary)):
            error.filename, error.filename2 = str(path), None
        raise
