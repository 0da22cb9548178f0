"""Sentences of a paragraph, by a library that knows many languages."""

from __future__ import annotations

import re
from typing import Final

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SPACE: Final = re.compile(r"[^\S ]")
_SPLITTER_LANGUAGE: Final = "en"  # its sentence ends are those of all scripts; only abbreviations differ


def sentences(paragraph: str) -> list[tuple[int, int]]:
    """Find the sentences of a paragraph.

    Returns
    -------
    list of (start, end)
        Half-open, in code points; ordered, disjoint, without surrounding white space.

    Examples
    --------
    >>> text = "The minister said so. Subscribe now!"
    >>> [text[start:end] for start, end in sentences(text)]
    ['The minister said so.', 'Subscribe now!']
    """
    from sentencex import get_sentence_boundaries  # only documents with long paragraphs need it

    spans = []
    safe = _SPACE.sub(
        " ", _SURROGATE.sub("\ufffd", paragraph)
    )  # the library takes UTF-8, and stumbles over rare spaces
    for found in get_sentence_boundaries(_SPLITTER_LANGUAGE, safe):
        sentence = paragraph[found["start_index"] : found["end_index"]]
        if sentence.strip():
            start = found["start_index"] + len(sentence) - len(sentence.lstrip())
            spans.append((start, found["start_index"] + len(sentence.rstrip())))
    return spans
