"""The command ``stripper``: arguments, messages, exit codes. Commands are loaded when they are called."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from types import FrameType
from typing import Final, NoReturn

import click

_COMMANDS: Final = {
    "clean": ("stripper.cli.commands", "Print documents without their appeals, or write them."),
    "label": ("stripper.cli.commands", "List each paragraph's label, kind, probability and reason."),
    "train": ("stripper.cli.modelling", "Train a model on labelled documents."),
    "evaluate": ("stripper.cli.modelling", "Measure a model on labelled documents."),
    "model": ("stripper.cli.modelling", "Show a model's card; verify its files."),
}


class _Lazy(click.Group):
    """A group whose commands' modules are imported on use, so that ``--help`` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(_COMMANDS[cmd_name][0]), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, short) for name, (_, short) in _COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="stripper")
def group() -> None:
    """Strip reader appeals from documents: donation pleas, paywall pitches, newsletter boxes, related-story lines.

    \b
    Examples:
      stripper clean article.txt
      curl -s https://example.org/story | stripper clean --format html --diff
    """


def main() -> None:
    """Run the command: exit 0 done, 1 data or model trouble, 2 usage, 130 interrupted."""
    from stripper.errors import OptionError, StripperError

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_DFL:
            signal.signal(getattr(signal, name), _ended)
    try:
        # Not group.main(): that one turns a closed pipe into an exit code of its own.
        with group.make_context("stripper", sys.argv[1:]) as context:
            group.invoke(context)
        if sys.stdout is not None:
            sys.stdout.flush()
    except (KeyboardInterrupt, click.exceptions.Abort):
        _stop("interrupted; what was unfinished is removed.", 130)
    except click.UsageError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        _stop(error.format_message(), error.exit_code)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except BrokenPipeError:
        _silence()
        sys.exit(0)
    except (OptionError, FileExistsError) as error:
        _stop(str(error), 2)
    except StripperError as error:
        _stop(str(error), 1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _stop(f"{where}{error.strerror or error}. Nothing is left half written; make room or choose another place.", 1)
    except MemoryError:
        _stop("out of memory. Split the input into smaller documents.", 1)


def _ended(number: int, frame: FrameType | None) -> NoReturn:
    """Leave through the ``finally`` blocks, which remove partial output, when asked to end."""
    sys.exit(128 + number)


def _stop(message: str, code: int) -> NoReturn:
    _silence()
    click.echo(f"stripper: {message}", err=True)
    sys.exit(code)


def _silence() -> None:
    """Send what standard output still holds nowhere, else the interpreter complains when it cannot flush it."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
