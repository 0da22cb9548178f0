"""The kinds of paragraph, in the order of every array that has a column a kind."""

from __future__ import annotations

from typing import Final

CONTENT: Final = "content"
APPEAL: Final = "appeal"

#: ``content`` first: column 0 of every kind matrix is the author's own words.
KINDS: Final[tuple[str, ...]] = (
    CONTENT,
    "donate",
    "subscribe",
    "register",
    "newsletter",
    "follow",
    "engage",
    "promote",
    "notice",
    "related",
    "navigation",
    "credit",
    "comments",
)

#: The kinds that ask the reader for something; the others are furniture.
ASKING_KINDS: Final[frozenset[str]] = frozenset(
    {"donate", "subscribe", "register", "newsletter", "follow", "engage", "promote"}
)

#: Gold label of a paragraph that nobody could or did decide: a neighbour, never a target.
UNDECIDED: Final = "?"


def label_of(kind: str) -> str:
    """Give the label of a kind: ``content`` for content, ``appeal`` for the others.

    >>> label_of("donate"), label_of("content")
    ('appeal', 'content')
    """
    return CONTENT if kind == CONTENT else APPEAL
