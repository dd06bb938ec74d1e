"""The same engine without a browser: the command `polycompass`."""

import importlib
import os
import sys
from collections.abc import Callable, Sequence

from core.cli.output import complain
from core.cli.parser import parser
from core.errors import UserError

DONE, FAILED, WRONG_INPUT = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command line (`sys.argv` if not given) and return its exit code, as the help's last lines say."""
    _never_fail_to_print()
    try:
        chosen = parser().parse_args(arguments)
        # What a command needs takes a second to import; asking for help should not.
        command: Callable[..., int] = getattr(importlib.import_module(chosen.module), chosen.function)
        return command(chosen)
    except UserError as error:
        complain(str(error))
        return WRONG_INPUT
    except KeyboardInterrupt:
        complain("Ended.")
        return FAILED
    except BrokenPipeError:
        # The reader of our output has gone, as with `| head`; what is buffered must not be tried again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _never_fail_to_print() -> None:
    """A terminal that lacks a letter shows its code instead."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")
