"""The sections of a report that tests have earned: whether its profiles can be relied on, and what holds of them."""

import pandas as pd

from core.analysis.findings import OWN, Claim
from core.analysis.reliance import PURPOSES
from core.reports.document import Block, Points, Table, Text, table
from core.reports.subject import Subject
from core.runs import compared
from core.runs.found import conditions, counted, found_in, sentence
from core.runs.relied_on import Reliance, relied_on
from core.runs.results import comparable
from core.store import queries

CORRECTION = "holm"
MOST_TOLD = 10  # findings of each kind written out
MOST_TESTED = 5  # profiles tested; each takes up to a second where there are many answers
RESULT = {True: "passed", False: "not passed", None: "not known"}


def reliability(of: Subject) -> tuple[Block, ...]:
    """Whether each profile can be relied on, for what, and why. Runs that are not in the report count too, where the
    same recogniser has read them: a model may have been asked again."""
    every = compared.subjects(of.store, _pool(of))
    tested = [one for one in _newest(of) if one.model in of.models[:MOST_TESTED]]
    found = [relied_on(of.store, of.results, one, every, of.results.at_stake) for one in tested]
    if not found:
        return (Text("No value was scored in single answers, so there is no profile to test."),)
    rest = f" The first {MOST_TESTED} of {len(of.models)} models." if len(of.models) > MOST_TESTED else ""
    return (
        Text(
            "A gate is a condition with its threshold. “Not known” is not passed: ask in a second wording, run the "
            f"model again, or let it answer a bank of items.{rest}"
        ),
        Points(tuple(f"{one.subject.model}: {one.verdict}" for one in found)),
        *map(_gates, found),
    )


def _gates(found: Reliance) -> Table:
    rows = [
        (gate.name, RESULT[gate.passed], gate.figure, gate.threshold, PURPOSES[gate.purpose]) for gate in found.gates
    ]
    frame = pd.DataFrame(rows, columns=["gate", "result", "figure", "asked for", "needed for"])
    return table(f"{found.subject.model}, run {found.subject.run_id}: can it be relied on?", frame)


def findings(of: Subject) -> tuple[Block, ...]:
    """Sentences about differences that hold after correction, the largest effects first, with their conditions."""
    subjects = _newest(of)
    if not subjects:
        return (Text("No value was scored in single answers, so there is nothing to find."),)
    results, recogniser = of.results, of.heads[0].recogniser
    loaded = compared.load(of.store, subjects, results.system.id, results.measure, results.at_stake)
    found = found_in(loaded, CORRECTION)
    by_people = " They are from the machine's readings, not from people's." if results.by != "machine" else ""
    about = conditions(loaded, recogniser, results.measure, results.at_stake) + by_people

    def told(claims: list[Claim], title: str) -> tuple[Block, ...]:
        said = [sentence(one, loaded, results.system.names, results.measure, CORRECTION) for one in claims[:MOST_TOLD]]
        largest = f", the {MOST_TOLD} largest effects written out" if claims[MOST_TOLD:] else ""
        return (Text(f"{title}: {len(claims)} hold{largest}."), *([Points(tuple(said))] if said else []))

    own = "Values of a model against its own average"
    if results.measure == "presence":
        own += " (how much answers are about a value is mostly the questions' doing)"
    return (
        Text(counted(found)),
        Text(f"For all of them: {about}"),
        *told([claim for claim in found.claims if claim.second != OWN], "Between models"),
        *told([claim for claim in found.claims if claim.second == OWN], own),
    )


def _newest(of: Subject) -> list[compared.Subject]:
    """Each model of the report in its newest run there."""
    found: dict[str, compared.Subject] = {}
    for one in compared.subjects(of.store, of.results.runs):
        found.setdefault(one.model, one)
    return [found[model] for model in of.models if model in found]


def _pool(of: Subject) -> list[str]:
    """All runs that can be compared with those of the report."""
    sets = comparable(queries.runs(of.store))
    return next(
        ([head.run_id for head in one.runs] for one in sets if of.results.runs[0] in {h.run_id for h in one.runs}),
        list(of.results.runs),
    )
