"""Separators and headings that introduced nothing but removed paragraphs go with them."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import numpy.typing as npt

from stripper.segment.rules import is_rule

_HEADING: Final = re.compile(r"^(#{1,6})[ \t]+\S")
_SETEXT: Final = re.compile(r"\n[ \t]*(=+|-+)[ \t]*$")
_RULE_LEVEL: Final = 7


def level(paragraph: str) -> int:
    """Give a Markdown heading's level 1-6, 7 for a separator, 0 for anything else.

    >>> level("## Results"), level("* * *"), level("No. 7 won.")
    (2, 7, 0)
    """
    if not paragraph or paragraph[0].isalnum():
        setext = _SETEXT.search(paragraph) if "\n" in paragraph else None
        return 0 if setext is None else 1 if "=" in setext[1] else 2
    heading = _HEADING.match(paragraph)
    if heading and "\n" not in paragraph:
        return len(heading[1])
    return _RULE_LEVEL if is_rule(paragraph) else 0


def orphans(paragraphs: list[str], removed: npt.NDArray[np.bool_]) -> None:
    """Mark separators and headings as removed when all that they introduced is; unmark separators that still divide.

    Parameters
    ----------
    removed : bool ndarray, shape (n_paragraphs,)
        Changed in place. A document in which nothing is removed is left alone.

    Notes
    -----
    A heading introduces what follows up to the next heading of its level or above; a separator what follows up to the
    next separator or heading. One that introduced nothing in the first place stays, unless everything after it went.
    """
    if not removed.any():
        return
    levels = [level(paragraph) for paragraph in paragraphs]
    for row in range(len(paragraphs) - 1, -1, -1):
        if not levels[row]:
            continue
        end = row + 1
        while end < len(paragraphs) and not (
            levels[end] and (levels[row] == _RULE_LEVEL or levels[end] <= levels[row])
        ):
            end += 1
        section = removed[row + 1 : end]
        if len(section) and section.all():
            removed[row] = True
        elif levels[row] == _RULE_LEVEL:
            removed[row] = bool(removed[row + 1 :].all()) and row + 1 < len(paragraphs)
