"""Tell HTML from text. A text about HTML stays text."""

from __future__ import annotations

import codecs
import re
from typing import Final

_PAGE: Final = re.compile(r"<(?:!doctype\s+html|html|head|body)(?=[\s>])", re.IGNORECASE)
_FRAGMENT: Final = re.compile(
    r"<(?:title|meta|link|style|script|article|main|section|aside|div|center|p|table|h[1-6]|ul|ol|header|footer|nav)(?=[\s>])",
    re.IGNORECASE,
)
_BLOCK: Final = re.compile(
    r"<(/?)(?:p|div|body|html|table|li|h[1-6]|article|section|ul|ol|tr|td|br)\b[^<>]{0,500}>", re.IGNORECASE
)
#: A README that begins with a centred logo is Markdown all the same.
_MARKDOWN: Final = re.compile(r"^(?:#{1,6} \S|```|~~~|[-*] \S|\[[^\]\n]{1,200}\]\([^)\n]{1,500}\))", re.MULTILINE)
_SAMPLE: Final = 20_000
_ENOUGH: Final = 4
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def looks_like_html(content: str | bytes) -> bool:
    """Say whether a document is HTML: it begins with a page's tags, or with a block's tag and holds several.

    Parameters
    ----------
    content : str or bytes
        Only the first 20,000 characters are looked at; bytes are read as Latin-1 unless a byte order mark says more.

    Examples
    --------
    >>> looks_like_html("<!-- saved --><html><p>The bridge is closed.")
    True
    >>> looks_like_html("The tag <html> opens a page, <p> a paragraph, and </p> closes it.")
    False
    """
    sample = _after_preamble(_decoded(content) if isinstance(content, bytes) else content[:_SAMPLE])
    if _PAGE.match(sample):
        return True
    if not _FRAGMENT.match(sample) or _MARKDOWN.search(sample):
        return False
    tags = _BLOCK.findall(sample)
    return len(tags) >= _ENOUGH or (len(tags) >= 2 and "/" in tags)


def _decoded(content: bytes) -> str:
    encoding = next((name for mark, name in _BOMS if content.startswith(mark)), "latin-1")
    return content[:_SAMPLE].decode(encoding, errors="ignore")


def _after_preamble(sample: str) -> str:
    """Give the sample from its first tag on: no byte order mark, white space, XML prolog or comments.

    Found step by step: one pattern for any number of comments tries every way to pair their ends, which never returns.
    """
    while True:
        sample = sample.lstrip("\ufeff\x00 \t\r\n\f")
        if sample.startswith("<!--"):
            sample = sample.partition("-->")[2]
        elif sample[:5].lower() == "<?xml":
            sample = sample.partition(">")[2]
        else:
            return sample
