"""The commands that train, measure and show models."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Literal

import click

from stripper import model as models
from stripper.cleaner import Stripper


def _progress(message: str) -> None:
    """Tell what is being done, on one line of a terminal, else nothing."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{message}", err=True, nl=False)


def _done() -> None:
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)


_SOURCES = click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SOURCE...")


@click.command()
@_SOURCES
@click.option("--dev", multiple=True, type=click.Path(path_type=Path), help="Documents (split dev) to calibrate on.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the new model.")
@click.option("--seed", default=0, show_default=True)
@click.option("--jobs", default=2, show_default=True, help="Processes; -1 takes every core.")
@click.option("--exclude-site", multiple=True, metavar="SITE", help="Never fit on this site.")
@click.option("--credits", type=click.Path(path_type=Path), help="Markdown for the model's README: sources, licences.")
@click.option("--corrections", type=click.Path(path_type=Path), help="Corrected labels: id, paragraph, label a line.")
@click.option("--force", is_flag=True, help="Overwrite an existing model.")
def train(
    sources: tuple[Path, ...],
    dev: tuple[Path, ...],
    out: Path,
    seed: int,
    jobs: int,
    exclude_site: tuple[str, ...],
    credits: Path | None,
    corrections: Path | None,
    force: bool,
) -> None:
    """Train a model on labelled documents (JSON Lines with paragraphs and labels).

    \b
    Examples:
      stripper train fixtures/examples --out /tmp/m
      stripper train mine.jsonl --dev held-out.jsonl --out models/mine --jobs -1
    """
    from stripper import training

    card = training.train(
        list(sources),
        list(dev),
        out,
        seed=seed,
        jobs=jobs,
        exclude_sites=exclude_site,
        credits=credits,
        corrections=corrections,
        overwrite=force,
        progress=_progress,
    )
    _done()
    if card["figures"]:
        click.echo(training.table(card["figures"]))
    for name, point in card["operating_points"].items():
        click.echo(
            f"{name:<9} threshold {point['threshold']:.3f}: {point['content_lost']:.2%} of the content lost, "
            f"{point['appeals_found']:.1%} of the appeals found"
        )
    click.echo(f"written: {out}")


@click.command()
@_SOURCES
@click.option("--model", metavar="MODEL", help="A model's folder, or the name of a shipped one.")
@click.option("--operating-point", type=click.Choice(models.OPERATING_POINTS), default="balanced", show_default=True)
@click.option("--split", type=click.Choice(["train", "dev", "all"]), default="all", show_default=True)
@click.option("--by", type=click.Choice(["source", "site", "lang", "kind"]), help="Also for each group.")
@click.option(
    "--joined",
    type=click.Choice(["document", "appeal"]),
    help="Join paragraphs first - a whole document, or each appeal with its neighbour - and measure what is cut.",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def evaluate(
    sources: tuple[Path, ...],
    model: str | None,
    operating_point: str,
    split: str,
    by: str | None,
    joined: Literal["document", "appeal"] | None,
    as_json: bool,
) -> None:
    """Measure a model on labelled documents.

    \b
    Examples:
      stripper evaluate fixtures/golden --by lang
      stripper evaluate held-out.jsonl --model models/mine --operating-point cautious --json
      stripper evaluate held-out.jsonl --joined appeal
    """
    from stripper import training

    if joined and by:
        raise click.UsageError("--joined and --by exclude each other.")
    stripper = Stripper(model, operating_point=operating_point, sentences=joined is not None)
    chosen = None if split == "all" else split
    if joined:
        click.echo(
            json.dumps(training.evaluate_joined(list(sources), joined, stripper=stripper, split=chosen), indent=1)
        )
        return
    result = training.evaluate(list(sources), stripper=stripper, split=chosen, by=by, progress=_progress)
    _done()
    click.echo(json.dumps(result, indent=1) if as_json else training.table(result))


@click.command()
@click.argument("name", required=False)
@click.option("--verify", is_flag=True, help="Check every file's sha256.")
@click.option("--json", "as_json", is_flag=True, help="The whole card.")
def model(name: str | None, verify: bool, as_json: bool) -> None:
    """Show a model's card; verify its files.

    \b
    Examples:
      stripper model
      stripper model models/mine --verify
    """
    folder = models.locate(name)
    card = models.load(name).card if verify else models.read_card(folder)
    if as_json:
        click.echo(json.dumps(card, indent=2, ensure_ascii=False))
    else:
        _show(folder, dict(card))
    if verify:
        click.echo(f"OK: {', '.join(card['files'])} fit the card.", err=as_json)


def _show(folder: Path, card: dict[str, Any]) -> None:
    from stripper.training.evaluation import table

    data = card["trained_on"]
    size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    click.echo(f"{card['name']}  {folder}  {size / 1e6:.1f} MB  format {card['format']}  digest {card['digest'][:16]}")
    click.echo(f"trained on {data['documents']} documents, {data['paragraphs']} paragraphs, {data['sites']} sites")
    click.echo(f"calibrated on {card['calibration']['on']}")
    for point, facts in card["operating_points"].items():
        click.echo(
            f"  {point:<9} threshold {facts['threshold']:.3f}  content lost {facts['content_lost']:.2%}  "
            f"appeals found {facts['appeals_found']:.1%}"
        )
    click.echo("made with " + ", ".join(f"{package} {number}" for package, number in card["versions"].items()))
    if card["figures"]:
        click.echo("\n" + table(card["figures"]))
