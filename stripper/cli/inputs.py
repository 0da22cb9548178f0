"""What a command works through: files, folders, standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import click

from stripper.errors import InputError
from stripper.html import decode_with_guess, looks_like_html

SUFFIXES: Final = {".txt": "text", ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html"}
STDIN: Final = "-"
_MANY: Final = 10  #: documents from which a progress bar is worth its line
_PIECE: Final = 1 << 20
_WIDEST: Final = 4  #: bytes of a character, at most, in any encoding that is read


@dataclass(frozen=True, slots=True)
class Source:
    """One document to read."""

    path: Path | None  #: None for standard input
    folder: Path | None = None  #: the folder that was named, None for a file named itself

    @property
    def name(self) -> str:
        """Give the name for messages."""
        return STDIN if self.path is None else str(self.path)


def sources(names: tuple[str, ...]) -> list[Source]:
    """List the documents that the arguments name; a folder's by suffix, in order.

    Raises
    ------
    click.UsageError
        A path does not exist, standard input is named twice, or a folder holds nothing to do.
    """
    if names.count(STDIN) > 1:
        raise click.UsageError("-: standard input can be read only once.")
    found: list[Source] = []
    for name in names or (STDIN,):
        path = Path(name)
        if name == STDIN:
            found.append(Source(None))
        elif path.is_dir():
            found += _inside(path)
        elif not os.path.lexists(path):
            raise click.UsageError(f"{path}: no such file or folder. Check the name.")
        else:
            found.append(Source(path))
    return found


def _inside(folder: Path) -> list[Source]:
    """List a folder's documents. A dangling link is one: reading it fails, and says so; so does a locked folder."""

    def complain(error: OSError) -> None:
        raise click.UsageError(f"{error.filename}: {error.strerror}. Change its permissions or name other folders.")

    found: list[Path] = []
    for place, _, files in os.walk(folder, onerror=complain):
        paths = (Path(place, file) for file in files if Path(file).suffix.lower() in SUFFIXES)
        found += [path for path in paths if path.is_file() or not path.exists()]
    if not found:
        raise click.UsageError(f"{folder}: nothing to do, the folder holds no {', '.join(SUFFIXES)} files.")
    return [Source(path, folder) for path in sorted(found)]


def content(document: Source, format: str, max_length: int, notes: list[str]) -> tuple[str | bytes, str]:
    """Read a document and settle its format; how it was decoded, if not as UTF-8, is added to `notes`.

    Raises
    ------
    InputError
        Binary data, no encoding fits, or far too long to be read at all.
    OSError
        It cannot be read.
    """
    data = _read(document, max_length * _WIDEST)
    if format == "auto" and document.path is not None:
        format = SUFFIXES.get(document.path.suffix.lower(), "auto")
        if format == "text":
            format = "auto"  # plain text files hold Markdown and saved pages too
    if format == "html" or (format == "auto" and looks_like_html(data)):
        return data, "html"
    text, guess = decode_with_guess(data)
    if guess is not None:
        how = f"{guess}, kept as is" if "damaged" in guess else f"not UTF-8, read as {guess}"
        notes.append(f"{document.name}: {how}")
    return text, format


def _read(document: Source, limit: int) -> bytes:
    """Read a document's bytes, and not a byte more than `limit` tells that it is too long."""
    if document.path is not None:
        with open(document.path, "rb") as stream:
            data = _up_to(stream, limit + 1)
    elif sys.stdin is None:
        raise InputError("standard input is closed. Name a file, or pipe a document in.")
    else:
        if sys.stdin.isatty():
            click.echo("stripper: reading standard input; Ctrl-D ends it.", err=True)
        data = _up_to(sys.stdin.buffer, limit + 1)
    if len(data) > limit:
        raise InputError(
            f"longer than {limit:,} bytes, the limit is {limit // _WIDEST:,} characters. Raise --max-length if it "
            "really is one document."
        )
    return data


def _up_to(stream: BinaryIO, limit: int) -> bytes:
    """Read at most `limit` bytes; piece by piece, because one call would take memory for all of them first."""
    pieces: list[bytes] = []
    while limit > 0 and (piece := stream.read(min(limit, _PIECE))):
        pieces.append(piece)
        limit -= len(piece)
    return b"".join(pieces)


def progressing(documents: list[Source]) -> Iterator[Source]:
    """Go through the documents, with a progress bar on a terminal when there are many."""
    if len(documents) < _MANY or sys.stderr is None or not sys.stderr.isatty():
        yield from documents
        return
    from tqdm import tqdm

    yield from tqdm(documents, unit="doc", leave=False)
