"""What a paragraph looks like: length, endings, capitals, digits, signs. One row a paragraph, no words."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from stripper.features.alphabet import DIGIT, LETTER, PUNCTUATION, UNSPACED, alphabet
from stripper.features.ngrams import Stream

_SIGNS: Final = {
    "question": "?？؟",
    "exclamation": "!！",
    "money": "$€£¥₹₽₺₴₪₩฿₫",
    "percent": "%",
    "at": "@",
    "hash": "#",
    "bar": "|｜",
    "chevron": "»›>→▶",
    "dot": "·•●",
    "slash": "/",
    "colon": ":：",
    "semicolon": ";؛；",
    "comma": ",，、،",
    "quote": '"“”„«»「」『』',
    "bracket": "()[]（）【】",
    "copyright": "©®™",
    "dash": "-–—",
    "stop": ".。।۔",
    "ellipsis": "…",
    "underscore": "_*=~",
    "emoji": "",
}
_ENDINGS: Final = {
    "sentence": ".。।۔!！?？؟።។",
    "ellipsis": "…",
    "colon": ":：",
    "closing": "\"”»」』)）]'",
    "chevron": "»›>→",
}

FEATURE_NAMES: Final = (
    "log_characters",
    "log_tokens",
    "mean_word",
    "short",
    "very_short",
    "upper_share",
    "capitalised_words",
    "starts_upper",
    "digit_share",
    "digit_runs",
    "starts_digit",
    "letters_share",
    "unspaced_share",
    "latin_share",
    "cyrillic_share",
    "address",
    *(f"sign_{name}" for name in _SIGNS),
    *(f"has_{name}" for name in _SIGNS),
    *(f"ends_{name}" for name in _ENDINGS),
    "ends_other",
    "starts_punctuation",
)


def _sign_table() -> npt.NDArray[np.int8]:
    """Map a code point of the BMP to the number of its sign plus one, or to zero."""
    table = np.zeros(0x10000, np.int8)
    for number, signs in enumerate(_SIGNS.values(), start=1):
        for sign in signs:
            table[ord(sign)] = number
    return table


_TABLE: Final = _sign_table()
_EMOJI: Final = list(_SIGNS).index("emoji") + 1


def _ending_table() -> npt.NDArray[np.uint8]:
    """Map a code point of the BMP to a bit for each ending that it belongs to."""
    table = np.zeros(0x10000, np.uint8)
    for number, signs in enumerate(_ENDINGS.values()):
        for sign in signs:
            table[ord(sign)] |= 1 << number
    return table


_ENDING_TABLE: Final = _ending_table()
_ENDING_BITS: Final = np.array([1 << number for number in range(len(_ENDINGS))], np.uint8)


def shapes(run: Stream, sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Describe each paragraph of a run.

    Parameters
    ----------
    sizes : int64 ndarray, shape (n_paragraphs,)
        Code points of each paragraph, the middle of a long one included.

    Returns
    -------
    float32 ndarray, shape (n_paragraphs, len(FEATURE_NAMES))
        Mostly within [-1, 3]: shares, logarithms scaled to about one, flags.
    """
    # Below, x - low < width on unsigned numbers is low <= x < low + width in one comparison.
    n = len(run.starts)
    bounds = np.concatenate([run.starts, [len(run.codes)]])
    lengths = bounds[1:] - bounds[:-1]
    size = np.maximum(lengths - 2, 1).astype(np.float32)
    rows = np.arange(n).repeat(lengths)
    inside = np.minimum(run.codes, 0xFFFF)
    counts = np.bincount(rows * 5 + run.category, minlength=5 * n).reshape(n, 5).astype(np.float32)
    counts[:, PUNCTUATION] -= 2
    sign_codes = _TABLE[inside]
    sign_codes[(run.codes >= 0x1F000) & (run.codes < 0x20000)] = _EMOJI
    marked = np.flatnonzero(sign_codes)
    width = len(_SIGNS) + 1
    signs = np.bincount(rows[marked] * width + sign_codes[marked], minlength=width * n).reshape(n, width)[:, 1:]
    upper = alphabet().upper[inside]
    uppers = np.add.reduceat(upper, run.starts, dtype=np.int64)
    token_bounds = np.concatenate([run.token_rows, [len(run.token_starts)]])
    tokens = token_bounds[1:] - token_bounds[:-1] - 2
    first_of_token = run.category[run.token_starts]
    number = first_of_token == DIGIT
    word = (first_of_token == LETTER) | number
    words = np.maximum(np.add.reduceat(word, run.token_rows, dtype=np.int64), 1).astype(np.float32)
    capitals = np.add.reduceat(upper[run.token_starts], run.token_rows, dtype=np.int64)
    numbers = np.add.reduceat(number, run.token_rows, dtype=np.int64)
    letters = np.maximum(counts[:, LETTER] + counts[:, UNSPACED], 1)
    latin = np.add.reduceat(run.folded - np.uint32(97) < 0x250 - 97, run.starts, dtype=np.int64)
    cyrillic = np.add.reduceat(run.folded - np.uint32(0x400) < 0x130, run.starts, dtype=np.int64)
    first, last = _edges(run, bounds)
    first_category = run.category[first]
    final = _ENDING_TABLE[inside[last]]
    columns = [
        np.log1p(sizes) / 4,
        np.log1p(tokens) / 3,
        (letters + counts[:, DIGIT]) / words / 8,
        np.log1p(size) < np.log(40),
        np.log1p(size) < np.log(14),
        uppers / letters,
        capitals / words,
        upper[first],
        counts[:, DIGIT] / size,
        np.log1p(numbers),
        first_category == DIGIT,
        letters / size,
        counts[:, UNSPACED] / letters,
        np.minimum(latin / letters, 1),
        np.minimum(cyrillic / letters, 1),
        _addresses(run),
    ]
    table = np.empty((n, len(FEATURE_NAMES)), np.float32)
    for number, column in enumerate(columns):
        table[:, number] = column
    at = len(columns)
    table[:, at : at + len(_SIGNS)] = np.log1p(signs) / np.log1p(size)[:, None]
    table[:, at + len(_SIGNS) : at + 2 * len(_SIGNS)] = signs > 0
    at += 2 * len(_SIGNS)
    table[:, at : at + len(_ENDINGS)] = final[:, None] & _ENDING_BITS > 0
    table[:, -2] = final == 0
    table[:, -1] = first_category == PUNCTUATION
    return table


def _edges(run: Stream, bounds: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Find each paragraph's first and last visible character (its sentinels when there is none)."""
    first_token = np.minimum(run.token_rows + 1, len(run.token_starts) - 1)
    closing = np.concatenate([run.token_rows[1:], [len(run.token_starts)]]) - 1
    last_token = np.maximum(closing - 1, 0)
    return run.token_starts[first_token], run.token_ends[last_token] - 1


def _addresses(run: Stream) -> npt.NDArray[np.bool_]:
    """Say which paragraphs hold a web address: "://" or "www."."""
    f = run.folded
    found = np.zeros(len(run.starts), np.bool_)
    colons = np.flatnonzero(f[:-2] == ord(":"))
    colons = colons[(f[colons + 1] == ord("/")) & (f[colons + 2] == ord("/"))]
    stops = np.flatnonzero(f[3:] == ord(".")) + 3
    stops = stops[(f[stops - 1] == ord("w")) & (f[stops - 2] == ord("w")) & (f[stops - 3] == ord("w"))]
    found[np.searchsorted(run.starts, np.concatenate([colons, stops]), side="right") - 1] = True
    return found
