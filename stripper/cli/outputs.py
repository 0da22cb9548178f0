"""Where results go: standard output, a file, a folder. What would destroy something is refused before work starts."""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from stripper.cli.inputs import SUFFIXES, Source
from stripper.errors import OutputExists
from stripper.writing import atomic

STDOUT: Final = Path("-")
#: Trouble with one target only; a full or broken disk is none of them and stops the run.
_ONE_TARGET: Final = (errno.ENAMETOOLONG, errno.EISDIR, errno.ENOTDIR, errno.EINVAL, errno.EILSEQ)


def targets(
    documents: list[Source], output: Path | None, removed: Path | None, *, as_json: bool, force: bool
) -> list[Path | None]:
    """Say where each document's result goes, None for standard output.

    A page's text keeps the page's name with ``.txt`` behind it, decisions get ``.json``: ``a/page.html`` becomes
    ``a/page.html.txt`` or ``a/page.html.json``.

    Raises
    ------
    click.UsageError
        Two results would go to one file, or output would go onto or into the input.
    OutputExists
        An output exists and `force` is false.
    """
    wanted: list[Path | None] = [None] * len(documents)
    if output is not None and output != STDOUT:
        into = len(documents) > 1 or documents[0].folder is not None or output.is_dir()
        if into and os.path.lexists(output) and not output.is_dir():
            raise click.UsageError(f"{output}: is a file; several documents need a folder.")
        wanted = [_target(document, output, as_json) if into else output for document in documents]
        for document in documents:
            if document.folder is not None and _within(output, document.folder):
                raise click.UsageError(
                    f"{output}: output onto input, the folder lies in {document.folder}. Give an -o outside of it."
                )
    _check([path for path in [*wanted, removed] if path is not None], documents, force)
    return wanted


def _target(document: Source, output: Path, as_json: bool) -> Path:
    if document.path is None:
        name = Path("stdin.txt")
    elif document.folder is not None:
        name = document.path.relative_to(document.folder)
    else:
        name = Path(document.path.name)
    suffix = ".json" if as_json else ".txt" if SUFFIXES.get(name.suffix.lower()) == "html" else ""
    return output / name.with_name(name.name + suffix)


def _within(path: Path, folder: Path) -> bool:
    inner, outer = os.path.realpath(path), os.path.realpath(folder)
    return os.path.commonpath([inner, outer]) == outer


def _check(wanted: list[Path], documents: list[Source], force: bool) -> None:
    """Refuse outputs that coincide with each other, an input, or something that is there."""
    paths = {os.path.realpath(document.path) for document in documents if document.path is not None}
    inodes = {(s.st_dev, s.st_ino) for path in paths if (s := _stat(path))}
    seen: set[str] = set()
    for path in wanted:
        real, there = os.path.realpath(path), _stat(path)
        if real in seen:
            raise click.UsageError(f"{path}: two outputs would be written to it. Give them different places.")
        seen.add(real)
        if real in paths or (there and (there.st_dev, there.st_ino) in inodes):
            raise click.UsageError(f"{path}: output onto input; the input is never modified. Give another place.")
        if there and not stat.S_ISREG(there.st_mode):
            raise click.UsageError(f"{path}: is no regular file. Give a file's name, or redirect standard output.")
        if os.path.lexists(path) and not force:
            raise OutputExists(f"{path}: exists already. Choose another name, or overwrite with --force.")


def _stat(path: str | Path) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        return None


def encoded(text: str) -> bytes:
    """Encode as UTF-8; bytes that were damaged when they were read come out as they went in."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def json_line(record: Mapping[str, Any]) -> bytes:
    """Write a record as a line of JSON: UTF-8, or escapes where a text holds what UTF-8 cannot."""
    try:
        return json.dumps(record, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(record).encode() + b"\n"


def write(path: Path, data: bytes) -> str | None:
    """Write a file whole; say what stands against this one file, None when it is done.

    Raises
    ------
    OSError
        What would meet the next file too: a full or read-only disk.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic(path) as stream:
            stream.write(data)
    except OSError as error:
        if error.errno in _ONE_TARGET:
            return f"cannot be written to {path} ({error.strerror})."
        raise
    return None


def show(data: bytes) -> None:
    """Write to standard output, byte for byte.

    Raises
    ------
    click.ClickException
        It is closed.
    """
    if sys.stdout is None:
        raise click.ClickException("standard output is closed. Write to a file with -o.")
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def on_terminal() -> bool:
    """Say whether a person watches standard output."""
    return sys.stdout is not None and sys.stdout.isatty()


def coloured() -> bool:
    """Say whether standard output takes colours, see https://no-color.org."""
    return on_terminal() and not os.environ.get("NO_COLOR")
