"""Why calls failed, in plain words, and what can be done about it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Remedy:
    """One sentence for the cause, and one for what to do."""

    cause: str
    todo: str


# The kinds of ModelError, then how a reading may have ended.
REMEDIES: Mapping[str, Remedy] = {
    "authentication": Remedy(
        "The provider did not accept the key, or the account has no credit left.",
        "Set or correct the key in the environment variable that the message names, or top up the account; start the "
        "program again if a variable has changed, then resume.",
    ),
    "not_found": Remedy(
        "The model or the address is not known there.",
        "Check the spelling of the model's name and the server's address under Models, then fork the run with the "
        "right ones.",
    ),
    "bad_request": Remedy(
        "The provider refused the request as it was put: a setting it does not take, or too much text.",
        "Read the message for the setting it names; fork the run with a shorter answer, another temperature, shorter "
        "scenarios or a model with a longer context.",
    ),
    "rate_limit": Remedy(
        "The provider took fewer calls than were offered.",
        "Nothing need be done while the run goes on: it slows down by itself. If answers are missing at the end, "
        "lower the calls at once under Limits, then resume.",
    ),
    "timeout": Remedy(
        "No answer came within the time for one call.",
        "Give each call more seconds or ask for fewer calls at once under Limits, then resume.",
    ),
    "connection": Remedy(
        "The server was not reached, or hung up.",
        "Check that the server runs and that the network is up, then resume.",
    ),
    "server": Remedy(
        "The provider failed, or answered with something that cannot be read.",
        "Wait until the provider works again, then resume; if it goes on, choose another model.",
    ),
    "filtered": Remedy(
        "The provider's content filter blocked the question or the answer.",
        "These answers are counted as filtered and are not asked again; choose a model without that filter if they "
        "matter.",
    ),
    "unavailable": Remedy(
        "A package or file that the model needs is not installed.",
        "Install what the message names, start the program again, then resume.",
    ),
    "invalid": Remedy(
        "The judge's output could not be read as a judgement, so the answer has no values.",
        "These answers are left out of the scores and counted; fork the run with another judge if there are many: the "
        "models' answers come from stored replies.",
    ),
    "error": Remedy(
        "The judge was not reached, so these answers are not read yet.",
        "See the cause among the judge's failed requests, put it right, then resume: the models are not asked again.",
    ),
    "refused": Remedy(
        "The judge took the answer for a refusal.",
        "Nothing is wrong: a refusal is counted as an outcome of its own, and no values are read in it.",
    ),
    "ok": Remedy("The answer was read.", "Nothing need be done."),
}
UNKNOWN = Remedy("The call failed for a reason that was not recorded.", "Resume: what failed is asked again.")


@dataclass(frozen=True)
class Failure:
    """All failures of one kind: `missing` calls ended without what they were for, `requests` failed whether or not a
    later one brought it, with the names of the models (and judge) concerned."""

    kind: str
    remedy: Remedy
    missing: int
    requests: int
    models: tuple[str, ...]


def failures(errors: pd.DataFrame, causes: pd.DataFrame) -> list[Failure]:
    """The failures of a run by kind, those that left most missing first. `errors` is store.queries.errors, `causes`
    store.ledger.causes of the same run."""
    found = []
    for kind in dict.fromkeys([*errors["kind"], *causes["kind"]]):
        ended, sent = errors[errors["kind"].eq(kind)], causes[causes["kind"].eq(kind)]
        names = [name for names in ended["models"] for name in names.split(", ")]
        models = tuple(sorted({*names, *sent["model"]}))
        missing, requests = int(ended["calls"].sum()), int(sent["calls"].sum())
        found.append(Failure(str(kind), REMEDIES.get(str(kind), UNKNOWN), missing, requests, models))
    return sorted(found, key=lambda failure: (-failure.missing, -failure.requests, failure.kind))
