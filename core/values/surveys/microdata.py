"""From persons to groups: everything between an opened survey file and its aggregates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import UserError
from core.values.surveys.answers import Codes, importance, merged, one_is_nearest, read_codes, with_stand_in
from core.values.surveys.codebooks import ESS, ESS_YEARS, Codebook
from core.values.surveys.groups import Grouping, grouping, span
from core.values.surveys.recognise import Format
from core.values.surveys.result import LEAST_PERSONS, GroupMeans, LeftOut, Question, SurveyAggregate, ValueMean
from core.values.surveys.scores import GroupStatistics, centred_scores, group_statistics
from core.values.surveys.table import SurveyFile, shown
from core.values.surveys.weights import Weights, choose_weights, weight_columns
from core.values.system import SCHWARTZ, system


@dataclass(frozen=True)
class _Persons:
    """The file's persons in its row order; `year` and `wave` are its columns for them, if it has any."""

    frame: pd.DataFrame
    groups: Grouping
    countries: Grouping
    weights: Weights
    year: pd.Series | None
    wave: pd.Series | None


def aggregate(
    file: SurveyFile,
    found: Format,
    *,
    group_by: Sequence[str] | None = None,
    answers: Mapping[str, str] | None = None,
    least: int = LEAST_PERSONS,
) -> SurveyAggregate | Question:
    """The weighted means of centred value scores by group, or the question that must be answered first.

    Groups are formed by the columns `group_by` together, by country if not given; those in which a value was answered
    by fewer than `least` persons are left out by name. A person counts who answered all but a few items (5 of 21 may
    be missing, 2 of 10), has a weight above 0 and belongs to a group. Only the columns needed are read.
    Raises UserError for answers that are not of this survey, and when no group is large enough.
    """
    book = found.codebook
    assert book is not None
    columns = _group_columns(file, book, group_by)
    persons = _persons(file, found, book, columns)
    codes, filled = _codes(file, found, book, persons)
    nearest = one_is_nearest(found, codes, file.value_labels, answers, file.name)
    if isinstance(nearest, Question):
        return nearest
    answered = importance(codes, nearest)
    counted, warnings = _counted(answered, book, persons, file.name)
    values = system(SCHWARTZ).ids
    scores = centred_scores(answered[counted], [item.value for item in book.items], values)
    statistics = group_statistics(
        scores, persons.weights.values[counted], persons.groups.places[counted], len(persons.groups.codes)
    )
    kept, left_out = _split(statistics, persons, counted, book, values, least)
    if not kept:
        largest = max(left_out, key=lambda group: group.n)
        raise UserError(
            f"{file.name}: no group has {least} persons with usable answers to every value; the largest, "
            f"{largest.label}, has {largest.n}. Choose larger groups."
        )
    warnings += [*_stand_in_warning(book, filled & counted), *persons.weights.warnings]
    warnings += [*_wave_warning(persons, counted), *_direction_warning(scores, persons, counted, values)]
    return SurveyAggregate(
        survey=book.name,
        instrument=book.instrument,
        wave=book.fixed_wave or span(persons.wave, counted),
        year=_year(book, persons, counted),
        weight=" × ".join(persons.weights.columns),
        grouped_by=tuple(columns),
        persons=len(persons.frame),
        kept=int(counted.sum()),
        groups=kept,
        left_out=left_out,
        warnings=tuple(warnings),
        notes=tuple(note for note in (*found.reasons, *file.notes, book.note, book.terms) if note),
    )


def _group_columns(file: SurveyFile, book: Codebook, group_by: Sequence[str] | None) -> list[str]:
    if group_by is None:
        return [country] if (country := file.find(book.country)) else []
    columns = [file.find(name) for name in group_by]
    for name, column in zip(group_by, columns, strict=True):
        if not column:
            raise UserError(f"{file.name} has no column {name!r} to group by; its first are {shown(file.columns)}.")
    return list(dict.fromkeys(columns))


def _persons(file: SurveyFile, found: Format, book: Codebook, columns: list[str]) -> _Persons:
    country = file.find(book.country)
    year = file.find(book.year)
    wave = next((column for name in book.wave if (column := file.find(name))), "")
    items = chain.from_iterable((found.columns or {}).values())
    frame = file.read([*items, *columns, *weight_columns(book, file), *filter(None, (country, year, wave))])
    countries = grouping(frame, [country] if country else [], file, book.fixed_country)
    pooled = len(countries.codes) > 1 and country not in columns
    return _Persons(
        frame,
        grouping(frame, columns, file, book.fixed_country if not country else ("all", "All persons")),
        countries,
        choose_weights(book, file, frame, pooled),
        frame[year] if year else None,
        frame[wave] if wave else None,
    )


def _codes(file: SurveyFile, found: Format, book: Codebook, persons: _Persons) -> tuple[list[Codes], NDArray[np.bool_]]:
    """The items' answers, and whose were filled by a stand-in."""

    def column_of(name: str) -> Codes | None:
        names = (found.columns or {}).get(name, ())
        parts = [read_codes(persons.frame[column], column, book, file.name) for column in names]
        return merged(parts) if parts else None

    codes: list[Codes] = []
    filled = np.zeros(len(persons.frame), dtype=np.bool_)
    for item in book.items:
        own, other = column_of(item.name), column_of(item.stand_in)
        if other is not None:
            own, rows = with_stand_in(own, other, persons.countries.places + 1)
            filled |= rows
        assert own is not None
        codes.append(own)
    return codes, filled


def _counted(
    answered: NDArray[np.float64], book: Codebook, persons: _Persons, filename: str
) -> tuple[NDArray[np.bool_], list[str]]:
    """Who counts, and warnings on those who would but for the weight or the group."""
    enough = np.isnan(answered).sum(axis=1) <= book.max_missing
    if not enough.any():
        items = len(book.items)
        raise UserError(
            f"{filename}: no person answered {items - book.max_missing} or more of the {items} value items of the "
            f"{book.name} with a code from 1 to 6. This may be a wave, round or year in which they were not asked."
        )
    weighted, grouped = ~np.isnan(persons.weights.values), persons.groups.places >= 0
    warnings = []
    if n := int((enough & ~weighted).sum()):
        columns = " × ".join(persons.weights.columns)
        warnings.append(f"{n:,} persons were left out because they have no weight above 0 in {columns}.")
    if n := int((enough & ~grouped).sum()):
        warnings.append(f"{n:,} persons were left out because the file does not say to which group they belong.")
    counted = enough & weighted & grouped
    if not counted.any():
        raise UserError(f"{filename}: nobody with usable answers has both a weight and a group. Check these columns.")
    return counted, warnings


def _split(
    statistics: GroupStatistics,
    persons: _Persons,
    counted: NDArray[np.bool_],
    book: Codebook,
    values: Sequence[str],
    least: int,
) -> tuple[tuple[GroupMeans, ...], tuple[LeftOut, ...]]:
    """The groups that are large enough in every value, and the others."""
    kept: list[GroupMeans] = []
    left_out: list[LeftOut] = []
    for place, (code, label) in enumerate(zip(persons.groups.codes, persons.groups.labels, strict=True)):
        n = int(statistics.n[place].min())
        if n < least:
            left_out.append(LeftOut(code, label, n))
            continue
        members = counted & (persons.groups.places == place)
        means = tuple(
            ValueMean(
                value,
                float(statistics.mean[place, each]),
                float(statistics.sd[place, each]),
                int(statistics.n[place, each]),
                float(statistics.n_eff[place, each]),
            )
            for each, value in enumerate(values)
        )
        year = _year(book, persons, members)
        kept.append(GroupMeans(code, label, int(members.sum()), means, _source(book, persons, members), year))
    return tuple(kept), tuple(left_out)


def _source(book: Codebook, persons: _Persons, members: NDArray[np.bool_]) -> str:
    wave = span(persons.wave, members)
    return f"{book.name}{', round' if book is ESS else ', wave'} {wave}" if wave else book.name


def _year(book: Codebook, persons: _Persons, members: NDArray[np.bool_]) -> str:
    if book is not ESS:
        return span(persons.year, members)
    return span(None if persons.wave is None else pd.to_numeric(persons.wave, errors="coerce").map(ESS_YEARS), members)


def _stand_in_warning(book: Codebook, filled: NDArray[np.bool_]) -> list[str]:
    if not filled.any():
        return []
    item = next(item for item in book.items if item.stand_in)
    return [
        f"For {int(filled.sum()):,} persons who were not asked {item.name.upper()} (helping people nearby), "
        f"{item.stand_in.upper()} (the good of society) stands in for Benevolence; it leans towards Universalism."
    ]


def _wave_warning(persons: _Persons, counted: NDArray[np.bool_]) -> list[str]:
    if persons.wave is None:
        return []
    waves = pd.DataFrame({"group": persons.groups.places[counted], "wave": persons.wave[counted].to_numpy()})
    if waves.groupby("group")["wave"].nunique().max() < 2:
        return []
    return [f"Some groups pool several waves; group by {persons.wave.name} too to keep them apart."]


def _direction_warning(
    scores: NDArray[np.float64], persons: _Persons, counted: NDArray[np.bool_], values: Sequence[str]
) -> list[str]:
    """Nearly everywhere people hold Benevolence above Power (Schwartz & Bardi 2001); the reverse hints at codes that
    run the other way."""
    everyone = np.zeros(len(scores), dtype=np.intp)
    mean = group_statistics(scores, persons.weights.values[counted], everyone, 1).mean[0]
    if mean[values.index("benevolence")] >= mean[values.index("power")]:
        return []
    return [
        "Power comes out above Benevolence over all persons, which no known population shows: the answers may be coded "
        "in the reverse direction. Check the codebook before saving."
    ]
