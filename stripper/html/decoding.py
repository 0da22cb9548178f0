"""Bytes to text: what they declare, else UTF-8, else a well-kept detector's guess. Binary data is refused."""

from __future__ import annotations

import codecs
import re
from typing import Final

from stripper.errors import InputError

_SIGNATURES: Final = {
    b"%PDF-": "a PDF",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF87a": "a GIF image",
    b"GIF89a": "a GIF image",
    b"RIFF": "a media file (WebP, WAV or AVI)",
    b"PK\x03\x04": "a ZIP archive (also DOCX, EPUB, ODT)",
    b"PK\x05\x06": "an empty ZIP archive",
    b"Rar!\x1a": "a RAR archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Office document",
    b"\x1f\x8b": "gzip data",
    b"\xfd7zXZ": "xz data",
    b"\x28\xb5\x2f\xfd": "zstd data",
    b"\x7fELF": "a program",
    b"SQLite format 3\x00": "an SQLite database",
    b"PAR1": "a Parquet file",
    b"{\\rtf": "an RTF document",
}
#: Signatures of letters only: a text may begin with them, so there must be bytes behind them that no text has.
_WORDS: Final = (b"RIFF", b"PAR1")
_BZIP2: Final = re.compile(rb"BZh[1-9]1AY&SY")
_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Share of control characters from which bytes are no text in any encoding.
_CONTROLS: Final = 0.02
#: NUL bytes that a longer text may hold: crawled pages have stray ones.
_STRAY_NULS: Final = 8
#: Control characters that texts hold: tab, line ends, form feed, escape (ISO-2022) and the separators behind it.
_ALLOWED: Final = bytes([9, 10, 11, 12, 13, 27, 28, 29, 30, 31])
_FORBIDDEN: Final = bytes(code for code in range(32) if code not in _ALLOWED)
_SAMPLE: Final = 100_000
_ESCAPED: Final = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f]")

_META: Final = re.compile(rb"""<meta[^>]{0,500}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{1,40})""", re.IGNORECASE)
_PROLOG: Final = re.compile(rb"""\s{0,99}<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([\w.:-]{1,40})""", re.IGNORECASE)
_COMMENT: Final = re.compile(rb"<!--.*?-->", re.DOTALL)
_PRESCAN: Final = 4096  #: the HTML standard looks at 1024 bytes; pages that open with long scripts declare later
#: What browsers read under a declared name, https://encoding.spec.whatwg.org/#names-and-labels
_LABELS: Final = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "x-mac-cyrillic": "mac_cyrillic",
    "macintosh": "mac_roman",
}
#: Encodings whose bytes all are ASCII, so that they look like UTF-8.
_STATEFUL: Final = ("iso2022", "iso-2022", "hz")


def refuse_binary(data: bytes) -> None:
    """Raise when the bytes are no text.

    Raises
    ------
    InputError
        They begin like a known binary format, or are full of control characters or NUL bytes.
    """
    sample = data[:_SAMPLE]
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature) and not (signature in _WORDS and b"\x00" not in sample):
            raise InputError(f"This is {what}, not text. Extract or decompress its text first.")
    if _BZIP2.match(data):
        raise InputError("This is bzip2 data, not text. Extract or decompress its text first.")
    if not sample or any(data.startswith(mark) for mark, _ in _BOMS):
        return
    controls = len(sample) - len(sample.translate(None, _FORBIDDEN))
    if controls > _CONTROLS * len(sample) or sample.count(b"\x00") > max(_CONTROLS * len(sample), _STRAY_NULS):
        raise InputError(
            "This is binary data, not text. Give plain text, Markdown or HTML; save UTF-16 with a byte order mark."
        )


def decode_with_guess(data: bytes) -> tuple[str, str | None]:
    """Decode text and say how, None when it simply is UTF-8.

    A text that is UTF-8 but for a few damaged bytes (cut off in a character, spliced by a tool) keeps them as lone
    surrogates: encoding with ``errors="surrogateescape"`` gives the same bytes back. A detector would take the whole
    text for some single-byte encoding and garble it.

    Returns
    -------
    tuple of str and (str or None)
        The text, a UTF-8 byte order mark included because it is part of the document; and for messages, what was
        not plain UTF-8: the encoding's name, or ``"UTF-8 with 2 damaged bytes"``.

    Raises
    ------
    InputError
        Binary data, or no encoding fits.
    """
    refuse_binary(data)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise InputError(f"It begins like {encoding} but is not ({error.reason}). Save it as UTF-8.") from None
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", errors="surrogateescape")
    bad = len(_ESCAPED.findall(text))
    if len(_BEYOND_ASCII.findall(text)) >= 2 * bad:  # other encodings hardly ever form a sound UTF-8 character
        return text, f"UTF-8 with {bad} damaged byte{'s' if bad > 1 else ''}"
    return _guessed(data)


def decode(data: bytes) -> str:
    """Decode text as `decode_with_guess` does, with U+FFFD for each damaged byte, so that it can be encoded again."""
    return _ESCAPED.sub("\ufffd", decode_with_guess(data)[0])


def decode_page(data: bytes) -> str:
    """Decode a page: by its byte order mark, as UTF-8 where it is that, by what it declares, by a guess.

    UTF-8 goes before the declaration because what is valid as UTF-8, umlauts and all, is hardly anything else, while
    servers that convert pages leave the old ``<meta charset>`` in them.

    Raises
    ------
    InputError
        Binary data, or no encoding fits.
    """
    declared = None if any(data.startswith(mark) for mark, _ in _BOMS) else _declared(data)
    if declared is not None:
        refuse_binary(data)
        if not declared.startswith(_STATEFUL):
            try:
                return data.decode("utf-8")
            except UnicodeDecodeError:
                pass
        try:
            return data.decode(declared)
        except UnicodeDecodeError:
            if declared != "utf-8" and (text := _mostly(data, declared)) is not None:
                return text
    return decode(data)


def _guessed(data: bytes) -> tuple[str, str]:
    """Decode by the detector's best guess that fits all bytes.

    Raises
    ------
    InputError
        None fits.
    """
    from charset_normalizer import from_bytes

    sample = data[:_SAMPLE]
    if len(data) > _SAMPLE:
        sample = sample[: sample.rfind(b"\n") + 1] or sample  # not cut within a character
    for match in from_bytes(sample):
        try:
            return data.decode(match.encoding), match.encoding
        except UnicodeDecodeError:
            continue  # its sample fitted, the rest does not
    # Too short or too plain for the detector; Western European is what such files are, and a browser's last resort.
    try:
        return data.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:
        raise InputError("Neither UTF-8 nor any encoding that could be guessed. Save it as UTF-8.") from None


def _declared(data: bytes) -> str | None:
    """Give Python's name of the encoding that a page declares, None without one that Python knows."""
    head = _COMMENT.sub(b"", data[:_PRESCAN])
    found = _PROLOG.match(head) or _META.search(head)
    if found is None:
        return None
    label = found[1].decode("ascii", "ignore").lower()
    try:
        codec = codecs.lookup(_LABELS.get(label, label))
        if codec.name.startswith(("utf-16", "utf-32")):
            return "utf-8"  # what can be read as ASCII is not UTF-16, whatever it says
        b"".decode(codec.name)  # refuses codecs that are no encodings, such as rot13
    except (LookupError, ValueError):
        return None
    return codec.name


def _mostly(data: bytes, encoding: str) -> str | None:
    """Decode by a declared encoding that fits but for a few bytes, None where it does not."""
    text = data.decode(encoding, errors="replace")
    beyond = len(data) - len(data.translate(None, bytes(range(128, 256))))
    return text if text.count("\ufffd") <= max(1, _CONTROLS * beyond) else None
