"""Tell HTML from text. A text about HTML stays text."""

from __future__ import annotations

import re
from typing import Final

_START: Final = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>\s*|<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta|article|main|section|"
    r"div|p|table|h[1-6]|ul|ol|header|nav)\b[^>]{0,2000}>",
    re.IGNORECASE | re.DOTALL,
)
_BLOCK: Final = re.compile(
    r"<(/?)(?:p|div|body|html|table|li|h[1-6]|article|section|ul|ol|tr|td|br)\b[^<>]{0,500}>", re.I
)
_SAMPLE: Final = 20_000
_ENOUGH: Final = 4


def looks_like_html(content: str | bytes) -> bool:
    """Say whether a document is HTML: it begins with a tag of pages and closes some.

    Parameters
    ----------
    content : str or bytes
        Bytes are looked at without decoding, but for UTF-16 with a byte order mark.
    """
    if isinstance(content, bytes):
        wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
        sample = content[:_SAMPLE].decode("utf-16" if wide else "latin-1", errors="ignore").removeprefix("ï»¿")
    else:
        sample = content[:_SAMPLE]
    sample = sample.lstrip("\ufeff\x00 \t\r\n")
    if not sample.startswith("<"):
        return False
    start = _START.match(sample)
    if start is None:
        return False
    if re.search(r"<(?:!doctype|html|head|body)", start.group(), re.IGNORECASE):
        return True
    tags = _BLOCK.findall(sample)
    return len(tags) >= _ENOUGH or (len(tags) >= 2 and "/" in tags)
