"""HTML and bytes to text; the only user of trafilatura and lxml, which are imported when a page comes."""

from __future__ import annotations

from stripper.html.decoding import decode, decode_with_guess
from stripper.html.detection import looks_like_html
from stripper.html.extraction import Page, extract

__all__ = ["Page", "decode", "decode_with_guess", "extract", "looks_like_html"]
