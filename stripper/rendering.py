"""The cleaned text: the kept paragraphs with their own gaps, nothing rewritten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"


def cleaned_text(text: str, spans: Sequence[tuple[int, int]], kept: Iterable[bool]) -> str:
    """Join the kept spans of a text.

    Between two kept paragraphs stands one of the gaps that stood there: the one with the most line breaks, so that
    paragraphs stay apart as they were and no blank lines pile up. A gap with visible text (code, front matter, a
    comment) always stays.

    Parameters
    ----------
    spans : sequence of (start, end)
        Ordered, disjoint.
    kept : iterable of bool
        One a span.

    Examples
    --------
    >>> cleaned_text("One.\\n\\nGive now!\\n\\nTwo.\\n", [(0, 4), (6, 15), (17, 21)], [True, False, True])
    'One.\\n\\nTwo.\\n'
    """
    pieces: list[str] = []
    gaps: list[str] = []
    last = 0
    for (start, end), keep in zip(spans, kept, strict=True):
        gaps.append(text[last:start])
        last = end
        if keep:
            pieces += [_merged(gaps, opening=not pieces), text[start:end]]
            gaps = []
    gaps.append(text[last:])
    pieces.append(_closing(gaps))
    return "".join(pieces)


def _merged(gaps: list[str], *, opening: bool) -> str:
    """Choose what stands between two kept paragraphs, or before the first."""
    if len(gaps) == 1:
        return gaps[0]
    visible = [gap for gap in gaps if _visible(gap)]
    if visible:
        return "".join(visible)
    return gaps[0] if opening else max(gaps, key=_line_breaks)


def _closing(gaps: list[str]) -> str:
    """Choose what stands after the last kept paragraph: the text ends as it ended."""
    visible = [gap for gap in gaps[:-1] if _visible(gap)]
    if visible and not _visible(gaps[-1]):
        return "".join(visible).rstrip(_BREAKS + " \t") + gaps[-1]
    return "".join(visible) + gaps[-1]


def _visible(gap: str) -> bool:
    return bool(gap.strip().strip("\ufeff\u200b\u200c\u200d\u200e\u200f\x00"))


def _line_breaks(gap: str) -> int:
    return sum(gap.count(character) for character in _BREAKS) - gap.count("\r\n")
