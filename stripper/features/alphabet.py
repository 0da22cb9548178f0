"""Fold code points and sort them into classes by table.

One table look-up a character replaces every per-character decision of the later modules. The tables cover the Basic
Multilingual Plane; what lies beyond (emoji, rare ideographs) is mapped to a class by range.
"""

from __future__ import annotations

import functools
import unicodedata
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

SPACE: Final = 0
PUNCTUATION: Final = 1
LETTER: Final = 2
DIGIT: Final = 3
#: Scripts written without spaces between words: every character is a token of its own.
UNSPACED: Final = 4

_BMP: Final = 0x10000
_DIGIT_FOLD: Final = ord("0")
_UNSPACED_RANGES: Final = (
    (0x0E00, 0x0F00),  # Thai, Lao
    (0x0F00, 0x1000),  # Tibetan
    (0x1000, 0x10A0),  # Myanmar
    (0x1780, 0x1800),  # Khmer
    (0x3040, 0x3100),  # Hiragana, Katakana
    (0x31F0, 0x3200),  # Katakana extensions
    (0x3400, 0x4DC0),  # Han extension A
    (0x4E00, 0xA000),  # Han
    (0xF900, 0xFB00),  # Han compatibility
)


class Alphabet(NamedTuple):
    """Look-up tables over the Basic Multilingual Plane, each of shape (65536,)."""

    fold: npt.NDArray[np.uint16]  #: lower case, accents of Latin letters dropped, every digit "0", every space " "
    category: npt.NDArray[np.uint8]  #: SPACE, PUNCTUATION, LETTER, DIGIT or UNSPACED
    upper: npt.NDArray[np.bool_]  #: upper or title case


def _fold(character: str) -> int:
    lower = character.lower()
    if len(lower) != 1:
        lower = lower[0]
    if ord(lower) < 0x0250 or 0x1E00 <= ord(lower) < 0x1F00:
        lower = unicodedata.normalize("NFD", lower)[0]
    return ord(lower)


@functools.cache
def alphabet() -> Alphabet:
    """Build the tables once a process (about 40 ms)."""
    fold = np.arange(_BMP, dtype=np.uint16)
    category = np.full(_BMP, PUNCTUATION, np.uint8)
    upper = np.zeros(_BMP, np.bool_)
    classes = {"L": LETTER, "M": LETTER, "N": DIGIT, "Z": SPACE, "C": SPACE}
    for code in range(_BMP):
        name = unicodedata.category(chr(code))
        category[code] = classes.get(name[0], PUNCTUATION)
        if name in ("Lu", "Lt"):
            upper[code] = True
        if name == "Nd":
            fold[code] = _DIGIT_FOLD
        elif name[0] in "ZC":
            fold[code] = 32
        elif name[0] == "L" and (upper[code] or code < 0x0250 or 0x1E00 <= code < 0x1F00):
            fold[code] = _fold(chr(code))
    for start, stop in _UNSPACED_RANGES:
        unspaced = category[start:stop]
        unspaced[(unspaced == LETTER)] = UNSPACED
    fold[0x2018:0x201A] = ord("'")  # typographic apostrophes: "don’t" and "don't" are one word
    return Alphabet(fold, category, upper)
