"""What a command works through: files, folders, standard input; and where each result goes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from stripper.html import decode_with_guess, looks_like_html

SUFFIXES: Final = {".txt": "text", ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html"}
STDIN: Final = "-"


@dataclass(frozen=True, slots=True)
class Source:
    """One document to read."""

    path: Path | None  #: None for standard input
    below: Path | None  #: the file's path below the folder that was named, None for a file named itself

    @property
    def name(self) -> str:
        """Give the name for messages."""
        return STDIN if self.path is None else str(self.path)


def sources(names: tuple[str, ...]) -> list[Source]:
    """List the documents that the arguments name; a folder's by suffix, in order.

    Raises
    ------
    click.UsageError
        A path does not exist, or a folder holds nothing to do.
    """
    found: list[Source] = []
    for name in names or (STDIN,):
        path = Path(name)
        if name == STDIN:
            found.append(Source(None, None))
        elif path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
            if not inside:
                raise click.UsageError(f"{path}: nothing to do, the folder holds no {', '.join(SUFFIXES)} files.")
            found += [Source(p, p.relative_to(path)) for p in inside]
        elif not os.path.lexists(path):
            raise click.UsageError(f"{path}: no such file or folder.")
        else:
            found.append(Source(path, None))
    return found


def targets(documents: list[Source], output: Path | None, *, force: bool, folder: bool) -> list[Path | None]:
    """Say where each document's clean text goes, and refuse what would destroy something.

    A page's text keeps the page's name with ``.txt`` behind it: ``a/page.html`` becomes ``a/page.html.txt``.

    Raises
    ------
    click.UsageError
        Two documents would go to one file, or output onto input.
    FileExistsError
        An output exists and `force` is false.
    """
    if output is None:
        return [None] * len(documents)
    several = folder or len(documents) > 1
    if several and output.exists() and not output.is_dir():
        raise click.UsageError(f"{output}: is a file; several documents need a folder.")
    wanted = [_target(document, output, several or output.is_dir()) for document in documents]
    if len(set(wanted)) < len(wanted):
        double = next(path for path in wanted if wanted.count(path) > 1)
        raise click.UsageError(f"{double}: two inputs would be written to it; clean them into different folders.")
    inputs = {os.path.realpath(document.path) for document in documents if document.path}
    stats = {(s.st_dev, s.st_ino) for path in inputs if (s := _stat(path))}
    for path in wanted:
        there = _stat(path)
        if os.path.realpath(path) in inputs or (there and (there.st_dev, there.st_ino) in stats):
            raise click.UsageError(f"{path}: output onto input; the input is never modified. Give another -o.")
        if there and not force:
            raise FileExistsError(f"{path}: exists already. Choose another name, or overwrite with --force.")
    return list(wanted)


def _target(document: Source, output: Path, into: bool) -> Path:
    if not into:
        return output
    name = document.below or Path(document.path.name if document.path else "stdin.txt")
    return output / (name.with_name(name.name + ".txt") if SUFFIXES.get(name.suffix.lower()) == "html" else name)


def _stat(path: str | Path) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        return None


def content(document: Source, format: str, notes: list[str]) -> tuple[str | bytes, str]:
    """Read a document and settle its format; a guessed encoding is added to `notes`.

    Raises
    ------
    InputError
        Binary data, or no encoding fits.
    OSError
        It cannot be read.
    """
    data = sys.stdin.buffer.read() if document.path is None else document.path.read_bytes()
    if format == "auto" and document.path is not None:
        format = SUFFIXES.get(document.path.suffix.lower(), "auto")
        if format == "text":
            format = "auto"  # plain text files hold Markdown and saved pages too
    if format == "html" or (format == "auto" and looks_like_html(data)):
        return data, "html"
    text, guess = decode_with_guess(data)
    if guess:
        notes.append(f"{document.name}: not UTF-8, read as {guess}")
    return text, format


def progressing(documents: list[Source]) -> Iterator[tuple[int, Source]]:
    """Number the documents, with a progress bar on a terminal when there are many."""
    if len(documents) < 10 or not sys.stderr.isatty():
        yield from enumerate(documents)
        return
    from tqdm import tqdm

    yield from enumerate(tqdm(documents, unit="doc", leave=False))
