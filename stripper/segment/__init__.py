"""Texts to paragraphs and gaps: spans of the original that rebuild it character for character.

A paragraph is a line, or a run of lines that somebody wrapped, or a block of Markdown. The strategy: list the visible
lines; in Markdown drop code; group lines that belong together (items, quotes, tables, wrapped prose); everything else
is a paragraph a line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from stripper.segment import markdown, wrapping
from stripper.segment.lines import Line, visible_lines
from stripper.segment.markdown import looks_like_markdown
from stripper.segment.rules import is_rule

__all__ = ["Role", "Segmentation", "looks_like_markdown", "segment"]

Role = Literal["paragraph", "heading", "item", "quote", "table", "rule"]
_Group = tuple[list[Line], Role]


@dataclass(frozen=True, slots=True)
class Segmentation:
    """A text and the spans of its paragraphs.

    Attributes
    ----------
    text : str
    spans : tuple of (start, end)
        Half-open, in code points; ordered, disjoint, without surrounding white space.
    roles : tuple of str
        One a span: paragraph, heading, item, quote, table or rule.
    """

    text: str
    spans: tuple[tuple[int, int], ...]
    roles: tuple[Role, ...]

    def paragraphs(self) -> list[str]:
        """List the paragraphs' texts."""
        return [self.text[start:end] for start, end in self.spans]

    def gaps(self) -> list[str]:
        """List the texts before, between and after the paragraphs: one more than there are paragraphs."""
        edges = [0, *(edge for span in self.spans for edge in span), len(self.text)]
        return [self.text[start:end] for start, end in zip(edges[::2], edges[1::2])]


def segment(text: str, *, format: Literal["auto", "text", "markdown"] = "auto") -> Segmentation:
    """Find the paragraphs of a text. Takes any str, also one with lone surrogates or a single line of 10 MB.

    Parameters
    ----------
    format : {"auto", "text", "markdown"}
        ``auto`` looks for signs of Markdown.

    Examples
    --------
    >>> segment("One.\\n\\nTwo.\\n").paragraphs()
    ['One.', 'Two.']
    """
    lines = visible_lines(text)
    is_markdown = format == "markdown" or (format == "auto" and looks_like_markdown(text))
    if is_markdown:
        lines = list(markdown.without_code(lines))
    groups = _structures(lines, is_markdown)
    groups = _joined(groups)
    spans = tuple((group[0].start, group[-1].end) for group, _ in groups)
    return Segmentation(text, spans, tuple(role for _, role in groups))


def _structures(lines: Sequence[Line], is_markdown: bool) -> list[_Group]:
    """Group lines into items, quotes, tables, headings, rules; every other line stands alone."""
    groups: list[_Group] = []
    at = 0
    while at < len(lines):
        group, role = _structure(lines, at, is_markdown)
        groups.append((group, role))
        at += len(group)
    return groups


def _structure(lines: Sequence[Line], at: int, is_markdown: bool) -> _Group:
    """Give the group that begins at a line."""
    line = lines[at]
    text = line.text
    if (
        text[0].isalpha()
        and (not is_markdown or at + 1 == len(lines) or lines[at + 1].after_blank)
        and text[1:2] not in ".)"
    ):
        return [line], "paragraph"  # most lines by far
    if is_rule(text):
        return [line], "rule"
    if is_markdown:
        if markdown.HEADING.match(text):
            return [line], "heading"
        following = lines[at + 1] if at + 1 < len(lines) and not lines[at + 1].after_blank else None
        if following and "|" in text and "|" in following.text and markdown.TABLE_RULE.match(following.text):
            return _run(lines, at, lambda other: "|" in other.text), "table"
        if following and markdown.SETEXT.match(following.text) and not markdown.ITEM.match(text) and text[0] != ">":
            return [line, following], "heading"
    if markdown.ITEM.match(text):
        return _run(lines, at, lambda other: other.indent > line.indent and not markdown.ITEM.match(other.text)), "item"
    if text[0] == ">":
        run = _run(lines, at, lambda other: other.text[0] == ">")
        if is_markdown or wrapping.is_wrapped(run, wrapping.width_of([run]), established=True):
            return run, "quote"
        return [line], "quote"
    return [line], "paragraph"


def _run(lines: Sequence[Line], at: int, belongs: Callable[[Line], bool]) -> list[Line]:
    end = at + 1
    while end < len(lines) and not lines[end].after_blank and belongs(lines[end]):
        end += 1
    return list(lines[at:end])


def _joined(groups: list[_Group]) -> list[_Group]:
    """Join runs of plain lines that are wrapped prose."""
    if not any(_may_continue(above, below) for above, below in zip(groups, groups[1:])):
        return groups
    blocks = _blocks(groups)
    candidates = [[line for group, _ in block for line in group] for block in blocks if block[0][1] == "paragraph"]
    candidates = [lines for lines in candidates if wrapping.may_wrap(lines)]
    width = wrapping.width_of(candidates)
    established = any(wrapping.is_wrapped(lines, width, established=False) for lines in candidates)
    joined: list[_Group] = []
    for block in blocks:
        lines = [line for group, _ in block for line in group]
        candidate = established and block[0][1] == "paragraph" and wrapping.may_wrap(lines)
        if candidate and wrapping.is_wrapped(lines, width, established=True):
            joined.append((lines, "paragraph"))
        else:
            joined += block
    return joined


def _may_continue(above: _Group, below: _Group) -> bool:
    """Reject cheaply: two plain lines with no blank line between, neither too long, the upper one not short."""
    (upper, role), (lower, next_role) = above, below
    return (
        role == next_role == "paragraph"
        and not lower[0].after_blank
        and wrapping.MIN_WIDTH / 2 <= len(upper[-1].text) <= wrapping.MAX_WIDTH >= len(lower[0].text)
    )


def _blocks(groups: list[_Group]) -> list[list[_Group]]:
    """Gather plain lines between blank lines or other structures."""
    blocks: list[list[_Group]] = []
    for group in groups:
        plain = group[1] == "paragraph" and len(group[0]) == 1
        if blocks and plain and blocks[-1][-1][1] == "paragraph" and not group[0][0].after_blank:
            blocks[-1].append(group)
        else:
            blocks.append([group])
    return blocks
