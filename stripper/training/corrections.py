"""Corrected labels, kept beside the data: document ids and paragraph numbers, no text."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from stripper.errors import CorpusError
from stripper.kinds import KINDS, UNDECIDED
from stripper.training.corpus import Labelled


def corrected(documents: list[Labelled], path: Path) -> list[Labelled]:
    """Apply corrections to the documents that they name; others are passed by.

    Parameters
    ----------
    path : Path
        JSON Lines of ``{"id": …, "paragraph": number from 0, "label": kind or "?"}``.

    Raises
    ------
    CorpusError
        The file is missing or malformed, or names a paragraph that its document does not have.
    """
    labels = {document.id: list(document.labels) for document in documents}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}: corrections cannot be read ({error}).") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            record: Any = json.loads(line)
            name, paragraph, label = record["id"], record["paragraph"], record["label"]
        except (ValueError, TypeError, KeyError):
            raise CorpusError(f'{where}: needs "id", "paragraph" and "label".') from None
        if label not in (*KINDS, UNDECIDED):
            raise CorpusError(f"{where}: unknown label {label!r}; the labels are {', '.join(KINDS)} and ?.")
        if name not in labels:
            continue
        if not isinstance(paragraph, int) or not 0 <= paragraph < len(labels[name]):
            raise CorpusError(f"{where}: document {name} has no paragraph {paragraph!r}.")
        labels[name][paragraph] = label
    return [replace(document, labels=tuple(labels[document.id])) for document in documents]
