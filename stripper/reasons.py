"""Say in words what weighed in a decision: the strongest words, the paragraph's look, its neighbours, a guard rail."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from stripper.context import appeal_probability
from stripper.features import DENSE_NAMES, Features, ngrams
from stripper.kinds import KINDS
from stripper.model import Model

HeldBack = Literal["keep", "protect", "guarded", "only_appeals"]

_HELD: Final = {
    "keep": "stays because its kind is in keep",
    "protect": "stays because it is protected",
    "guarded": "stays because more of the document would go than max_removed allows",
    "only_appeals": "stays because the document holds nothing but appeals",
}
_WORDS: Final = 3
#: Dense columns that a reader understands, with how to say them; named when the paragraph is short of telling words.
_LOOKS: Final = {
    "address": "web address",
    "very_short": "very short",
    "has_copyright": "copyright sign",
    "has_bar": "bars between words",
    "has_chevron": "arrow",
    "has_money": "sum of money",
    "has_at": "e-mail address or handle",
    "repeated": "repeated in the document",
}


def explain(
    paragraphs: list[str],
    model: Model,
    features: Features,
    probabilities: npt.NDArray[np.float32],
    threshold: float,
    appeal: npt.NDArray[np.bool_],
    removed: npt.NDArray[np.bool_],
    held: list[HeldBack | None],
) -> list[str]:
    """Give a reason for each paragraph; empty for content that stays.

    Parameters
    ----------
    paragraphs, features, probabilities
        Of one document, as the two stages saw and gave them.
    appeal, removed : bool ndarray, shape (n_paragraphs,)
        Which reach the threshold, and which really go.
    held : list
        Why an appeal stays, one a paragraph.
    """
    reasons = [""] * len(paragraphs)
    if not appeal.any():
        return reasons
    rows = np.flatnonzero(appeal)
    best = probabilities[:, 1:].argmax(axis=1) + 1
    scores = model.classifier.scores_alone(features, rows)
    alone = appeal_probability(model.context.probabilities_alone(scores, features.dense[rows]))
    for row, chance_alone in zip(rows.tolist(), alone.tolist(), strict=True):
        column = int(best[row])
        told = _telling(paragraphs[row], features, row, model, column) + _looks(features, row)
        parts = []
        if told:
            parts.append(f"{KINDS[column]}: " + ", ".join(told[:_WORDS]))
        if chance_alone < threshold:
            parts.append(_neighbours(best, appeal, row))
        if held[row] is not None:
            parts.append(_HELD[held[row]])
        reasons[row] = "; ".join(parts) or f"reads like {KINDS[column]}"
    for row in np.flatnonzero(removed & ~appeal).tolist():
        reasons[row] = "introduces only removed paragraphs"
    return reasons


def _telling(paragraph: str, features: Features, row: int, model: Model, column: int) -> list[str]:
    """Name the words and pairs of words, one between them, that speak most for a kind against content."""
    table, scales = model.classifier.table, model.classifier.scales
    grams: list[tuple[float, str]] = []
    words = _token_texts(paragraph)
    for family, reach in ((0, 1), (1, 3)):  # "word" and "skip"
        units = table[features.grams(family, row)].astype(np.float32)
        worth = units[:, column] * scales[column] - units[:, 0] * scales[0]
        for place in np.argsort(-worth)[:_WORDS].tolist():
            said = " ".join(words[place : place + reach]).strip("\x02\x03 ")
            if worth[place] > 0 and any(character.isalnum() for character in said):
                grams.append((float(worth[place]), said))
    grams.sort(key=lambda gram: -gram[0])
    return [f'"{said}"' for said in dict.fromkeys(said for _, said in grams)]


def _token_texts(paragraph: str) -> list[str]:
    """Cut a paragraph into the tokens that the features hashed, sentinels included."""
    run = ngrams.stream([ngrams.bounded(paragraph)])
    text = "\x02" + ngrams.bounded(paragraph) + "\x03"
    return [text[start:end] for start, end in zip(run.token_starts.tolist(), run.token_ends.tolist(), strict=True)]


def _looks(features: Features, row: int) -> list[str]:
    return [said for name, said in _LOOKS.items() if features.dense[row, DENSE_NAMES.index(name)] > 0]


def _neighbours(best: npt.NDArray[np.int64], appeal: npt.NDArray[np.bool_], row: int) -> str:
    """Say which neighbours made the difference."""
    before = KINDS[best[row - 1]] if row > 0 and appeal[row - 1] else None
    after = KINDS[best[row + 1]] if row + 1 < len(best) and appeal[row + 1] else None
    if before and before == after:
        return f"stands between two {before} paragraphs"
    if before and after:
        return f"stands between a {before} and a {after} paragraph"
    if before or after:
        return f"stands {'after' if before else 'before'} a {before or after} paragraph"
    return "what else stands in the document"
