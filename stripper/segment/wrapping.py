"""Decide whether neighbouring lines are one paragraph that somebody wrapped at a column.

Evidence of a wrapped break: the next line's first word would not have fitted within the width that the document keeps
to, and the sentence goes on. Poems, lists, addresses and tables break before the margin; headlines do not go on in
lower case. When the evidence is thin the lines stay apart: a line a paragraph is what extractors give.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from stripper.segment.lines import Line

MIN_WIDTH: Final = 40
MAX_WIDTH: Final = 100
_TABLE: Final = re.compile(r"\t|\||\S {3,}\S.* {3,}\S")
_ENDS: Final = tuple('.!?:;…。！？।۔؟"”»)')
#: Share of next lines that begin in lower case; wrapped English has 0.85, German 0.6, a list of names 0.
_LOWER: Final = 0.35
#: Share of breaks at the margin; a wrapped paragraph has all, but people also edit wrapped text.
_FULL: Final = 0.85
#: Share of the width that every line of a block reaches which somebody wrapped a little short.
_NEAR: Final = 0.8


def columns(text: str) -> int:
    """Count the columns of a line; East Asian wide characters take two."""
    if text.isascii():
        return len(text)
    return len(text) + sum(unicodedata.east_asian_width(character) in "WF" for character in text)


def may_wrap(block: Sequence[Line]) -> bool:
    """Reject cheaply what cannot be wrapped prose: a long line, a short first line, a table."""
    if len(block) < 2:
        return False
    return all(len(line.text) <= MAX_WIDTH for line in block) and len(block[0].text) * 2 >= MIN_WIDTH


def width_of(blocks: Sequence[Sequence[Line]]) -> int:
    """Give the width that the candidate blocks keep to: their longest line that another follows."""
    return max((columns(line.text) for block in blocks for line in block[:-1]), default=0)


def is_wrapped(block: Sequence[Line], width: int, *, established: bool) -> bool:
    """Say whether a block's lines are one wrapped paragraph.

    Parameters
    ----------
    width : int
        Columns that the document keeps to.
    established : bool
        Whether other blocks already showed that the document is wrapped; then two lines suffice.
    """
    if not MIN_WIDTH <= width <= MAX_WIDTH or any(_TABLE.search(line.text) for line in block):
        return False
    breaks = list(zip(block, block[1:]))
    full = sum(_would_not_fit(line, after, width) for line, after in breaks) / len(breaks)
    goes_on = sum(_goes_on(line, after) for line, after in breaks) / len(breaks)
    if established:
        near = min(columns(line.text) for line, _ in breaks) >= _NEAR * width  # wrapped by hand, or to less than most
        return full >= _FULL or (full >= _FULL / 2 and goes_on >= 2 * _LOWER) or (near and goes_on >= _LOWER)
    return len(breaks) >= 2 and full >= _FULL and goes_on >= _LOWER


def _would_not_fit(line: Line, after: Line, width: int) -> bool:
    word = after.text.split(None, 1)[0]
    room = width - columns(line.text)
    if columns(word) > len(word):  # wide scripts break anywhere, so their lines are full to the margin
        return room < 3
    return min(columns(word), MIN_WIDTH) + 1 > room


def _goes_on(line: Line, after: Line) -> bool:
    """Whether the sentence runs over the break; scripts without case go by the missing full stop."""
    first = after.text.lstrip("\"'“„«(")[:1]
    if first.lower() != first.upper():
        return first == first.lower()
    return not line.text.endswith(_ENDS)
