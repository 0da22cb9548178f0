"""HTML and bytes: what is taken for a page, how bytes become text, what is read from a page."""

from __future__ import annotations

import codecs
import json
import subprocess
import sys
import time

import pytest

from stripper import clean
from stripper.errors import InputError
from stripper.html import Page, decode, decode_with_guess, extract, looks_like_html
from tests.helpers import NEWS, PLEA

BODY = "".join(f"<p>{text}</p>\n" for text in NEWS)
HEAD = f"<!DOCTYPE html>\n<html lang='en-GB'><head><title>{NEWS[0]}</title></head>"
PAGE = f"{HEAD}<body><article>{BODY}</article></body></html>"


def page(text: str, head: str = "") -> str:
    return f"<html><head>{head}</head><body><p>{text}</p></body></html>"


def test_importing_loads_no_parser() -> None:
    code = (
        "import sys, stripper.html as h; h.looks_like_html('<p>'); h.decode(b'x');"
        "print([m for m in ('trafilatura', 'lxml', 'charset_normalizer') if m in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


@pytest.mark.parametrize(
    "content",
    [
        PAGE,
        "<html>",
        "<HTML><BODY>x",
        "<html\n lang=en>",
        "\ufeff \n\t<!doctype html><title>x",
        "<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' 'x'><html>",
        "<!-- saved from a page --><!-- twice -->\n<html>",
        "<body><p>One.",
        "<div><p>One.</p><p>Two.</p></div>",
        "<h1>One</h1>\n<p>Two.</p>",
        "<script>var a = 1</script><div><p>One.</p><p>Two.</p></div>",
    ],
)
def test_pages_and_fragments_are_html(content: str) -> None:
    assert looks_like_html(content)
    assert looks_like_html(content.encode())
    assert looks_like_html(codecs.BOM_UTF8 + content.encode())
    if not content.startswith("\ufeff"):
        assert looks_like_html(content.encode("utf-16"))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "  ",
        NEWS[1],
        "The tag <html> opens a page and <body> its body; <p> and </p>, <div> and </div> hold the rest.",
        "Write <!DOCTYPE html> first.\n\n<html>\n<body>\n<p>Hello</p>\n</body>\n</html>\n",
        "<3 the new ferry",
        "<html5> is not a tag",
        "<p> opens a paragraph, as every beginner learns.",
        "<?xml version='1.0'?><rss><channel><title>News</title></channel></rss>",
        "<div align='center'><p><img src='a.png'></p></div>\n\n# Ferry timetable\n\nA tool. <p>x</p>\n",
        "<!-- a note that never ends <html>",
        "# Notes\n\n<div><p>One.</p><p>Two.</p></div>",
    ],
)
def test_texts_about_html_and_markdown_stay_text(content: str) -> None:
    assert not looks_like_html(content)
    assert not looks_like_html(content.encode())


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n<html>", b"\x89PNG\r\n\x1a\n<html>", b"PK\x03\x04<html>", b"\x00\x01<p></p>"]
)
def test_binary_bytes_are_not_html(data: bytes) -> None:
    assert not looks_like_html(data)


@pytest.mark.parametrize(
    "content", ["<!---->" * 3000 + "x", "<!--" * 5000, " " * 200_000, "<?xml " * 4000, "<div " * 4000]
)
def test_looking_at_awkward_beginnings_takes_no_time(content: str) -> None:
    started = time.perf_counter()
    assert not looks_like_html(content)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"%PDF-1.4\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"GIF89a\x01", "GIF"),
        (b"PK\x03\x04\x14", "ZIP"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"BZh91AY&SY", "bzip2"),
        (b"\x7fELF\x02", "program"),
        (b"RIFF\x24\x00\x00\x00WEBP", "media"),
        (bytes(64), "binary"),
        (bytes(range(256)) * 20, "binary"),
        (NEWS[1].encode("utf-16-le"), "byte order mark"),
    ],
)
def test_binary_data_is_refused_by_name(data: bytes, what: str) -> None:
    for read in (decode, decode_with_guess, extract):
        with pytest.raises(InputError, match=what):
            read(data)


@pytest.mark.parametrize(
    "text", ["RIFF is a format, said the archivist.", "BZh. means before.", "GIF8 or GIF9?", "PAR1 text"]
)
def test_texts_that_begin_like_a_signature_are_read(text: str) -> None:
    assert decode(text.encode()) == text


def test_utf8_needs_no_guess_and_keeps_its_mark() -> None:
    for text in ("", NEWS[1], "\ufeffBrücke", "Мост закрыт 🌉\r\n", "a stray \x00" + " in a long text" * 20):
        assert decode_with_guess(text.encode()) == (text, None)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_marked_wide_encodings_are_read_and_named(encoding: str) -> None:
    assert decode_with_guess("Мост закрыт".encode(encoding)) == ("Мост закрыт", encoding)


def test_utf16_cut_off_is_an_input_error() -> None:
    with pytest.raises(InputError, match="utf-16"):
        decode("Brücke".encode("utf-16")[:-1])


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Мост через реку закроют на шесть недель, сообщили в четверг городские власти. " * 3, "cp1251"),
        ("Die Brücke über die Förde wird gesperrt, sagte die Bürgermeisterin. Später fährt die Fähre. " * 3, "cp1252"),
        ("橋は六週間閉鎖されると郡の技師が木曜日に発表した。バスは迂回する。" * 3, "shift_jis"),
    ],
)
def test_other_encodings_are_guessed(text: str, encoding: str) -> None:
    decoded, guess = decode_with_guess(text.encode(encoding))
    assert decoded == text
    assert isinstance(guess, str)


def test_a_byte_that_only_the_far_end_holds_does_not_stop_the_guess() -> None:
    text = NEWS[1] + "\n"
    data = text.encode() * 2000 + b"caf\xe9"
    decoded, guess = decode_with_guess(data)
    assert len(decoded) == len(data)
    assert "\ufffd" not in decoded
    assert isinstance(guess, str)


def test_damaged_utf8_keeps_its_other_characters() -> None:
    data = "Die Fähre über die Förde fährt später".encode() + b"\xff."
    text, how = decode_with_guess(data)
    assert text.encode("utf-8", "surrogateescape") == data
    assert how == "UTF-8 with 1 damaged byte"
    assert decode(data) == "Die Fähre über die Förde fährt später\ufffd."


def test_a_page_is_read_paragraph_by_line_with_its_metadata() -> None:
    found = extract(PAGE)
    assert [line for line in found.text.splitlines() if line] == NEWS
    assert found.metadata["title"] == NEWS[0]
    assert found.metadata["language"] == "en-GB"
    assert json.loads(json.dumps(found.metadata)) == found.metadata


def test_line_breaks_within_a_paragraph_are_spaces() -> None:
    found = extract(f"<html><body><p>The bridge\n  will <b>close</b>\non Monday.</p>{BODY}</body></html>")
    assert found.text.splitlines()[0] == "The bridge will close on Monday."


def test_author_date_and_site_are_read_where_known() -> None:
    head = (
        "<meta name='author' content='Ida Thorne'><meta property='og:site_name' content='Kelmouth Courier'>"
        "<meta property='article:published_time' content='2024-03-05T08:00:00Z'>"
    )
    found = extract(page(NEWS[1], head))
    assert found.metadata == {"author": "Ida Thorne", "date": "2024-03-05", "sitename": "Kelmouth Courier"}


def test_comments_of_readers_are_left_out() -> None:
    comments = "<div id='comments' class='comments'><p>First! I never liked that bridge at all.</p></div>"
    assert "First!" not in extract(PAGE.replace("</article>", f"</article>{comments}")).text


@pytest.mark.parametrize(
    ("label", "encoding", "text"),
    [
        ("windows-1251", "cp1251", "Мост закроют."),
        ("koi8-r", "koi8-r", "Мост закроют."),
        ("shift_jis", "cp932", "橋は閉鎖された①。"),
        ("iso-2022-jp", "iso2022_jp", "橋は閉鎖された。"),
        ("euc-kr", "cp949", "다리는 닫힌다."),
        ("gb2312", "gb18030", "大桥将关闭六周。"),
        ("iso-8859-1", "cp1252", "The bridge’s “closing”"),
        ("iso-8859-2", "iso8859-2", "Most bude šest týdnů uzavřen."),
        ("utf-8", "utf-8", "Мост закроют."),
        ("iso-8859-1", "utf-8", "Мост закроют."),
        ("no-such-thing", "utf-8", "Мост закроют."),
        ("rot13", "utf-8", "Мост закроют."),
        ("utf-16", "utf-8", "Мост закроют."),
    ],
)
def test_bytes_are_read_as_the_page_declares(label: str, encoding: str, text: str) -> None:
    for head in (f"<meta charset='{label}'>", f'<META http-equiv=Content-Type content="text/html; charset={label}">'):
        assert extract(page(text, head).encode(encoding)).text.strip() == text
    prolog = f"<?xml version='1.0' encoding='{label}'?>\n{page(text)}"
    assert extract(prolog.encode(encoding)).text.strip() == text


def test_a_commented_declaration_declares_nothing() -> None:
    head = "<!-- <meta charset='koi8-r'> --><meta charset='windows-1251'>"
    assert extract(page("Мост закроют.", head).encode("cp1251")).text == "Мост закроют."


def test_a_mark_goes_before_the_declaration() -> None:
    source = page("Мост закроют.", "<meta charset='koi8-r'>")
    for encoding in ("utf-8-sig", "utf-16"):
        assert extract(source.encode(encoding)).text == "Мост закроют."


@pytest.mark.parametrize(
    "content", ["", " \n", b"", "<html></html>", "<html><body><!-- x --></body></html>", "\x00", b"<p>"]
)
def test_a_page_without_text_is_empty(content: str | bytes) -> None:
    assert extract(content).text == ""


def test_an_empty_page_has_the_verdict_empty() -> None:
    assert clean("<html><body></body></html>").verdict == "empty"


@pytest.mark.parametrize("content", [None, 7, ["<p>"]])
def test_what_is_no_page_is_an_input_error(content: object) -> None:
    with pytest.raises(InputError, match=type(content).__name__):
        extract(content)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "content",
    [
        f"<p>{NEWS[1]}</p>",
        f"{NEWS[1]}",
        f"<p>{NEWS[1]}",
        f"<?xml version='1.0' encoding='utf-8'?><html><body><p>{NEWS[1]}</p></body></html>",
        f"\ud800<html><body><p>{NEWS[1]}\x00\x0b</p></body></html>",
        f"<html><body><p>{NEWS[1]}</p></div></span></table></html></html>",
        "<html><body>" + "<b>" * 100 + f"<p>{NEWS[1]}</p></body></html>",
    ],
)
def test_fragments_and_broken_pages_lose_nothing(content: str) -> None:
    assert extract(content).text.strip() == NEWS[1]


def test_a_parser_that_fails_is_an_input_error(monkeypatch: pytest.MonkeyPatch) -> None:
    import trafilatura

    from stripper.html import extraction

    def broken(*_: object, **__: object) -> None:
        raise RecursionError("too deep")

    extraction._parser.cache_clear()
    monkeypatch.setattr(trafilatura, "bare_extraction", broken)
    try:
        with pytest.raises(InputError, match="RecursionError: too deep"):
            extract(PAGE)
    finally:
        extraction._parser.cache_clear()


def test_a_page_loses_its_plea_and_keeps_its_news() -> None:
    plea = "".join(f"<p>{text}</p>\n" for text in PLEA)
    cleaned = clean(PAGE.replace("</article>", f"{plea}</article>").encode())
    assert cleaned.format == "html"
    assert [p.text for p in cleaned.paragraphs if not p.removed] == NEWS
    assert all(cleaned.source[p.start : p.end] == p.text for p in cleaned.paragraphs)


def test_a_page_is_frozen() -> None:
    with pytest.raises(AttributeError):
        Page("x").text = "y"  # type: ignore[misc]
