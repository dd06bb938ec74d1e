"""The way in: a survey file becomes aggregates, or a question."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from core.errors import UserError
from core.values.surveys.aggregates import read_aggregates
from core.values.surveys.microdata import aggregate
from core.values.surveys.recognise import EVIDENCE, Format, recognise
from core.values.surveys.result import LEAST_PERSONS, Question, SurveyAggregate
from core.values.surveys.table import SurveyFile, open_survey


def read_survey(
    source: Path | bytes,
    filename: str,
    *,
    answers: Mapping[str, str] | None = None,
    group_by: Sequence[str] | None = None,
    least: int = LEAST_PERSONS,
) -> SurveyAggregate | Question:
    """The aggregates of an ESS, GSS or WVS file (CSV, SPSS, Stata) or of a CSV of aggregates.

    Where the file leaves something open a question comes back: read again with its answer added to `answers`
    (question id to choice id). `group_by` names the columns that form groups, the country's if not given.
    Raises UserError, one sentence or two, for everything that cannot be read.
    """
    file = open_survey(source, filename)
    found = recognise_file(file, answers)
    if isinstance(found, Question):
        return found
    if found.codebook is not None:
        return aggregate(file, found, group_by=group_by, answers=answers, least=least)
    if group_by:
        raise UserError(f"{filename} holds means of groups already; it cannot be grouped by {', '.join(group_by)}.")
    return read_aggregates(source if isinstance(source, bytes) else source.read_bytes(), filename, least=least)


def recognise_file(file: SurveyFile, answers: Mapping[str, str] | None = None) -> Format | Question:
    """`recognise` for an opened file, of which only the columns that serve as evidence are read."""
    evidence = [column for name in EVIDENCE if (column := file.find(name))]
    return recognise(file.columns, file.read(evidence), labels=file.labels, answers=answers, filename=file.name)
