"""Cut a text into lines that know where they stand."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

#: Everything that ends a line: LF, VT, FF, CR, NEL, LINE and PARAGRAPH SEPARATOR.
_LINE: Final = re.compile(r"[^\n\x0b\x0c\r\x85\u2028\u2029]+")
_BLANK: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ufeff\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f]*\Z")
_TRIM: Final = " \t\ufeff\xa0\u3000\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"
_TRIM_ALL: Final = _TRIM + "\x1c\x1d\x1e\x1f"


class Line(NamedTuple):
    """A line with something to see on it."""

    start: int  #: of its first visible character
    end: int  #: after its last visible character
    text: str  #: what stands between
    indent: int  #: columns of white space before it, a tab counts four
    after_blank: bool  #: whether a blank line, or nothing at all, stands before it


def visible_lines(text: str) -> list[Line]:
    """List the lines that are not blank; white space, controls and zero-width characters alone are blank."""
    lines: list[Line] = []
    last = 0
    blank = True
    for match in _LINE.finditer(text):
        start, end = match.span()
        raw = match.group()
        if start - last > 1 and text[last:start] != "\r\n":
            blank = True
        last = end
        body = raw.strip(_TRIM_ALL)
        if not body or ((not body[0].isprintable() or body[0] == "\u200b") and _BLANK.match(body)):
            blank = True
            continue
        lead = raw.find(body[0])
        indent = 0 if lead == 0 else lead + 3 * raw.count("\t", 0, lead)
        begin = start + lead
        lines.append(Line(begin, begin + len(body), body, indent, blank))
        blank = False
    return lines
