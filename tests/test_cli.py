"""The installed command: what it prints, writes, refuses and survives."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers import NEWS, PLEA

COMMAND = Path(sys.executable).with_name("stripper")
ARTICLE = "\n".join(NEWS + PLEA) + "\n"
CLEAN = "\n".join(NEWS) + "\n"


def run(*arguments: object, data: bytes | None = None, **options: object) -> subprocess.CompletedProcess[bytes]:
    assert COMMAND.exists(), "install the package first: pip install ."
    result: subprocess.CompletedProcess[bytes] = subprocess.run(
        [str(COMMAND), *map(str, arguments)],
        input=data if data is not None else b"",
        capture_output=True,
        timeout=120,
        check=False,
        **options,  # type: ignore[call-overload]
    )
    return result


def said(result: subprocess.CompletedProcess[bytes]) -> str:
    message = result.stderr.decode()
    assert "Traceback" not in message
    return message


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_bytes(ARTICLE.encode())
    return path


@pytest.mark.parametrize("command", ["", "clean", "label", "train", "evaluate", "model"])
def test_every_help_shows_two_examples(command: str) -> None:
    result = run(*command.split(), "--help")
    assert result.returncode == 0
    text = result.stdout.decode()
    assert text[text.index("Examples:") :].count("stripper ") >= 2


def test_clean_prints_the_text_without_its_appeals(article: Path) -> None:
    assert run("clean", article).stdout.decode() == CLEAN
    assert run("clean", data=ARTICLE.encode()).stdout.decode() == CLEAN
    assert run("clean", "-", data=ARTICLE.encode()).stdout.decode() == CLEAN
    assert article.read_text() == ARTICLE


def test_windows_line_ends_and_lone_bytes_survive(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + CLEAN.replace("\n", "\r\n").encode()
    assert run("clean", data=data).stdout == data


def test_a_folder_is_mirrored_and_one_bad_file_skipped(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text(ARTICLE)
    (folder / "deep" / "b.md").write_text("# Bridge\n\n" + "\n\n".join(NEWS))
    (folder / "deep" / "p.html").write_text("<html><body>" + "".join(f"<p>{p}</p>" for p in NEWS) + "</body></html>")
    (folder / "bad.txt").write_bytes(bytes(range(256)) * 10)
    (folder / "ignored.xyz").write_text("x")
    result = run("clean", folder, "-o", tmp_path / "out")
    assert result.returncode == 1
    message = said(result)
    assert "bad.txt" in message
    assert "binary" in message
    assert "4 documents" in message
    written = sorted(str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*") if p.is_file())
    assert written == ["a.txt", "deep/b.md", "deep/p.html.txt"]
    assert (tmp_path / "out" / "a.txt").read_text() == CLEAN


def test_json_removed_and_diff_tell_what_went(article: Path, tmp_path: Path) -> None:
    record = json.loads(run("clean", article, "--json").stdout)
    assert record["verdict"] == "stripped"
    assert [p["text"] for p in record["paragraphs"]] == NEWS + PLEA
    result = run("clean", article, "--removed", tmp_path / "gone.jsonl", "-o", tmp_path / "out.txt")
    assert result.returncode == 0
    gone = [json.loads(line) for line in (tmp_path / "gone.jsonl").read_text().splitlines()]
    assert [g["text"] for g in gone] == PLEA
    assert all(ARTICLE[g["start"] : g["end"]] == g["text"] for g in gone)
    diff = run("clean", article, "--diff").stdout.decode()
    assert "\x1b" not in diff
    assert [line[2:] for line in diff.splitlines() if line.startswith("- ")] == PLEA


def test_options_reach_the_stripper(article: Path) -> None:
    assert run("clean", article, "--threshold", "1").stdout.decode() == ARTICLE
    assert PLEA[-1] in run("clean", article, "--protect", "^Donate").stdout.decode()
    assert run("clean", article, "--keep", "donate,subscribe,navigation,newsletter").stdout.decode() == ARTICLE
    assert run("clean", article, "--max-removed", "0.01").stdout.decode() == ARTICLE
    plea = "\n".join(PLEA).encode()
    assert run("clean", "--threshold", "0", data=plea).stdout == b""
    assert run("clean", "--threshold", "0", "--only-appeals", "keep", data=plea).stdout == plea


def test_label_lists_every_paragraph(article: Path) -> None:
    rows = [line.split("\t") for line in run("label", article).stdout.decode().splitlines()]
    assert [row[5] for row in rows] == NEWS + PLEA
    assert {row[1] for row in rows[: len(NEWS)]} == {"content"}
    assert len(run("label", article, "--json").stdout.splitlines()) == len(rows)


def test_model_shows_and_verifies(tmp_path: Path) -> None:
    assert "balanced" in run("model").stdout.decode()
    assert "OK" in run("model", "--verify").stdout.decode()
    assert json.loads(run("model", "--json").stdout)["format"] == 3
    result = run("model", tmp_path)
    assert result.returncode == 1
    assert "card.json" in said(result)


def test_train_and_evaluate_run_from_the_command(tmp_path: Path) -> None:
    lines = [
        json.dumps({"site": f"s{n}", "paragraphs": NEWS + PLEA, "labels": ["content"] * 5 + ["donate"] * 5})
        for n in range(6)
    ]
    (tmp_path / "mine.jsonl").write_text("\n".join(lines))
    result = run("train", tmp_path / "mine.jsonl", "--out", tmp_path / "m")
    assert result.returncode == 0, said(result)
    measured = run("evaluate", tmp_path / "mine.jsonl", "--model", tmp_path / "m", "--json")
    assert json.loads(measured.stdout)["paragraphs"] == 60
    again = run("train", tmp_path / "mine.jsonl", "--out", tmp_path / "m")
    assert again.returncode == 2
    assert "--force" in said(again)


def test_a_missing_file_is_named() -> None:
    result = run("clean", "no-such-file.txt")
    assert result.returncode == 2
    assert "no-such-file.txt" in said(result)


def test_an_empty_file_gives_an_empty_text(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    result = run("clean", tmp_path / "empty.txt")
    assert (result.returncode, result.stdout) == (0, b"")


def test_an_unreadable_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "nowhere")
    result = run("clean", tmp_path / "dangling.txt")
    assert result.returncode == 1
    assert "dangling.txt" in said(result)


@pytest.mark.parametrize("data", [b"%PDF-1.7 \x00", b"\x89PNG\r\n\x1a\n" + bytes(50), bytes(1000)])
def test_binary_data_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.txt").write_bytes(data)
    result = run("clean", tmp_path / "x.txt")
    assert result.returncode == 1
    assert "not text" in said(result)


def test_another_encoding_is_guessed_and_said(tmp_path: Path) -> None:
    text = (
        "Die Brücke über die Förde wird für sechs Wochen gesperrt, sagte die Bürgermeisterin. Später fährt die Fähre."
    )
    (tmp_path / "alt.txt").write_bytes(text.encode("cp1252"))
    result = run("clean", tmp_path / "alt.txt")
    assert result.stdout.decode() == text
    assert "not UTF-8, read as" in said(result)


def test_a_folder_without_anything_to_do_is_an_error(tmp_path: Path) -> None:
    result = run("clean", tmp_path)
    assert result.returncode == 2
    assert "nothing to do" in said(result)


def test_output_onto_input_is_refused(article: Path, tmp_path: Path) -> None:
    os.link(article, tmp_path / "hard.txt")
    (tmp_path / "soft.txt").symlink_to(article)
    for target in (article, tmp_path / "hard.txt", tmp_path / "soft.txt"):
        result = run("clean", article, "-o", target, "--force")
        assert result.returncode == 2
        assert "output onto input" in said(result)
    assert run("clean", tmp_path, "-o", tmp_path, "--force").returncode == 2
    assert article.read_text() == ARTICLE


def test_an_existing_output_is_kept_without_force(article: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("old")
    result = run("clean", article, "-o", target)
    assert result.returncode == 2
    assert "--force" in said(result)
    assert target.read_text() == "old"
    assert run("clean", article, "-o", target, "--force").returncode == 0
    assert target.read_text() == CLEAN


def test_a_full_disk_is_an_error() -> None:
    with open("/dev/full", "wb") as full:
        result = subprocess.run(
            [COMMAND, "clean"], input=ARTICLE.encode(), stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert result.returncode == 1
    assert b"No space left" in result.stderr
    assert b"Traceback" not in result.stderr


def test_a_file_that_cannot_be_written_whole_leaves_nothing(article: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    big = tmp_path / "big.txt"
    big.write_text(CLEAN * 2000)
    script = f"ulimit -f 100; trap '' XFSZ; exec {COMMAND} clean {big} -o {out / 'x.txt'}"
    result = subprocess.run(["bash", "-c", script], capture_output=True, check=False, timeout=120)
    assert result.returncode == 1
    assert b"Traceback" not in result.stderr
    assert list(out.iterdir()) == []


def test_a_read_only_target_is_an_error(article: Path) -> None:
    result = run("clean", article, "-o", "/proc/out.txt")
    assert result.returncode == 1
    assert "/proc" in said(result)


def test_a_closed_pipe_ends_quietly(tmp_path: Path) -> None:
    big = tmp_path / "big.txt"
    big.write_text("\n".join(NEWS * 20_000))
    result = subprocess.run(
        ["bash", "-c", f"{COMMAND} clean --threshold 1 {big} | head -1; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        check=False,
    )
    assert result.returncode == 0
    assert result.stderr == b""
    assert result.stdout.decode().strip() == NEWS[0]


def test_an_over_long_input_names_the_limit(article: Path) -> None:
    result = run("clean", article, "--max-length", "100")
    assert result.returncode == 1
    assert "limit is 100" in said(result)


def test_interrupting_removes_partial_output_and_exits_130(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for number in range(3000):
        (folder / f"{number:04}.txt").write_text(ARTICLE)
    process = subprocess.Popen(
        [COMMAND, "clean", folder, "-o", out, "--removed", tmp_path / "gone.jsonl"], stderr=subprocess.PIPE
    )
    while not list(out.glob("*.txt")):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, message = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in message
    assert not list(tmp_path.rglob("*.part"))
    assert not (tmp_path / "gone.jsonl").exists()
    assert all(path.read_text() == CLEAN for path in out.iterdir())


def test_wrong_usage_exits_2(article: Path) -> None:
    assert run("clean", article, "--keep", "ads").returncode == 2
    assert run("clean", article, "--operating-point", "bold").returncode == 2
    assert run("clean", article, "--json", "--diff").returncode == 2
    assert run("nosuch").returncode == 2


def test_two_runs_on_one_output_leave_one_whole_file(article: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    runs = [subprocess.Popen([COMMAND, "clean", article, "-o", target, "--force"]) for _ in range(2)]
    assert [process.wait(60) for process in runs] == [0, 0]
    assert target.read_text() == CLEAN


def test_documents_on_standard_output_stand_a_blank_line_apart(tmp_path: Path) -> None:
    first, second = tmp_path / "1.txt", tmp_path / "2.txt"
    first.write_text(NEWS[0])
    second.write_text(NEWS[1] + "\n")
    assert run("clean", first, second, first).stdout.decode() == f"{NEWS[0]}\n\n{NEWS[1]}\n\n{NEWS[0]}"


def test_a_fragment_of_html_is_not_lost() -> None:
    result = run("clean", "--format", "html", data=f"<p>{NEWS[1]}</p>".encode())
    assert result.stdout.decode().strip() == NEWS[1]


def test_text_format_leaves_tags_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<p>{NEWS[1]}</p>\n")
    assert run("clean", "--format", "text", page).stdout == page.read_bytes()


def test_decisions_of_a_folder_are_written_as_json_files(article: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    article.rename(tmp_path / "in" / "a.txt")
    assert run("clean", tmp_path / "in", "--json", "-o", tmp_path / "out").returncode == 0
    (written,) = (tmp_path / "out").iterdir()
    assert written.name == "a.txt.json"
    assert json.loads(written.read_text())["verdict"] == "stripped"


def test_dash_as_output_is_standard_output(article: Path) -> None:
    assert run("clean", article, "-o", "-").stdout.decode() == CLEAN


def test_damaged_utf8_is_said_and_comes_out_byte_for_byte(tmp_path: Path) -> None:
    data = "Die Fähre über die Förde fährt später, sagte die Bürgermeisterin.".encode() + b" \xff\n\xc3"
    path = tmp_path / "damaged.txt"
    path.write_bytes(data)
    result = run("clean", path)
    assert result.stdout == data
    assert "damaged" in said(result)
    assert json.loads(run("clean", path, "--json").stdout)["verdict"] == "clean"


def test_surrogates_in_the_bytes_come_out_as_they_went_in() -> None:
    data = "Später fährt die Fähre über die große Förde. ".encode() + b"\xed\xa0\x80\n"
    assert run("clean", data=data).stdout == data


def test_utf16_is_read_and_said(tmp_path: Path) -> None:
    path = tmp_path / "wide.txt"
    path.write_bytes(CLEAN.encode("utf-16"))
    result = run("clean", path)
    assert result.stdout.decode() == CLEAN
    assert "read as utf-16" in said(result)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\n\n"])
def test_unchanged_text_is_written_byte_for_byte(tmp_path: Path, end: str) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_bytes(("\ufeff" + end.join(NEWS) + "\t \x00" + end).encode())
    assert run("clean", "--threshold", "1", source, "-o", target).returncode == 0
    assert target.read_bytes() == source.read_bytes()


def test_a_file_without_permission_is_reported(article: Path) -> None:
    article.chmod(0)
    bounded: list[str] = []
    if os.geteuid() == 0:  # root reads everything, unless it gives that power up
        bounded = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
        if shutil.which("setpriv") is None or subprocess.run([*bounded, "true"], check=False).returncode:
            pytest.skip("run by root, and setpriv cannot take its powers away")
    result = subprocess.run([*bounded, COMMAND, "clean", article], capture_output=True, check=False, timeout=60)
    assert result.returncode == 1
    assert "article.txt: cannot be read (Permission denied)" in said(result)


def test_a_dangling_link_in_a_folder_does_not_vanish(article: Path, tmp_path: Path) -> None:
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    result = run("clean", tmp_path)
    assert result.returncode == 1
    assert "gone.txt: cannot be read" in said(result)
    assert "1 stripped, 1 failed" in said(result)


def test_output_inside_the_input_folder_is_refused(article: Path, tmp_path: Path) -> None:
    for target in (tmp_path / "out", tmp_path / "deep" / ".." / "out"):
        result = run("clean", tmp_path, "-o", target)
        assert result.returncode == 2
        assert "output onto input" in said(result)
    assert list(tmp_path.iterdir()) == [article]


def test_removed_is_never_written_onto_input_or_output(article: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    for arguments in (["-o", target, "--removed", target], ["--removed", article]):
        assert run("clean", article, "--force", *arguments).returncode == 2
    assert article.read_text() == ARTICLE
    assert not target.exists()


def test_two_inputs_for_one_output_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "same.txt").write_text(ARTICLE)
    result = run("clean", tmp_path / "a" / "same.txt", tmp_path / "b" / "same.txt", "-o", tmp_path / "out")
    assert result.returncode == 2
    assert "two outputs" in said(result)
    assert not (tmp_path / "out").exists()


def test_a_page_and_a_text_of_its_output_name_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.html").write_text("<html><body><p>One.</p></body></html>")
    (folder / "a.html.txt").write_text("Two.")
    assert run("clean", folder, "-o", tmp_path / "out").returncode == 2


def test_a_device_is_never_replaced(article: Path) -> None:
    result = run("clean", article, "-o", "/dev/null", "--force")
    assert result.returncode == 2
    assert "no regular file" in said(result)
    assert not Path("/dev/null").is_file()


def test_one_target_that_cannot_be_written_is_skipped(article: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / ("n" * 249 + ".html")).write_text("<html><body><p>One.</p></body></html>")  # with .txt behind it: 258
    (folder / "z.txt").write_text(ARTICLE)
    result = run("clean", folder, "-o", tmp_path / "out")
    assert result.returncode == 1
    assert "name too long" in said(result)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["z.txt"]


def test_closed_standard_streams_are_errors(article: Path) -> None:
    for redirection in (f"{article} >&-", "<&-"):
        result = subprocess.run(
            ["bash", "-c", f"{COMMAND} clean {redirection}"], capture_output=True, check=False, timeout=60
        )
        assert result.returncode == 1
        assert "is closed" in said(result)


def test_input_far_beyond_the_limit_is_not_read_whole() -> None:
    with open("/dev/zero", "rb") as endless:
        result = subprocess.run(
            [COMMAND, "clean", "--max-length", "1000"], stdin=endless, capture_output=True, check=False, timeout=60
        )
    assert result.returncode == 1
    assert "--max-length" in said(result)


def test_interrupting_while_reading_standard_input_exits_130(tmp_path: Path) -> None:
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        process = subprocess.Popen(
            [COMMAND, "clean", "--removed", tmp_path / "gone.jsonl"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        while not list(tmp_path.glob(".*.part")):
            assert process.poll() is None
            time.sleep(0.02)
        time.sleep(0.2)
        process.send_signal(number)
        assert process.wait(30) == code
        _, message = process.communicate()
        assert b"Traceback" not in message
        assert list(tmp_path.iterdir()) == []


def test_colours_are_for_terminals_and_respect_no_color(article: Path) -> None:
    import pty

    def seen(**environment: str) -> bytes:
        ours, theirs = pty.openpty()
        subprocess.run(
            [COMMAND, "clean", article, "--diff"], stdout=theirs, check=True, env={**os.environ, **environment}
        )
        os.close(theirs)
        data = b""
        try:
            while piece := os.read(ours, 65536):
                data += piece
        except OSError:
            pass  # Linux says so when the other side is closed
        os.close(ours)
        return data

    assert b"\x1b[31m- Donate now" in seen(NO_COLOR="", TERM="xterm")
    plain = seen(NO_COLOR="1", TERM="xterm")
    assert b"- Donate now" in plain
    assert b"\x1b" not in plain


def test_help_answers_at_once() -> None:
    started = time.perf_counter()
    for _ in range(3):
        run("--help")
    seconds = (time.perf_counter() - started) / 3
    assert seconds < 1, "0.2 s on an idle machine"
