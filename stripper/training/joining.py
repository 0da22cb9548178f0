"""Documents whose paragraphs were joined, to measure what is cut inside paragraphs.

Two ways: a whole document on one line, as an extractor gives it that lost the line breaks; and each appeal joined to
the content before or after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from stripper.cleaner import Stripper
from stripper.kinds import CONTENT, UNDECIDED
from stripper.training.corpus import Labelled

Joining = Literal["document", "appeal"]
JOININGS: Final[tuple[Joining, ...]] = ("document", "appeal")
#: Share of an appeal's characters that must go for it to count as cut.
_CUT: Final = 0.9


@dataclass(frozen=True, slots=True)
class Part:
    """A gold paragraph within a joined one."""

    start: int
    end: int
    label: str
    words: int
    appended: bool  # an appeal joined to content


def joined(document: Labelled, joining: Joining) -> tuple[list[str], list[list[Part]]]:
    """Join paragraphs of a document.

    Returns
    -------
    paragraphs : list of str
    parts : list of list of Part
        What each of them is made of.
    """
    groups: list[list[int]] = []
    labels = document.labels
    for number, label in enumerate(labels):
        alone = joining == "appeal" and (
            not groups
            or len(groups[-1]) > 1
            or UNDECIDED in (label, labels[number - 1])
            or (label == CONTENT) == (labels[number - 1] == CONTENT)
        )
        if groups and not alone:
            groups[-1].append(number)
        else:
            groups.append([number])
    paragraphs, parts = [], []
    for group in groups:
        text, own = "", []
        for number in group:
            paragraph = " ".join(document.paragraphs[number].split())
            text += " " if text else ""
            appended = len(group) > 1 and labels[number] not in (CONTENT, UNDECIDED)
            own.append(
                Part(len(text), len(text) + len(paragraph), labels[number], max(len(paragraph.split()), 1), appended)
            )
            text += paragraph
        paragraphs.append(text)
        parts.append(own)
    return paragraphs, parts


def evaluate_joined(documents: Sequence[Labelled], stripper: Stripper, joining: Joining) -> dict[str, Any]:
    """Measure a stripper on joined documents.

    Returns
    -------
    dict
        found_words: share of the appeals' words that went. lost_words: share of the content's words that went.
        cut: share of the appeals joined to content of which at least 90 % of the characters went.
    """
    words = {True: 0.0, False: 0.0}
    gone = {True: 0.0, False: 0.0}
    appended = cut = 0
    for document in documents:
        for part, share in _shares(document, stripper, joining):
            if part.label == UNDECIDED:
                continue
            appeal = part.label != CONTENT
            words[appeal] += part.words
            gone[appeal] += share * part.words
            appended += part.appended
            cut += part.appended and share >= _CUT
    return {
        "documents": len(documents),
        "found_words": gone[True] / max(words[True], 1),
        "lost_words": gone[False] / max(words[False], 1),
        "appended": appended,
        "cut": cut / max(appended, 1),
    }


def _shares(document: Labelled, stripper: Stripper, joining: Joining) -> Iterator[tuple[Part, float]]:
    """Give each gold paragraph's share of characters that went."""
    paragraphs, parts = joined(document, joining)
    for decision, own in zip(stripper.label(paragraphs), parts, strict=True):
        spans = [(0, len(decision.text))] if decision.removed else [(cut.start, cut.end) for cut in decision.cuts]
        for part in own:
            taken = sum(max(min(end, part.end) - max(start, part.start), 0) for start, end in spans)
            yield part, taken / max(part.end - part.start, 1)
