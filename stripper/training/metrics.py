"""The figures, defined once.

*found* is the share of gold appeals removed, *found_asking* the same for the asking kinds, *lost* the share of gold
content removed, *lost_words* that weighted by words. A paragraph whose gold label is ``?`` counts nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stripper.kinds import ASKING_KINDS, KINDS

#: Losses at which the best possible *found* is reported.
LOSSES: Final = (0.002, 0.005, 0.01)
_BINS: Final = 15
_ASKING: Final = [KINDS.index(kind) for kind in sorted(ASKING_KINDS)]


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Gold and predicted, one entry a paragraph; all arrays of shape (n_paragraphs,)."""

    gold: npt.NDArray[np.int64]  #: index into KINDS, -1 where undecided
    kind: npt.NDArray[np.int64]  #: predicted kind of the paragraph if it is an appeal, index into KINDS
    probability: npt.NDArray[np.float64]
    removed: npt.NDArray[np.bool_]
    words: npt.NDArray[np.int64]
    document: npt.NDArray[np.int64]  #: number of the paragraph's document

    def only(self, rows: npt.NDArray[np.bool_]) -> Outcomes:
        """Give the outcomes of some paragraphs."""
        return Outcomes(
            self.gold[rows],
            self.kind[rows],
            self.probability[rows],
            self.removed[rows],
            self.words[rows],
            self.document[rows],
        )


def figures(outcomes: Outcomes) -> dict[str, Any]:
    """Compute every figure; a share of nothing is None."""
    known = outcomes.only(outcomes.gold >= 0)
    appeal = known.gold > 0
    asking = np.isin(known.gold, _ASKING)
    content = ~appeal
    wrong = np.unique(known.document[known.removed != appeal])
    documents = len(np.unique(known.document))
    right_kind = known.kind == known.gold
    return {
        "documents": documents,
        "paragraphs": len(known.gold),
        "found": _share(known.removed, appeal),
        "found_asking": _share(known.removed, asking),
        "lost": _share(known.removed, content),
        "lost_words": _share(known.removed, content, known.words),
        "clean_documents": (documents - len(wrong)) / documents if documents else None,
        "average_precision": average_precision(known.probability, appeal),
        "average_precision_asking": average_precision(known.probability[content | asking], asking[content | asking]),
        "found_at": {str(loss): found_at(known.probability, appeal, content, loss) for loss in LOSSES},
        "found_asking_at": {str(loss): found_at(known.probability, asking, content, loss) for loss in LOSSES},
        "kind_accuracy": _share(right_kind, appeal & known.removed),
        "calibration_error": calibration_error(known.probability, appeal),
    }


def _share(
    what: npt.NDArray[np.bool_], of: npt.NDArray[np.bool_], weights: npt.NDArray[np.int64] | None = None
) -> float | None:
    weights = np.ones(len(of), np.int64) if weights is None else weights
    whole = int(weights[of].sum())
    return int(weights[of & what].sum()) / whole if whole else None


def threshold_at(probability: npt.NDArray[np.float64], content: npt.NDArray[np.bool_], loss: float) -> float:
    """Give the lowest threshold that removes (probability >= threshold) at most a share `loss` of the content."""
    against = np.sort(probability[content])[::-1]
    allowed = int(np.floor(loss * len(against) + 1e-9))
    if allowed >= len(against):
        return 0.0
    return float(np.nextafter(against[allowed], np.inf))


def found_at(
    probability: npt.NDArray[np.float64], gold: npt.NDArray[np.bool_], content: npt.NDArray[np.bool_], loss: float
) -> float | None:
    """Give the best *found* with at most `loss` lost, threshold chosen on this very data."""
    return _share(probability >= threshold_at(probability, content, loss), gold)


def average_precision(probability: npt.NDArray[np.float64], gold: npt.NDArray[np.bool_]) -> float | None:
    """Give the area under the precision-recall steps; equal probabilities count as one step."""
    if not gold.any():
        return None
    order = np.argsort(-probability, kind="stable")
    hits = np.cumsum(gold[order])
    last = np.flatnonzero(np.append(np.diff(probability[order]) != 0, True))
    precision = hits[last] / (last + 1)
    return float(np.sum(np.diff(hits[last], prepend=0) * precision) / hits[-1])


def calibration_error(probability: npt.NDArray[np.float64], gold: npt.NDArray[np.bool_]) -> float | None:
    """Give the expected calibration error over bins of equal mass, weighted by their size."""
    if not len(gold):
        return None
    bins = np.array_split(np.argsort(probability, kind="stable"), _BINS)
    return float(sum(abs(probability[b].mean() - gold[b].mean()) * len(b) for b in bins if len(b)) / len(gold))
