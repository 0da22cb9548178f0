"""Measure a `Stripper` on labelled documents: the real one, label() and all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from stripper.cleaner import Stripper
from stripper.errors import CorpusError, OptionError
from stripper.kinds import ASKING_KINDS, KINDS, UNDECIDED
from stripper.training.corpus import Labelled
from stripper.training.metrics import Outcomes, figures

GROUPS: Final = ("source", "site", "lang", "kind")


def outcomes(documents: list[Labelled], stripper: Stripper, progress: Callable[[str], None] | None = None) -> Outcomes:
    """Run a stripper over documents and set its decisions against the gold labels."""
    gold, kind, probability, removed, words, number = [], [], [], [], [], []
    index = {name: column for column, name in enumerate(KINDS)} | {UNDECIDED: -1}
    for position, document in enumerate(documents):
        if progress and position % 500 == 0:
            progress(f"measuring: {position} of {len(documents)} documents")
        for decision, label in zip(stripper.label(document.paragraphs), document.labels, strict=True):
            gold.append(index[label])
            kind.append(index[decision.kind])
            probability.append(decision.probability)
            removed.append(decision.removed)
            words.append(max(len(decision.text.split()), 1))
            number.append(position)
    return Outcomes(
        np.array(gold, np.int64),
        np.array(kind, np.int64),
        np.array(probability, np.float64),
        np.array(removed, np.bool_),
        np.array(words, np.int64),
        np.array(number, np.int64),
    )


def evaluate(
    documents: list[Labelled],
    stripper: Stripper,
    *,
    by: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Give the figures of `metrics.figures`, and with `by` those of each group under "groups".

    Raises
    ------
    OptionError
        An unknown grouping.
    CorpusError
        There is no document.
    """
    if by is not None and by not in GROUPS:
        raise OptionError(f"There is no grouping {by!r}; use one of {', '.join(GROUPS)}.")
    if not documents:
        raise CorpusError("There is no document to measure on; check the sources and the split.")
    measured = outcomes(documents, stripper, progress)
    result = figures(measured)
    if by == "kind":
        result["groups"] = _by_kind(measured)
    elif by is not None:
        names = np.array([getattr(document, by) for document in documents])[measured.document]
        result["groups"] = {str(name): figures(measured.only(names == name)) for name in np.unique(names)}
    return result


def _by_kind(measured: Outcomes) -> dict[str, Any]:
    """Give found and kind accuracy of each gold kind; for content what was lost of it."""
    groups = {}
    for column, kind in enumerate(KINDS):
        rows = measured.only(measured.gold == column)
        if not len(rows.gold):
            continue
        share = float(rows.removed.mean())
        groups[kind] = {
            "paragraphs": len(rows.gold),
            "lost" if column == 0 else "found": share,
            "found_asking": share if kind in ASKING_KINDS else None,
            "kind_accuracy": float((rows.kind == column)[rows.removed].mean())
            if column and rows.removed.any()
            else None,
        }
    return groups


_COLUMNS: Final = (
    ("paragraphs", "paragr."),
    ("found", "found"),
    ("found_asking", "asking"),
    ("lost", "lost"),
    ("lost_words", "l.words"),
    ("clean_documents", "clean"),
    ("average_precision", "AP"),
    ("average_precision_asking", "AP ask."),
    ("found_at.0.005", "f@0.5%"),
    ("found_asking_at.0.005", "a@0.5%"),
    ("found_at.0.01", "f@1%"),
    ("found_asking_at.0.01", "a@1%"),
    ("kind_accuracy", "kind"),
    ("calibration_error", "calib."),
)


def table(result: dict[str, Any]) -> str:
    """Lay figures out as a text table, a row a group and one for all."""
    rows = {**result.get("groups", {}), "all": result}
    width = max(len(name) for name in rows)
    lines = [" " * width + "".join(f" {title:>8}" for _, title in _COLUMNS)]
    for name, row in rows.items():
        lines.append(f"{name:<{width}}" + "".join(f" {_cell(row, key):>8}" for key, _ in _COLUMNS))
    return "\n".join(lines)


def _cell(row: dict[str, Any], key: str) -> str:
    head, _, rest = key.partition(".")
    value = row.get(head)
    if rest and isinstance(value, dict):
        value = value.get(rest)
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.4f}" if "lost" in key else f"{value:.3f}"
