"""Hash words, skip pairs and character n-grams of many paragraphs at once, without a Python loop over tokens.

The text is a stream of folded code points. A polynomial rolling hash modulo 2**64 gives the hash of every substring
from two prefix sums (Karp & Rabin, 1987), so a family of n-grams costs a few vector operations. Each paragraph stands
between two sentinel characters: its first and last word pair thus know where they stand, and no family is ever empty.
"""

from __future__ import annotations

import functools
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from stripper.features.alphabet import DIGIT, LETTER, PUNCTUATION, SPACE, UNSPACED, alphabet

#: Names of the n-gram families, in the order in which `families` gives them.
FAMILIES: Final = ("word", "skip", "char4")

#: Raised whenever the same text would land in other buckets; part of the features' digest.
HASHING: Final = 3
BUCKET_BITS: Final = 18
BUCKETS: Final = 1 << BUCKET_BITS

#: A longer paragraph is judged by its first and last halves of this many code points: an appeal says what it is at its
#: edges, and a list of countries between them would drown it. Chosen by measurement, see models/EXPERIMENTS.md.
MAX_PARAGRAPH: Final = 400
#: The same while n-grams learn their weights: what stands in the middle of a paragraph is worth knowing, too.
MAX_TRAINING_PARAGRAPH: Final = 6000
#: Code points hashed in one go; bounds the work arrays to a few MB and keeps them in cache.
CHUNK: Final = 1 << 16

_BASE: Final = 0x9E3779B97F4A7C15  # 2**64 / golden ratio, odd and so invertible modulo 2**64
_SKIP: Final = 0xBF58476D1CE4E5B9  # odd mixing constants (David Stafford's mix13)
_FINISH: Final = 0x94D049BB133111EB
_MASK: Final = (1 << 64) - 1
_OPEN: Final = "\x02"
_CLOSE: Final = "\x03"

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]


class Stream(NamedTuple):
    """Code points of a run of paragraphs, with what the families and the shapes are computed from.

    Every array but the last four has shape (n_code_points,).
    """

    codes: npt.NDArray[np.uint32]  #: as in the text, sentinels included
    folded: npt.NDArray[np.uint32]  #: lower-cased, digits "0", separators " "
    category: npt.NDArray[np.uint8]  #: class of the code point, see `alphabet`
    starts: I64  #: shape (n_paragraphs,), where each paragraph's opening sentinel stands
    token_starts: I64  #: shape (n_tokens,)
    token_ends: I64  #: shape (n_tokens,)
    token_rows: I64  #: shape (n_paragraphs,), index of each paragraph's first token


@functools.cache
def _powers() -> tuple[U64, U64]:
    """Give base**i and base**-i modulo 2**64 for every offset of a chunk."""
    size = CHUNK + 2 * MAX_TRAINING_PARAGRAPH
    forward = np.full(size, _BASE, np.uint64)
    forward[0] = 1
    backward = np.full(size, pow(_BASE, -1, 1 << 64), np.uint64)
    backward[0] = 1
    return np.multiply.accumulate(forward), np.multiply.accumulate(backward)


def bounded(paragraph: str, longest: int = MAX_PARAGRAPH) -> str:
    """Give what of a paragraph is looked at: all, or its two edges when it is longer than so many code points."""
    if len(paragraph) <= longest:
        return paragraph
    return paragraph[: longest // 2] + " " + paragraph[-longest // 2 :]


def stream(paragraphs: list[str]) -> Stream:
    """Lay paragraphs out as one array of code points between sentinels and find the tokens.

    Parameters
    ----------
    paragraphs : list of str
        Already `bounded`, together at most ``CHUNK`` + ``MAX_TRAINING_PARAGRAPH`` code points.
    """
    table = alphabet()
    text = _OPEN + (_CLOSE + _OPEN).join(paragraphs) + _CLOSE
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.fromiter(map(len, paragraphs), np.int64, len(paragraphs))
    starts = np.zeros(len(paragraphs), np.int64)
    np.cumsum(lengths[:-1] + 2, out=starts[1:])
    folded: npt.NDArray[np.uint32]
    if text.isascii() or int(codes.max()) < 0x10000:
        folded, category = table.fold[codes].astype(np.uint32), table.category[codes]
    else:
        inside = np.minimum(codes, 0xFFFF)
        folded = np.where(codes < 0x10000, table.fold[inside], codes).astype(np.uint32)
        category = np.where(codes < 0x10000, table.category[inside], PUNCTUATION).astype(np.uint8)
        category[(codes >= 0x20000) & (codes < 0x40000)] = UNSPACED  # Han extensions B to I
    ends = starts + lengths + 1
    category[starts] = category[ends] = PUNCTUATION
    folded[starts], folded[ends] = ord(_OPEN), ord(_CLOSE)
    token_starts, token_ends = _tokens(category)
    return Stream(codes, folded, category, starts, token_starts, token_ends, np.searchsorted(token_starts, starts))


def _tokens(category: npt.NDArray[np.uint8]) -> tuple[I64, I64]:
    """Find the tokens: a run of letters and digits, or one character of any other class but space."""
    in_word = (category == LETTER) | (category == DIGIT)
    begins = category != SPACE
    begins[1:] &= ~(in_word[1:] & in_word[:-1])
    ends = category != SPACE
    ends[:-1] &= ~(in_word[1:] & in_word[:-1])
    return np.flatnonzero(begins), np.flatnonzero(ends) + 1


def token_hashes(run: Stream) -> tuple[U64, U64]:
    """Give the prefix sums over the run and each token's 64-bit hash.

    Returns
    -------
    prefix : uint64 ndarray, shape (n_code_points + 1,)
    hashes : uint64 ndarray, shape (n_tokens,)
    """
    forward, backward = _powers()
    prefix = np.zeros(len(run.folded) + 1, np.uint64)
    np.cumsum((run.folded + np.uint32(1)) * forward[: len(run.folded)], out=prefix[1:])
    hashes = (prefix[run.token_ends] - prefix[run.token_starts]) * backward[run.token_starts]
    return prefix, hashes ^ (hashes >> np.uint64(32))


def _bucket(hashes: U64, family: str) -> I64:
    salted = hashes + np.uint64(FAMILIES.index(family) * _BASE & _MASK)  # "the" as a word is not "the" inside one
    mixed = (salted ^ (salted >> np.uint64(29))) * np.uint64(_FINISH)
    buckets: I64 = (mixed >> np.uint64(64 - BUCKET_BITS)).astype(np.int64)
    return buckets


def families(run: Stream, prefix: U64, hashes: U64) -> list[tuple[I64, I64]]:
    """Hash every family of n-grams.

    Returns
    -------
    list of (buckets, starts), one a family in the order of ``FAMILIES``
        buckets : int64 ndarray, shape (n_grams,), values in [0, BUCKETS)
        starts : int64 ndarray, shape (n_paragraphs,), index of each paragraph's first gram; strictly increasing.
    """
    after = np.empty_like(hashes)
    after[:-2] = hashes[2:]
    after[-2] = hashes[0]  # an opening sentinel, as the last tokens of the other paragraphs see one
    after[run.token_rows[1:] - 1] = 0  # else the skip pair of a closing sentinel would see the next paragraph
    after[-1] = 0
    skips = hashes * np.uint64(_SKIP) + after
    words = [_bucket(hashes, "word"), _bucket(skips, "skip")]
    return [*((buckets, run.token_rows) for buckets in words), _characters(run, prefix, 4)]


def _characters(run: Stream, prefix: U64, size: int) -> tuple[I64, I64]:
    """Hash character n-grams that hold no separator but at their edges; the opening sentinel always counts as one."""
    _, backward = _powers()
    count = len(run.folded) - size + 1
    inner = (run.category == SPACE) | (run.category == PUNCTUATION)
    walls = np.zeros(len(inner) + 1, np.int32)
    np.cumsum(inner, out=walls[1:])
    valid = np.zeros(len(inner), np.bool_)
    if count > 0:
        valid[:count] = walls[size - 1 : size - 1 + count] == walls[1 : 1 + count]
    valid[run.starts] = True
    places = np.flatnonzero(valid)
    stops = np.minimum(places + size, len(inner))
    grams = (prefix[stops] - prefix[places]) * backward[places]
    grams[np.searchsorted(places, run.starts)] = 0  # the sentinel's own gram: the same for every paragraph
    return _bucket(grams ^ (grams >> np.uint64(32)), f"char{size}"), np.searchsorted(places, run.starts)
