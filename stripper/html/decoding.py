"""Bytes to text: what they declare, else UTF-8, else a well-kept detector's guess. Binary data is refused."""

from __future__ import annotations

import codecs
from typing import Final

from stripper.errors import InputError

_SIGNATURES: Final = {
    b"%PDF-": "a PDF",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"PK\x03\x04": "a ZIP archive (also DOCX, EPUB, ODT)",
    b"\x1f\x8b": "gzip data",
    b"BZh": "bzip2 data",
    b"\xfd7zXZ": "xz data",
    b"\x28\xb5\x2f\xfd": "zstd data",
    b"\x7fELF": "a program",
    b"SQLite format 3": "an SQLite database",
    b"{\\rtf": "an RTF document",
}
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),  # the mark stays in the text: it is part of the document
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Share of control characters from which bytes are no text in any encoding.
_CONTROLS: Final = 0.02
_SAMPLE: Final = 100_000


def refuse_binary(data: bytes) -> None:
    """Raise when the bytes are no text.

    Raises
    ------
    InputError
        They begin like a known binary format, or are full of control characters.
    """
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature):
            raise InputError(f"This is {what}, not text. Extract or decompress its text first.")
    sample = data[:_SAMPLE]
    if any(data.startswith(bom) for bom, _ in _BOMS) or not sample:
        return
    controls = sum(
        sample.count(bytes([code])) for code in range(32) if code not in (0, 9, 10, 11, 12, 13, 27, 28, 29, 30, 31)
    )
    if controls > _CONTROLS * len(sample) or sample.count(b"\x00") > max(_CONTROLS * len(sample), 8):
        raise InputError("This is binary data, not text. Give plain text, Markdown or HTML.")


def decode_with_guess(data: bytes) -> tuple[str, str | None]:
    """Decode text and say which encoding was guessed, None when nothing had to be.

    Raises
    ------
    InputError
        Binary data, or no encoding fits.
    """
    refuse_binary(data)
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return data.decode(encoding), None if encoding == "utf-8" else encoding
            except UnicodeDecodeError as error:
                raise InputError(f"It begins like {encoding} but is not ({error.reason}). Save it as UTF-8.") from None
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE]).best()
    if best is None:
        raise InputError("Neither UTF-8 nor any encoding that could be guessed. Save it as UTF-8.")
    return data.decode(best.encoding, errors="replace"), best.encoding


def decode(data: bytes) -> str:
    """Decode text, see `decode_with_guess`."""
    return decode_with_guess(data)[0]
