"""The command line's words: every command and option, with its help."""

import argparse
import math
import re
from collections.abc import Callable
from typing import NoReturn

from core.cli import search_words
from core.errors import UserError
from core.methods.value_compass import ValueCompass
from core.runs.plan import own_recognisers

EXIT_CODES = """\
exit codes:
  0  done
  1  the run failed or brought no answer at all; test-model got no answer
  2  wrong input: one line on stderr says what to put right
  3  the run ended before its end, by a limit, by hand or with calls that failed: `run --resume` goes on with it"""
FILES = (
    "CSV, JSONL or Parquet with model, response, and item or prompt; a log of Inspect AI (.eval or .json); "
    "results of promptfoo (.json); the archive of a run (.zip)"
)
LABELLED = (
    "CSV with text, value, label, and perhaps question, split, group; ValueEval's arguments or sentences (.tsv); "
    "FULCRA's .jsonl"
)
LONGEST_SEED = 2**31 - 1
RUN = "a run's id, as `polycompass runs` lists it"
PLAN = "a plan file (.toml or .json)"
EVENTS = "print what happens as JSON, one object a line (see docs/headless.md); words go to stderr"
SCHEDULER = "let the workers of this Dask scheduler (tcp://host:port) make the calls (see docs/cluster.md)"
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


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
        own = {"import": "import_answers", "readings": "list_readings", "agreement": "agreement_of"}
        function = own.get(name, name.replace("-", "_"))
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
    _plan(commands.add("plan", "keeping", "Write a plan to a file that `run` or the page takes, and ask nothing."))
    _extend(commands.add("extend", "running", "Go on with a run under a larger plan: what it has is not asked again."))
    _import(commands.add("import", "running", "Read values in answers that you bring in a file; no model is asked."))
    bank = "Import a bank of items that people rated (Value Portrait), and check it against what was published."
    _import_portrait(commands.add("import-portrait", "portrait", bank))
    site = "Import what the official Value Compass site published, to stand beside your runs."
    _import_compass(commands.add("import-compass", "compass", site))
    runs = commands.add("runs", "stored", "List the runs in the store, newest first.")
    runs.add_argument("--json", action="store_true", help="print JSON instead of a table")
    show = commands.add("show", "stored", "Print one run's outcomes, bill and scores.")
    show.add_argument("run_id", metavar="RUN_ID", help=RUN)
    show.add_argument("--json", action="store_true", help="print JSON instead of tables")
    _read(commands.add("read", "reading", "Read a run again by another recogniser; its models are not asked."))
    check = "Read some answers of a run with one thing changed that should not matter to a judge."
    _check_judge(commands.add("check-judge", "checking", check))
    examine = "Let a judge take the exam: invented answers of which it is known what they stand for."
    _exam_judge(commands.add("exam-judge", "examining", examine))
    _agreement(commands.add("agreement", "agreeing", "Print how far the readings of a run agree, and how judges read."))
    _readings(commands.add("readings", "reading", "List who read a run, and choose whose reading speaks for it."))
    _compare(commands.add("compare", "keeping", "Print in what the settings of two runs differ."))
    _export(commands.add("export", "stored", "Write one run's answers with their readings, one row an answer."))
    _archive(commands.add("archive", "archiving", "Write a run as one file that another installation reads back."))
    _report(commands.add("report", "reporting", "Write what runs show as one HTML or PDF file."))
    _labels(
        commands.add("labels", "labels", "Write what people read in a run's answers to a file, or read it from one.")
    )
    _bench(commands.add("bench-recogniser", "benching", "Measure a recogniser on texts that people labelled."))
    _models(commands.add("models", "offered", "List models by name, and whether their keys are set.", store=False))
    _test_model(commands.add("test-model", "offered", "Try a model with one call.", store=False))
    searching = commands.add("search", "searching", search_words.HELP)
    search_words.search(searching)
    _limits(searching)
    _delete(commands.add("delete", "keeping", "Forget a run with its answers, readings and bill."))
    _cache(commands.add("cache", "keeping", "Count the replies stored for reuse, or forget them."))
    commands.add("suites", "offered", "List the suites that ship and those in the store.")
    commands.add("app", "offered", "Open the dashboard in a browser.")
    return root


def _run(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("plan", metavar="PLAN", nargs="?", help=f"{PLAN}: all but the name and the limits is as it says")
    _planning(command)
    _limits(command)
    add("--dry-run", action="store_true", help="print what the run would take, and ask nothing")
    add("--pilot", action="store_true", help="ask a few scenarios first, print what the whole will take, then ask you")
    add("--yes", action="store_true", help="go on after the pilot without being asked")
    resume = "go on with a run: its own plan counts, so no options but limits, --scheduler, --json and --store"
    add("--resume", metavar="RUN_ID", help=resume)
    add("--scheduler", metavar="ADDRESS", default="", help=SCHEDULER)
    add("--json", action="store_true", help=EVENTS)


def _plan(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("plan", metavar="PLAN", nargs="?", help=f"{PLAN} to write anew, such as in the other format")
    _planning(command)
    _limits(command)
    add("--of", metavar="RUN_ID", help="write the plan of this stored run")
    add("--out", metavar="FILE", help="a .toml or .json file (default: standard output)")
    add("--format", choices=("toml", "json"), help="default: as the ending of --out says, else toml")
    add("--force", action="store_true", help="replace FILE if it exists")


def _extend(command: argparse.ArgumentParser) -> None:
    command.add_argument("run_id", metavar="RUN_ID", help=RUN)
    command.add_argument("plan", metavar="PLAN", help=f"{PLAN} with more items, models, wordings, epochs or probes")
    _limits(command)
    _insisting(command)
    command.add_argument("--scheduler", metavar="ADDRESS", default="", help=SCHEDULER)
    command.add_argument("--json", action="store_true", help=EVENTS)


def _compare(command: argparse.ArgumentParser) -> None:
    command.add_argument("run_a", metavar="RUN_A", help=RUN)
    command.add_argument("run_b", metavar="RUN_B", help="another")
    command.add_argument("--json", action="store_true", help="print JSON, nothing cut short, instead of a table")


def _delete(command: argparse.ArgumentParser) -> None:
    command.add_argument("run_id", metavar="RUN_ID", help=RUN)
    command.add_argument("--yes", action="store_true", help="do not ask")


def _cache(command: argparse.ArgumentParser) -> None:
    command.add_argument("--clear", action="store_true", help="forget them all; runs keep their answers")
    command.add_argument("--yes", action="store_true", help="do not ask")


def _planning(command: argparse.ArgumentParser) -> None:
    _suite(command, "what to ask (default: everyday-starter)")
    add = command.add_argument
    add("--model", metavar="NAME", nargs="+", action="extend", help="models to ask (default: the embedded one)")
    add("--api-base", metavar="URL", help="where the hosted models are reached, such as http://localhost:8000/v1")
    _reading(command)
    add("--epochs", metavar="N", type=int, help="how often each question is asked (default: 1)")
    wordings = ValueCompass().variations
    add("--variations", nargs="+", choices=wordings, metavar="open-N", help=f"wordings: {', '.join(wordings)}")
    add("--probes", metavar="N", type=_count, help="scenarios also asked as closed questions, both orders (default: 6)")
    usual = "an answer's most tokens (default: 48 if all are embedded, else 256)"
    add("--max-tokens", metavar="N", type=int, help=usual)
    add("--temperature", metavar="T", type=float, help="0 (default) to 2")
    add("--seed", metavar="N", type=_count, help="the models' seed (default: 0)")
    add("--name", help="the run's name (default: made of the suite and the models)")


def _limits(command: argparse.ArgumentParser) -> None:
    title = 'limits (over the run\'s whole life; "none" lifts one)'
    add = command.add_argument_group(title).add_argument
    add("--at-once", metavar="N", type=int, help="calls under way to one model (default: 8)")
    add("--provider-at-once", metavar="N", type=int, help="calls under way to one provider (default: 32)")
    add("--timeout", metavar="S", type=float, help="seconds for one call (default: 60)")
    add("--max-cost", metavar="USD", type=_or_none(float), help="dollars, models and judge together")
    add("--max-total-tokens", metavar="N", type=_or_none(int), help="tokens in and out, models and judge together")
    add("--max-calls", metavar="N", type=_or_none(int), help="requests sent")
    add("--max-time", metavar="TIME", type=_time, help="by the clock: seconds, or such as 90m or 2h")
    add("--cache", action=argparse.BooleanOptionalAction, help="let stored replies stand for the same calls (default)")


def _import(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE", help=FILES)
    command.add_argument("--name", help="the run's name (default: the file's)")
    _suite(command, "the suite that was answered (default: every prompt of the file becomes an item)")
    _reading(command)
    command.add_argument("--json", action="store_true", help=EVENTS)


def _import_portrait(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "path", metavar="PATH", help="a folder or .zip with a copy of the repository, or its CSV files"
    )
    command.add_argument("--name", help="the bank's name (default: the folder's); one of the same name is replaced")
    command.add_argument("--keep-good", action="store_true", help="take a file's good rows and leave out the bad ones")
    command.add_argument("--json", action="store_true", help="print JSON instead of words")


def _import_compass(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("source", metavar="SOURCE", help="a folder or .zip with a copy of the site, or the address of either")
    add("--name", help="the results' name (default: the folder's or the address)")
    add(
        "--measured",
        metavar="MONTH",
        help="when the site measured, such as 2025-02 (default: as the folder's name says)",
    )
    add("--keep-good", action="store_true", help="take a file's good rows and leave out the bad ones")
    add("--json", action="store_true", help="print JSON, one object an edition, instead of words")


def _bench(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--data", metavar="FILE", required=True, help=LABELLED)
    add("--labels", metavar="FILE", help="the labels of a ValueEval file (default: the labels file beside it)")
    add("--system", metavar="ID", help="the labels' value system (default: schwartz)")
    add("--split", metavar="NAME", help="only the texts of this split")
    add("--sample", metavar="N", type=_count, help="only N texts drawn at random, the same ones each time")
    add("--keep-good", action="store_true", help="take a file's good rows and leave out the bad ones")
    add(
        "--recogniser",
        choices=("lexicon", "minilm", "judge"),
        help="who reads (default: lexicon); a judge needs --judge",
    )
    add("--judge", metavar="NAME", help="a model that reads the values")
    add("--judge-base", metavar="URL", help="where the judge is reached")
    _limits(command)
    add("--dry-run", action="store_true", help="print what it would take, and ask nothing")
    add("--json", action="store_true", help=EVENTS)


def _suite(command: argparse.ArgumentParser, help: str) -> None:
    kinds = "a suite's name, its hash in the store, or a .csv or .jsonl file"
    command.add_argument("--suite", metavar="SUITE", help=f"{help}: {kinds}")
    command.add_argument("--system", metavar="ID", help="a file's value system (default: schwartz)")
    command.add_argument("--keep-good", action="store_true", help="take a file's good rows and leave out the bad ones")


def _reading(command: argparse.ArgumentParser) -> None:
    reading = command.add_mutually_exclusive_group()
    offline = "who reads values offline (default: lexicon; minilm is better, slower and an extra to install)"
    reading.add_argument("--recogniser", choices=("lexicon", "minilm", *own_recognisers()), help=offline)
    reading.add_argument("--judge", metavar="NAME", help="a model that reads the values instead")
    reading.add_argument("--no-recogniser", action="store_true", help="keep the answers and read no values in them")
    command.add_argument("--judge-base", metavar="URL", help="where the judge is reached")
    _insisting(command)


def _read(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("run_id", metavar="RUN_ID", help=RUN)
    who = command.add_mutually_exclusive_group()
    who.add_argument("--judge", metavar="NAME", help="a model that reads the values (default: offline recogniser)")
    who.add_argument("--offline", choices=("lexicon", "minilm"), help="an offline recogniser (default: lexicon)")
    add("--judge-base", metavar="URL", help="where the judge is reached")
    add("--passes", metavar="N", type=int, default=1, help="how often a judge reads an answer, values in another order")
    _insisting(command)
    add("--choose", action="store_true", help="let this reading speak for the run")
    _limits(command)
    add("--json", action="store_true", help=EVENTS)


def _check_judge(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("run_id", metavar="RUN_ID", help=RUN)
    add("--judge", metavar="NAME", required=True, help="the model that reads the values")
    add("--judge-base", metavar="URL", help="where the judge is reached")
    add("--passes", metavar="N", type=int, default=1, help="how often it reads an answer, values in another order")
    add("--answers", metavar="N", type=int, default=20, help="of how many answers (default: 20)")
    _insisting(command)
    _limits(command)
    add("--yes", action="store_true", help="start without being asked")
    add("--json", action="store_true", help="print the result as JSON instead of a table")


def _exam_judge(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--judge", metavar="NAME", required=True, help="the model that reads the values")
    add("--judge-base", metavar="URL", help="where the judge is reached")
    add("--passes", metavar="N", type=int, default=1, help="how often it reads an answer, values in another order")
    _limits(command)
    add("--yes", action="store_true", help="start without being asked")
    add("--json", action="store_true", help="print this exam and the model's earlier ones as JSON instead of tables")


def _agreement(command: argparse.ArgumentParser) -> None:
    command.add_argument("run_id", metavar="RUN_ID", help=RUN)
    help = "the readings to compare (default: all single ones that measure the same)"
    command.add_argument("--of", metavar="READING", nargs="+", default=[], help=help)
    command.add_argument("--json", action="store_true", help="print JSON instead of tables")


def _readings(command: argparse.ArgumentParser) -> None:
    command.add_argument("run_id", metavar="RUN_ID", help=RUN)
    command.add_argument("--choose", metavar="READING", help="let this reading speak for the run")
    rules = ("majority", "mean", "dawid-skene")
    command.add_argument("--combine", choices=rules, help="store what the readings --of say together as one more")
    command.add_argument("--of", metavar="READING", nargs="+", default=[], help="the readings to combine")
    command.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _labels(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("action", choices=("export", "import", "measure"), help="measure: the run's readings on these labels")
    add("run_id", metavar="RUN_ID", help=RUN)
    add("file", metavar="FILE", nargs="?", help="import: CSV with trial_id, value, stance (see docs/headless.md)")
    add("--author", metavar="NAME", default="", help="import: who labelled (default: as the column labeller says)")
    add("--keep-good", action="store_true", help="import: leave out the labels with bad rows, and take the others")
    add("--out", metavar="FILE", help="export: default: standard output")
    add("--force", action="store_true", help="export: replace FILE if it exists")
    add("--all", action="store_true", help="measure: also on answers that were not drawn at random")


def _insisting(command: argparse.ArgumentParser) -> None:
    help = "let the judge read its own answers, which it is likely to favour"
    command.add_argument("--judge-may-judge-itself", action="store_true", help=help)


def _export(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("run_id", metavar="RUN_ID", help=RUN)
    formats = ("csv", "jsonl", "parquet", "inspect", "inspect-json")
    add("--format", choices=formats, help="default: as the ending of --out says, else csv; inspect: logs of Inspect AI")
    add(
        "--out",
        metavar="FILE",
        help="default: standard output (csv and jsonl only), texts as they are; Inspect keeps a log for each model: "
        "FILE.zip holds them, FILE.eval or FILE.json the log of a run's one model",
    )
    add("--force", action="store_true", help="replace FILE if it exists")


def _archive(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("run_id", metavar="RUN_ID", help=RUN)
    add("-o", "--out", metavar="FILE", required=True, help="a .zip file; `import` reads it into another store")
    add("--people", action="store_true", help="with labellers' pseudonyms and notes (default: numbered, no notes)")
    add("--force", action="store_true", help="replace FILE if it exists")


def _report(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("run_id", metavar="RUN_ID", nargs="+", help=f"{RUN}; several must be read alike")
    add("-o", "--out", metavar="FILE", required=True, help="a .html or .pdf file")
    add("--model", metavar="NAME", nargs="+", action="extend", help="only these models (default: all)")
    add(
        "--profile", metavar="NAME", default="equal", help="whose values count: a profile's name or id (default: equal)"
    )
    add("--statistic", metavar="NAME", default="weighted_sum", help="the alignment's (default: weighted_sum)")
    add("--leave-out", metavar="SECTION", nargs="+", action="extend", help="sections to leave out, by name")
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


def _or_none(kind: type[int] | type[float]) -> Callable[[str], float]:
    """A number of this kind; "none" is infinity."""

    def read(text: str) -> float:
        return math.inf if text == "none" else kind(text)

    read.__name__ = kind.__name__  # argparse says it when the text is no number
    return read


def _time(text: str) -> float:
    """Seconds, minutes or hours, as seconds; infinity for none."""
    if text == "none":
        return math.inf
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text, re.ASCII)
    if found is None:
        raise argparse.ArgumentTypeError(f"it must be seconds, or such as 90m or 2h, got {text!r}")
    return float(found[1]) * UNITS[found[2]]
