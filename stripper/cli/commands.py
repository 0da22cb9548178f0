"""The commands that clean and label documents."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, TypeVar

import click

from stripper.cleaner import Stripper
from stripper.cli import inputs
from stripper.document import Cleaned
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
        click.option("--keep", multiple=True, metavar="KIND", help=f"Leave a kind in: {', '.join(KINDS[1:])}."),
        click.option("--protect", metavar="REGEX", help="Paragraphs in which this is found stay."),
        click.option(
            "--max-removed", type=float, default=0.9, show_default=True, help="Guard rail: share of a document."
        ),
        click.option(
            "--only-appeals",
            type=click.Choice(["empty", "keep"]),
            default="empty",
            show_default=True,
            help="What becomes of a document that is nothing but appeals.",
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
    keep = [kind for entry in options.pop("keep") for kind in entry.split(",") if kind]
    names = ("model", "operating_point", "threshold", "protect", "max_removed", "only_appeals", "max_length")
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

    IN is a file, a folder (its .txt, .md and .html files, mirrored under -o), or - for standard input.

    \b
    Examples:
      stripper clean article.txt
      stripper clean pages/ -o clean/ --removed taken-out.jsonl
    """
    if as_json and diff:
        raise click.UsageError("--json and --diff exclude each other.")
    stripper = make_stripper(options)
    found = inputs.sources(documents)
    folder = any(document.below is not None for document in found)
    goals = inputs.targets(found, output, force=force, folder=folder)
    if removed is not None:
        inputs.targets([*found], removed, force=force, folder=False) if len(found) == 1 else _check_file(
            removed, found, force
        )
    counts: Counter[str] = Counter()
    with contextlib.ExitStack() as stack:
        taken = stack.enter_context(atomic(removed)) if removed is not None else None
        for number, document in inputs.progressing(found):
            cleaned = _cleaned(document, stripper, options["format"], counts)
            if cleaned is None:
                continue
            if taken is not None:
                _take(taken, document, cleaned)
            text = _rendered(cleaned, document, as_json, diff, terminal=goals[number] is None and _colours())
            _deliver(text, goals[number], first=number == 0, apart=len(found) > 1 and not as_json)
    if folder or counts["failed"] or len(found) > 1:
        told = ", ".join(f"{count} {verdict.replace('_', ' ')}" for verdict, count in sorted(counts.items()))
        complain(f"{len(found)} documents: {told}")
    if counts["failed"]:
        raise SystemExit(1)


def _check_file(path: Path, found: list[inputs.Source], force: bool) -> None:
    if any(document.path and os.path.realpath(document.path) == os.path.realpath(path) for document in found):
        raise click.UsageError(f"{path}: output onto input; the input is never modified. Give another --removed.")
    if path.exists() and not force:
        raise FileExistsError(f"{path}: exists already. Choose another name, or overwrite with --force.")


def _cleaned(document: inputs.Source, stripper: Stripper, format: str, counts: Counter[str]) -> Cleaned | None:
    """Clean one document; one that cannot be read or processed is reported, counted and skipped."""
    notes: list[str] = []
    try:
        content, settled = inputs.content(document, format, notes)
        for note in notes:
            complain(note)
        cleaned = stripper.clean(content, format=settled, id=document.name)  # type: ignore[arg-type]
    except (StripperError, OSError) as error:
        complain(f"{document.name}: {error.strerror or error if isinstance(error, OSError) else error} Skipped.")
        counts["failed"] += 1
        return None
    counts["unchanged" if cleaned.verdict == "clean" else cleaned.verdict] += 1
    return cleaned


def _take(taken: IO[bytes], document: inputs.Source, cleaned: Cleaned) -> None:
    for p in cleaned.removed:
        record = {
            "path": document.name,
            "start": p.start,
            "end": p.end,
            "kind": p.kind,
            "probability": p.probability,
            "text": p.text,
            "reason": p.reason,
        }
        taken.write(json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")


def _rendered(cleaned: Cleaned, document: inputs.Source, as_json: bool, diff: bool, *, terminal: bool) -> str:
    if as_json:
        return json.dumps({"path": document.name, **cleaned.to_dict()}) + "\n"
    if not diff:
        return cleaned.text
    lines = []
    for p in cleaned.paragraphs:
        for line in p.text.splitlines():
            shown = f"- {line}" if p.removed else f"  {line}"
            lines.append(click.style(shown, fg="red") if p.removed and terminal else shown)
    return "".join(line + "\n" for line in lines)


def _colours() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _deliver(text: str, goal: Path | None, *, first: bool, apart: bool) -> None:
    data = text.encode("utf-8", "surrogatepass")
    if goal is None:
        out = sys.stdout.buffer
        out.write((b"" if first or not apart else b"\n") + data)
        if sys.stdout.isatty() and data and not data.endswith(b"\n"):
            out.write(b"\n")
        out.flush()
        return
    goal.parent.mkdir(parents=True, exist_ok=True)
    with atomic(goal) as stream:
        stream.write(data)


@click.command()
@click.argument("documents", nargs=-1, metavar="[IN]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a paragraph.")
@deciding
def label(documents: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """List each paragraph's label, kind, probability and reason.

    \b
    Examples:
      stripper label article.txt
      stripper clean page.html | stripper label --json --threshold 0.3
    """
    stripper = make_stripper(options)
    counts: Counter[str] = Counter()
    for _, document in inputs.progressing(inputs.sources(documents)):
        cleaned = _cleaned(document, stripper, options["format"], counts)
        if cleaned is not None:
            data = "".join(_rows(document, cleaned, as_json)).encode("utf-8", "surrogatepass")
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
    if counts["failed"]:
        raise SystemExit(1)


def _rows(document: inputs.Source, cleaned: Cleaned, as_json: bool) -> Iterator[str]:
    """Give a line a paragraph: tab separated, or aligned on a terminal."""
    aligned = sys.stdout.isatty()
    for number, (p, record) in enumerate(zip(cleaned.paragraphs, cleaned.to_dict()["paragraphs"], strict=True)):
        if as_json:
            yield json.dumps({"path": document.name, "paragraph": number, **record}) + "\n"
        elif aligned:
            text = " ".join(p.text.split())[:60]
            yield f"{number:>4}  {p.label:<7}  {p.kind:<10}  {p.probability:.3f}  {text:<60}  {p.reason}\n"
        else:
            cells = [str(number), p.label, p.kind, f"{p.probability:.4f}", p.reason, p.text]
            yield "\t".join(" ".join(cell.split()) for cell in cells) + "\n"
