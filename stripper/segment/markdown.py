"""Markdown's blocks. Code, front matter, comments and link definitions are never paragraphs.

Not a renderer: it only finds where blocks begin and end, by the rules of CommonMark 0.31 that matter for that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stripper.segment.lines import Line

HEADING: Final = re.compile(r"#{1,6}(?:[ \t]+\S|[ \t]*\Z)")
FENCE: Final = re.compile(r"(`{3,}|~{3,})([^`]*)\Z")
DEFINITION: Final = re.compile(r"\[[^\]\[]{1,200}\]:[ \t]*\S")
TABLE_RULE: Final = re.compile(r"\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?\Z")
SETEXT: Final = re.compile(r"(?:=+|-{2,})\Z")
_KEY: Final = re.compile(r"[A-Za-z_][\w -]{0,60}[:=]")
_LINK: Final = re.compile(r"!?\[[^\]\[\n]{1,300}\]\([^()\s]{1,2000}\)")
_STRONG: Final = re.compile(r"\*\*[^\s*][^*\n]{0,300}\*\*|__[^\s_][^_\n]{0,300}__")
_QUICK: Final = ("#", "`", "](", "**", "|", "~~~", "===", "---", "+++")
_SAMPLE: Final = 40_000


def looks_like_markdown(text: str) -> bool:
    """Say whether a text is Markdown; plain text with a stray sign is not.

    One decisive sign (front matter, a pair of fences, a table's rule) or two kinds of lesser ones, or a lesser one
    three times.
    """
    sample = text[:_SAMPLE]
    if not any(sign in sample for sign in _QUICK):
        return False
    lines = [line.strip() for line in sample.splitlines()]
    if front_matter_end(lines):
        return True
    fences = sum(1 for line in lines if line[:3] in ("```", "~~~") and FENCE.match(line))
    tables = any("|" in above and "|" in line and TABLE_RULE.match(line) for above, line in zip(lines, lines[1:]))
    if fences >= 2 or tables:
        return True
    headings = sum(
        1
        for line in lines
        if line[:1] == "#" and HEADING.match(line) and not line.endswith("#") | line[1:].strip()[:1].isdigit()
    )
    headings += sum(
        1
        for above, line in zip(lines, lines[1:])
        if above and len(line) >= 3 and line[0] in "=-" and SETEXT.match(line) and "=" in line
    )
    links = len(_LINK.findall(sample))
    strong = len(_STRONG.findall(sample))
    return (headings > 0) + (links > 0) + (strong > 0) + fences >= 2 or max(headings, links, strong) >= 3


def front_matter_end(lines: list[str]) -> int:
    """Give the number of lines of the front matter that a document begins with, 0 for none."""
    if not lines or lines[0].lstrip("\ufeff") not in ("---", "+++"):
        return 0
    rule = lines[0].lstrip("\ufeff")
    for number, line in enumerate(lines[1:200], start=1):
        if line == rule or (rule == "---" and line == "..."):
            inside = [entry for entry in lines[1:number] if entry]
            return number + 1 if inside and _KEY.match(inside[0]) else 0
    return 0


def without_code(lines: list[Line]) -> Iterator[Line]:
    """Pass on the lines outside front matter, fences, comments, link definitions and indented code.

    A line that follows something left out is marked as following a blank line: nothing is joined across code.
    """
    skip = front_matter_end([line.text for line in lines[:200]])
    fence = ""
    comment = cut = in_list = indented = False
    for number, line in enumerate(lines):
        text = line.text
        opening = FENCE.match(text) if text[0] in "`~" else None
        if number < skip:
            cut = True
        elif fence:
            cut = True
            if opening and opening[1][0] == fence[0] and len(opening[1]) >= len(fence) and not opening[2].strip():
                fence = ""
        elif comment or text.startswith("<!--"):
            cut = True
            comment = not text.endswith("-->") and "-->" not in text
        elif opening:
            fence, cut = opening[1], True
        elif text[0] == "[" and DEFINITION.match(text):
            cut = True
        elif line.indent >= 4 and (line.after_blank or indented) and not in_list:
            indented = cut = True
        else:
            indented = False
            in_list = ITEM.match(text) is not None or (in_list and (not line.after_blank or line.indent >= 2))
            yield line._replace(after_blank=line.after_blank or cut)
            cut = False


ITEM: Final = re.compile(r"(?:[-*+•‣▪◦●]|\(?\d{1,4}[.)]|[a-zA-Z][.)])[ \t]+\S")
