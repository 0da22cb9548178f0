"""Train and measure models on labelled documents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from stripper.cleaner import Stripper
from stripper.training import evaluation, joining
from stripper.training.corpus import read
from stripper.training.evaluation import table
from stripper.training.release import train

__all__ = ["evaluate", "evaluate_joined", "table", "train"]


def evaluate(
    sources: list[Path],
    *,
    stripper: Stripper,
    split: str | None = None,
    by: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Measure a stripper on labelled files or folders; see `evaluation.evaluate` and `metrics`."""
    return evaluation.evaluate(read(sources, split=split), stripper, by=by, progress=progress)


def evaluate_joined(
    sources: list[Path], way: joining.Joining, *, stripper: Stripper, split: str | None = None
) -> dict[str, Any]:
    """Measure what a stripper cuts inside paragraphs; see `joining.evaluate_joined`."""
    return joining.evaluate_joined(read(sources, split=split), stripper, way)
