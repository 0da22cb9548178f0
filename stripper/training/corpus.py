"""Read labelled documents: JSON Lines with paragraphs and their gold labels."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from stripper.errors import CorpusError
from stripper.kinds import KINDS, UNDECIDED

_LABELS: Final = frozenset((*KINDS, UNDECIDED))


@dataclass(frozen=True, slots=True)
class Labelled:
    """A document with a gold label for each paragraph; the label ``?`` marks a neighbour that is no target."""

    id: str
    site: str
    lang: str
    split: str
    source: str
    paragraphs: tuple[str, ...]
    labels: tuple[str, ...]


def files_of(sources: Iterable[Path]) -> list[Path]:
    """List the ``.jsonl`` files of files and folders (searched below), sorted within a folder.

    Raises
    ------
    CorpusError
        A source does not exist or holds no such file.
    """
    files: list[Path] = []
    for source in sources:
        found = sorted(source.rglob("*.jsonl")) if source.is_dir() else [source]
        if not source.exists():
            raise CorpusError(f"{source}: no such file or folder.")
        if not found:
            raise CorpusError(f"{source}: holds no .jsonl file; give labelled documents, one JSON object a line.")
        files += found
    return files


def read(sources: Iterable[Path], *, split: str | None = None, exclude_sites: Collection[str] = ()) -> list[Labelled]:
    """Read the labelled documents of files and folders.

    Parameters
    ----------
    split : str, optional
        Only documents of this split; documents that name none belong to ``train``.
    exclude_sites : collection of str
        Sites whose documents are left out.

    Raises
    ------
    CorpusError
        A line is not JSON, or not of the form; the message names file and line.
    """
    documents = []
    for path in files_of(sources):
        source = path.stem if path.parent.name in ("labelled", "") else f"{path.parent.name}/{path.stem}"
        with path.open(encoding="utf-8") as lines:
            try:
                for number, line in enumerate(lines, start=1):
                    if line.strip():
                        documents.append(_parse(line, f"{path}, line {number}", source))
            except UnicodeDecodeError as error:
                raise CorpusError(
                    f"{path}: not UTF-8 ({error.reason}); labelled files are JSON Lines in UTF-8."
                ) from None
    return [d for d in documents if (split is None or d.split == split) and d.site not in exclude_sites]


def _parse(line: str, where: str, source: str) -> Labelled:
    try:
        record: Any = json.loads(line)
    except ValueError as error:
        raise CorpusError(f"{where}: not JSON ({error}); write one JSON object a line.") from None
    if not isinstance(record, dict):
        raise CorpusError(f"{where}: not a JSON object.")
    paragraphs, labels = record.get("paragraphs"), record.get("labels")
    if not isinstance(paragraphs, list) or not isinstance(labels, list) or not paragraphs:
        raise CorpusError(f'{where}: needs "paragraphs" and "labels", two lists of at least one entry.')
    if len(paragraphs) != len(labels):
        raise CorpusError(f"{where}: {len(paragraphs)} paragraphs but {len(labels)} labels.")
    if not all(isinstance(paragraph, str) for paragraph in paragraphs):
        raise CorpusError(f"{where}: every paragraph must be a string.")
    for label in labels:
        if not isinstance(label, str) or label not in _LABELS:
            raise CorpusError(f"{where}: unknown label {label!r}; the labels are {', '.join(KINDS)} and ?.")
    name = str(record.get("id") or where)
    return Labelled(
        name,
        str(record.get("site") or name),
        str(record.get("lang") or "und"),
        str(record.get("split") or "train"),
        source,
        tuple(paragraphs),
        tuple(labels),
    )


def describe(sources: Iterable[Path], documents: list[Labelled]) -> dict[str, Any]:
    """Give what a card says of its data: files with sha256, counts by language, source and label."""
    files = {
        f"{path.parent.name}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest() for path in files_of(sources)
    }
    return {
        "documents": len(documents),
        "paragraphs": sum(len(document.paragraphs) for document in documents),
        "sites": len({document.site for document in documents}),
        "files_sha256": files,
        "documents_by_language": _counts(document.lang for document in documents),
        "documents_by_source": _counts(document.source for document in documents),
        "paragraphs_by_label": _counts(label for document in documents for label in document.labels),
    }


def _counts(values: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
