"""The commands that clean and label documents."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, TypeVar

import click

from stripper.cleaner import Stripper
from stripper.cli import inputs, outputs
from stripper.document import Cleaned, Paragraph
from stripper.errors import StripperError
from stripper.kinds import KINDS
from stripper.writing import atomic

_F = TypeVar("_F", bound=Callable[..., Any])


def complain(message: str) -> None:
    """Say something on standard error."""
    click.echo(f"stripper: {message}", err=True)


def deciding(command: _F) -> _F:
    """Add the options that make a `Stripper`."""
    options = [
        click.option("--model", metavar="MODEL", help="A model's folder, or the name of a shipped one."),
        click.option(
            "--operating-point",
            type=click.Choice(["cautious", "balanced", "thorough"]),
            default="balanced",
            show_default=True,
            help="At most 0.2 %, 0.5 %, 1 % of content paragraphs lost on the dev documents.",
        ),
        click.option("--threshold", type=click.FloatRange(0, 1), help="Probability, instead of an operating point."),
        click.option(
            "--keep",
            multiple=True,
            metavar="KIND",
            help=f"Leave kinds in, comma separated or repeated: {', '.join(KINDS[1:])}.",
        ),
        click.option("--protect", metavar="REGEX", help="Paragraphs in which this is found stay."),
        click.option(
            "--max-removed",
            type=float,
            default=0.9,
            show_default=True,
            help="Guard rail: a document that would lose a larger share of its characters stays as it is.",
        ),
        click.option(
            "--only-appeals",
            type=click.Choice(["empty", "keep"]),
            default="empty",
            show_default=True,
            help="What becomes of a document that is nothing but appeals.",
        ),
        click.option(
            "--sentences",
            is_flag=True,
            help="Also cut sentences that are appeals, out of paragraphs that stay.",
        ),
        click.option("--max-length", type=int, default=50_000_000, show_default=True, help="Characters of a document."),
        click.option(
            "--format",
            "format",
            type=click.Choice(["auto", "text", "markdown", "html"]),
            default="auto",
            show_default=True,
            help="By suffix and content, unless said.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def make_stripper(options: dict[str, Any]) -> Stripper:
    """Make a `Stripper` of the command's options."""
    keep = [kind.strip() for entry in options["keep"] for kind in entry.split(",") if kind.strip()]
    names = (
        "model",
        "operating_point",
        "threshold",
        "protect",
        "max_removed",
        "only_appeals",
        "max_length",
        "sentences",
    )
    return Stripper(keep=keep, **{name: options[name] for name in names})


@click.command()
@click.argument("documents", nargs=-1, metavar="[IN]...")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File, or folder for several documents.")
@click.option("--json", "as_json", is_flag=True, help="All decisions, one JSON object a document.")
@click.option("--diff", is_flag=True, help="Show what goes: lines that begin with '-'.")
@click.option("--removed", type=click.Path(path_type=Path), help="Keep what was taken out, as JSON lines.")
@click.option("--force", is_flag=True, help="Overwrite existing outputs.")
@deciding
def clean(
    documents: tuple[str, ...],
    output: Path | None,
    as_json: bool,
    diff: bool,
    removed: Path | None,
    force: bool,
    **options: Any,
) -> None:
    """Print documents without their appeals, or write them.

    IN is a file, a folder (its .txt, .md, .markdown, .html and .htm files, mirrored under -o), or - for standard input.
    The text of page.html is written as page.html.txt, with --json as page.html.json.

    \b
    Examples:
      stripper clean article.txt
      stripper clean pages/ -o clean/ --removed taken-out.jsonl
    """
    if as_json and diff:
        raise click.UsageError("--json and --diff exclude each other.")
    found = inputs.sources(documents)
    goals = outputs.targets(found, output, removed, as_json=as_json, force=force)
    stripper = make_stripper(options)
    counts: Counter[str] = Counter()
    coloured = output is None and outputs.coloured()
    shown: bytes | None = None
    with contextlib.ExitStack() as stack:
        taken = stack.enter_context(atomic(removed)) if removed is not None else None
        for document, goal in zip(inputs.progressing(found), goals, strict=True):
            cleaned = _cleaned(document, stripper, options["format"], options["max_length"], counts)
            if cleaned is None:
                continue
            data = _rendered(cleaned, document, as_json, diff, coloured)
            if goal is None:
                outputs.show(_after(shown, b"" if as_json else b"\n", data))
                shown = data
            elif trouble := outputs.write(goal, data):
                _skip(document, trouble, counts)
                continue
            if taken is not None:
                _take(taken, document, cleaned)
            counts["unchanged" if cleaned.verdict == "clean" else cleaned.verdict] += 1
    if len(found) > 1 or found[0].folder is not None:
        _sum_up(len(found), counts)
    if counts["failed"]:
        raise SystemExit(1)


def _cleaned(
    document: inputs.Source, stripper: Stripper, format: str, max_length: int, counts: Counter[str]
) -> Cleaned | None:
    """Clean one document; one that cannot be read or processed is reported, counted and skipped."""
    notes: list[str] = []
    try:
        content, settled = inputs.content(document, format, max_length, notes)
        for note in notes:
            complain(note)
        return stripper.clean(content, format=settled, id=document.name)  # type: ignore[arg-type]
    except OSError as error:
        _skip(document, f"cannot be read ({error.strerror or error}).", counts)
    except StripperError as error:
        _skip(document, str(error), counts)
    return None


def _skip(document: inputs.Source, why: str, counts: Counter[str]) -> None:
    complain(f"{document.name}: {why} Skipped.")
    counts["failed"] += 1


def _sum_up(number: int, counts: Counter[str]) -> None:
    """Say in a line how many documents fared how."""
    order = ("stripped", "only_appeals", "unchanged", "guarded", "empty", "failed")
    told = ", ".join(f"{counts[verdict]} {verdict.replace('_', ' ')}" for verdict in order if counts[verdict])
    complain(f"{number} document{'' if number == 1 else 's'}: {told}")


def _take(taken: IO[bytes], document: inputs.Source, cleaned: Cleaned) -> None:
    names = ("start", "end", "kind", "probability", "text", "reason")
    for paragraph in cleaned.paragraphs:
        if paragraph.removed:
            taken.write(
                outputs.json_line({"path": document.name, **{name: getattr(paragraph, name) for name in names}})
            )
        for cut in paragraph.cuts:
            record = {
                "path": document.name,
                "start": paragraph.start + cut.start,
                "end": paragraph.start + cut.end,
                "kind": cut.kind,
                "probability": cut.probability,
                "text": paragraph.text[cut.start : cut.end],
                "reason": "sentences within a paragraph that stays",
            }
            taken.write(outputs.json_line(record))


def _rendered(cleaned: Cleaned, document: inputs.Source, as_json: bool, diff: bool, coloured: bool) -> bytes:
    if as_json:
        return outputs.json_line({"path": document.name, **cleaned.to_dict()})
    if not diff:
        return outputs.encoded(cleaned.text)
    lines = []
    for paragraph in cleaned.paragraphs:
        for part, goes in _parts(paragraph):
            for line in part.splitlines():
                shown = f"- {line}" if goes else f"  {line}"
                lines.append(click.style(shown, fg="red") if goes and coloured else shown)
    return outputs.encoded("".join(line + "\n" for line in lines))


def _parts(paragraph: Paragraph) -> Iterator[tuple[str, bool]]:
    """Give a paragraph's pieces, and whether each goes."""
    at = 0
    for cut in paragraph.cuts:
        if kept := paragraph.text[at : cut.start].strip():
            yield kept, False
        yield paragraph.text[cut.start : cut.end], True
        at = cut.end
    if rest := paragraph.text[at:].strip():
        yield rest, paragraph.removed


def _after(before: bytes | None, gap: bytes, data: bytes) -> bytes:
    """Set a document off from the one shown before; on a terminal end its last line, for the prompt's sake."""
    if data and not data.endswith(b"\n") and outputs.on_terminal():
        data += b"\n"
    if before is None or not gap:
        return data
    return (b"" if not before or before.endswith(b"\n") else b"\n") + gap + data


@click.command()
@click.argument("documents", nargs=-1, metavar="[IN]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a paragraph.")
@deciding
def label(documents: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """List each paragraph's label, kind, probability and reason.

    Columns: number, label, kind, probability, reason, text; tab separated unless on a terminal. Of several documents
    each begins with a line ==> path <==; with --json every line names its path.

    \b
    Examples:
      stripper label article.txt
      stripper label pages/ --json --threshold 0.3
    """
    found = inputs.sources(documents)
    stripper = make_stripper(options)
    counts: Counter[str] = Counter()
    for document in inputs.progressing(found):
        cleaned = _cleaned(document, stripper, options["format"], options["max_length"], counts)
        if cleaned is None:
            continue
        if len(found) > 1 and not as_json:
            outputs.show(outputs.encoded(f"==> {document.name} <==\n"))
        outputs.show(b"".join(_rows(document, cleaned, as_json)))
    if counts["failed"]:
        raise SystemExit(1)


def _rows(document: inputs.Source, cleaned: Cleaned, as_json: bool) -> Iterator[bytes]:
    """Give a line a paragraph: JSON, tab separated, or aligned on a terminal."""
    aligned = outputs.on_terminal()
    for number, (p, record) in enumerate(zip(cleaned.paragraphs, cleaned.to_dict()["paragraphs"], strict=True)):
        text, reason = " ".join(p.text.split()), " ".join(p.reason.split())
        if as_json:
            yield outputs.json_line({"path": document.name, "paragraph": number, **record})
        elif aligned:
            row = f"{number:>4}  {p.label:<7}  {p.kind:<10}  {p.probability:.3f}  {reason:<60}  {text[:60]}\n"
            yield outputs.encoded(row)
        else:
            cells = (str(number), p.label, p.kind, f"{p.probability:.4f}", reason, text)
            yield outputs.encoded("\t".join(cells) + "\n")
