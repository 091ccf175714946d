"""What goes wrong, in one sentence and an exit status; a traceback only with --debug."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import click

from fairfuse_core.errors import FairFuseError

BAD_INPUT = 2
UNEXPECTED = 1
INTERRUPTED = 130


def sentence(problem: FairFuseError) -> str:
    """Return an error as one sentence on one line."""
    remedy = problem.remedy.strip()
    remedy = remedy[:1].lower() + remedy[1:] if remedy[1:2].islower() else remedy
    text = f"expected {problem.expected}, found {problem.found}: {remedy}"
    return " ".join(text.split())


def report_failures(command: Callable[..., Any], arguments: Sequence[str]) -> int:
    """Run a click command and return its exit status.

    Parameters
    ----------
    command : click.Command
        The command.
    arguments : sequence of str
        What stood after the program's name; ``--debug`` among them shows tracebacks.

    Returns
    -------
    int
        0; 2 for input or options that cannot be used; 1 for what should not have happened.
    """
    debug = "--debug" in arguments
    try:
        status = command(list(arguments), prog_name="fairfuse", standalone_mode=False)
    except FairFuseError as problem:
        return _say(sentence(problem), BAD_INPUT, debug=debug)
    except click.Abort:
        return _say("stopped.", INTERRUPTED, debug=False)
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except OSError as problem:
        where = f" {problem.filename!r}" if problem.filename else ""
        reason = problem.strerror or type(problem).__name__
        return _say(f"cannot use{where}: {reason}.", BAD_INPUT, debug=debug)
    except MemoryError:
        text = "the table does not fit into memory: keep only the columns the audit needs."
        return _say(text, BAD_INPUT, debug=debug)
    except KeyboardInterrupt:
        return _say("stopped.", INTERRUPTED, debug=False)
    except Exception as problem:
        text = (
            f"something went wrong inside FairFuse ({type(problem).__name__}: "
            f"{' '.join(str(problem).split())[:200]}): run it again with --debug to see where."
        )
        return _say(text, UNEXPECTED, debug=debug)
    return status if isinstance(status, int) else 0


def _say(text: str, status: int, *, debug: bool) -> int:
    if debug:
        traceback.print_exc(file=sys.stderr)
    click.echo(f"Error: {text}", err=True)
    return status
