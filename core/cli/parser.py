"""The command line's words: every command and option, with its help."""

import argparse
from typing import NoReturn

from core.errors import UserError
from core.methods.value_compass import CLOSED, ValueCompass

EXIT_CODES = """\
exit codes:
  0  done
  1  the run failed, was stopped or brought no answer at all; test-model got no answer
  2  wrong input: one line on stderr says what to put right"""
LONGEST_SEED = 2**31 - 1


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UserError(f"{self.prog}: {message} (see {self.prog} --help)")


class _Commands:
    """Adds commands to a parser, each with the function that carries it out."""

    def __init__(self, root: argparse.ArgumentParser) -> None:
        self._adding = root.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(self, name: str, module: str, help: str, *, store: bool = True) -> argparse.ArgumentParser:
        """The command `name`; core.cli.<module> has its function, called alike."""
        command = self._adding.add_parser(name, help=help, description=help, epilog=EXIT_CODES, formatter_class=_RAW)
        function = {"import": "import_answers"}.get(name, name.replace("-", "_"))
        command.set_defaults(module=f"core.cli.{module}", function=function)
        if store:
            command.add_argument(
                "--store", metavar="PATH", help="the store's file (default: as POLYCOMPASS_STORE says)"
            )
        return command


_RAW = argparse.RawDescriptionHelpFormatter


def parser() -> argparse.ArgumentParser:
    """The whole command line. A mistake in it is a UserError."""
    root = _Parser(
        "polycompass",
        description="Whose values does a language model speak for?",
        epilog=EXIT_CODES,
        formatter_class=_RAW,
    )
    commands = _Commands(root)
    _run(commands.add("run", "running", "Ask models a suite, read values in the answers, and print the scores."))
    _import(commands.add("import", "running", "Read values in answers that you bring in a file; no model is asked."))
    runs = commands.add("runs", "stored", "List the runs in the store, newest first.")
    runs.add_argument("--json", action="store_true", help="print JSON instead of a table")
    show = commands.add("show", "stored", "Print one run's outcomes and scores.")
    show.add_argument("run_id", metavar="RUN_ID", help="a run's id, as `polycompass runs` lists it")
    show.add_argument("--json", action="store_true", help="print JSON instead of tables")
    _export(commands.add("export", "stored", "Write one run's answers with their readings, one row an answer."))
    _models(commands.add("models", "offered", "List models by name, and whether their keys are set.", store=False))
    _test_model(commands.add("test-model", "offered", "Try a model with one call.", store=False))
    commands.add("suites", "offered", "List the suites that ship and those in the store.")
    commands.add("app", "offered", "Open the dashboard in a browser.")
    return root


def _run(command: argparse.ArgumentParser) -> None:
    _suite(command, "what to ask (default: everyday-starter)")
    add = command.add_argument
    add("--model", metavar="NAME", nargs="+", action="extend", help="models to ask (default: the embedded one)")
    add("--api-base", metavar="URL", help="where the hosted models are reached, such as http://localhost:8000/v1")
    _reading(command)
    add("--epochs", metavar="N", type=int, help="how often each question is asked (default: 1)")
    wordings = [name for name in ValueCompass().variations if name not in CLOSED]
    add("--variations", nargs="+", choices=wordings, metavar="open-N", help=f"wordings: {', '.join(wordings)}")
    add("--probes", metavar="N", type=_count, help="scenarios also asked as closed questions, both orders (default: 6)")
    add(
        "--max-tokens",
        metavar="N",
        type=int,
        help="an answer's most tokens (default: 48 if all are embedded, else 256)",
    )
    add("--temperature", metavar="T", type=float, help="0 (default) to 2")
    add("--seed", metavar="N", type=_count, help="the models' seed (default: 0)")
    add("--name", help="the run's name (default: made of the suite and the models)")
    add("--dry-run", action="store_true", help="print what the run would take, and ask nothing")
    add("--resume", metavar="RUN_ID", help="go on with a run: its own plan counts, so no other option but --store")


def _import(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE", help="CSV, JSONL or Parquet: model, response, and item or prompt")
    command.add_argument("--name", help="the run's name (default: the file's)")
    _suite(command, "the suite that was answered (default: every prompt of the file becomes an item)")
    _reading(command)


def _suite(command: argparse.ArgumentParser, help: str) -> None:
    kinds = "a suite's name, its hash in the store, or a .csv or .jsonl file"
    command.add_argument("--suite", metavar="SUITE", help=f"{help}: {kinds}")
    command.add_argument("--system", metavar="ID", help="a file's value system (default: schwartz)")
    command.add_argument("--keep-good", action="store_true", help="take a file's good rows and leave out the bad ones")


def _reading(command: argparse.ArgumentParser) -> None:
    reading = command.add_mutually_exclusive_group()
    reading.add_argument("--judge", metavar="NAME", help="a model that reads the values (default: offline recogniser)")
    reading.add_argument("--no-recogniser", action="store_true", help="keep the answers and read no values in them")
    command.add_argument("--judge-base", metavar="URL", help="where the judge is reached")


def _export(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("run_id", metavar="RUN_ID", help="a run's id, as `polycompass runs` lists it")
    add("--format", choices=("csv", "jsonl", "parquet"), help="default: as the ending of --out says, else csv")
    add("--out", metavar="FILE", help="default: standard output (not for parquet); texts are written as they are")
    add("--force", action="store_true", help="replace FILE if it exists")


def _models(command: argparse.ArgumentParser) -> None:
    help = "words to look for (default: all models); any other LiteLLM name works as well"
    command.add_argument("query", metavar="QUERY", nargs="*", help=help)


def _test_model(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", metavar="NAME", help="a model's name, such as openai/gpt-4o-mini")
    command.add_argument("--api-base", metavar="URL", help="where it is reached, such as http://localhost:8000/v1")


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number <= LONGEST_SEED:
        raise argparse.ArgumentTypeError(f"it must lie between 0 and {LONGEST_SEED}, got {number}")
    return number
