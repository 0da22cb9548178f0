"""Separators: lines of nothing but signs that divide a text."""

from __future__ import annotations

import re
from typing import Final

#: "---", "***", "___", "* * *", "=====", "———", "• • •", also as Setext underline without its heading.
_RULE: Final = re.compile(r"(?:[-*_=~—–•·#⁂][ \t]*){1,200}\Z")


def is_rule(line: str) -> bool:
    """Say whether a line is a separator.

    >>> is_rule("* * *"), is_rule("-- Ed."), is_rule("——")
    (True, False, True)
    """
    signs = len(line) - line.count(" ")
    return _RULE.match(line) is not None and (signs >= 3 or line in ("——", "⁂"))
