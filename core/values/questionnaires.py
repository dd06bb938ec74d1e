"""Personal profiles: answers of one person, to our own ten cards or to a published questionnaire, as centred scores.

Only numbers come in: no questionnaire's wording is here. Every score is the mean of the value's items less the person's
own mean over all items (MRAT), so 0 is the person's average, brought to PVQ points (a scale 5 wide).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import UserError
from core.text import MAX_CHARS
from core.values.cultures import WIDTH
from core.values.system import SCHWARTZ, system


@dataclass(frozen=True)
class Questionnaire:
    """`key` holds, for each of Schwartz's ten values in order, its items, counted from 1. Answers are whole numbers
    from `low` to `high`, high for important. `order` says in what order they are given. `turnable`: its answers
    are also found coded the other way round, so a person must be asked. `validated` is False for a direct rating of our
    own."""

    id: str
    name: str
    key: tuple[tuple[int, ...], ...]
    low: int
    high: int
    order: str
    source: str
    turnable: bool = False
    validated: bool = True

    @property
    def n_items(self) -> int:
        return sum(len(items) for items in self.key)

    @property
    def asks(self) -> str:
        """What to give, for the form."""
        return f"{self.n_items} whole numbers from {self.low} to {self.high}, {self.order}."


@dataclass(frozen=True)
class Answers:
    """A person's ten scores in Schwartz's order, centred PVQ points. `own_mean` is what was subtracted, in points of
    the questionnaire. `scheme` is the weighting that suits the answers: ranks hold no distances."""

    questionnaire: str
    scores: tuple[float, ...]
    own_mean: float
    scheme: str = "softmax"

    @property
    def flat(self) -> bool:
        """Whether all ten scores are the same: such answers set no value above another."""
        return len(set(self.scores)) == 1


_NAMES = ", ".join(system(SCHWARTZ).names.values())
_SINGLES = tuple((item,) for item in range(1, 11))
# The order of the ten values in TIVI, once, and in TwIVI, twice: item 1 is Conformity, 2 Tradition and so on.
_TIVI = ((5,), (6,), (7,), (8,), (9,), (10,), (1,), (2,), (3,), (4,))
_SANDY = (
    "Sandy, C. J., Gosling, S. D., Schwartz, S. H. & Koelkebeck, T. (2017). Journal of Personality Assessment."
    " doi:10.1080/00223891.2016.1231115"
)

CARDS = Questionnaire(
    "cards",
    "Ten cards",
    _SINGLES,
    1,
    6,
    f"one for each value: {_NAMES}",
    "Written for Polycompass: a direct rating, not a validated scale.",
    validated=False,
)

QUESTIONNAIRES: Mapping[str, Questionnaire] = {
    found.id: found
    for found in (
        CARDS,
        Questionnaire(
            "pvq21",
            "PVQ-21",
            ((1, 11), (6, 15), (10, 21), (4, 13), (2, 17), (5, 14), (7, 16), (9, 20), (12, 18), (3, 8, 19)),
            1,
            6,
            "in the order of the European Social Survey's questionnaire",
            "Schwartz, S. H. (2003). A proposal for measuring value orientations across nations. In: Questionnaire"
            " development package of the European Social Survey, 259-319.",
            turnable=True,
        ),
        Questionnaire(
            "twivi",
            "TwIVI",
            tuple((item, item + 10) for (item,) in _TIVI),
            1,
            6,
            "in the questionnaire's order, 6 for very much like me",
            _SANDY,
        ),
        Questionnaire("tivi", "TIVI", _TIVI, 1, 6, "in the questionnaire's order, 6 for very much like me", _SANDY),
        Questionnaire(
            "ssvs",
            "SSVS",
            _SINGLES,
            0,
            8,
            f"in this order, which is not the questionnaire's own: {_NAMES}",
            "Lindeman, M. & Verkasalo, M. (2005). Journal of Personality Assessment 85(2), 170-178.",
        ),
    )
}


def score(questionnaire: Questionnaire, answers: Sequence[int], one_is_most: bool = False) -> Answers:
    """The ten centred scores of one person's answers, in the questionnaire's order.

    `one_is_most`: the lowest number means most like me, as ESS and WVS files code it; answers are then turned round
    (7 - x on a scale from 1 to 6). Raises UserError for a wrong number of answers and, by position, for one out of
    range.
    """
    q = questionnaire
    if len(answers) != q.n_items:
        raise UserError(f"{q.name} has {q.n_items} answers, but {len(answers)} were given. It takes {q.asks}")
    for position, answer in enumerate(answers, 1):
        if not q.low <= answer <= q.high:
            raise UserError(
                f"{q.name}, answer {position}: {answer} is out of range; it must be from {q.low} to {q.high}."
            )
    rated = np.asarray(answers, dtype=float)
    if one_is_most:
        rated = q.low + q.high - rated
    own_mean = float(rated.mean())
    means = np.array([rated[np.array(items) - 1].mean() for items in q.key])
    return Answers(q.id, tuple(((means - own_mean) * WIDTH / (q.high - q.low)).tolist()), own_mean)


def rate_cards(ratings: Mapping[str, int]) -> Answers:
    """Our ten cards rated from 1 to 6, by value id. Raises UserError naming the values without a rating or unknown."""
    values = system(SCHWARTZ)
    _complete(list(ratings), "has no rating")
    return score(CARDS, [ratings[value] for value in values.ids])


def order_cards(order: Sequence[str]) -> Answers:
    """Our ten cards in order, the most important first, by value id: scores spread evenly from +2.5 to -2.5, since an
    order holds no distances; rank-order centroid weights use only the order. Raises UserError naming the values that
    are missing, unknown or twice in it."""
    ids = system(SCHWARTZ).ids
    _complete(order, "has no place in the order")
    last = len(ids) - 1
    return Answers(
        CARDS.id,
        tuple(WIDTH * (0.5 - order.index(value) / last) for value in ids),
        own_mean=(CARDS.low + CARDS.high) / 2,
        scheme="rank_order_centroid",
    )


def _complete(given: Sequence[str], lacks: str) -> None:
    names = system(SCHWARTZ).names
    if unknown := [value for value in given if value not in names]:
        raise UserError(f"{unknown[0]!r} is none of the ten values; they are {', '.join(names)}.")
    for value, name in names.items():
        if value not in given:
            raise UserError(f"{name} {lacks}; give one for each of the ten values.")
        if list(given).count(value) > 1:
            raise UserError(f"{name} comes more than once in the order; give each of the ten values one place.")


def read_answers(questionnaire: Questionnaire, source: str | bytes, one_is_most: bool = False) -> Answers:
    """The scores of answers as pasted (numbers apart by commas, semicolons, blanks, tabs or new lines) or as the bytes
    of a CSV file in UTF-8 of one person, with or without a line of column names. Raises UserError as `score` does, and
    by position for what is not a whole number."""
    text = _decoded(source) if isinstance(source, bytes) else source
    if len(text) > MAX_CHARS:
        raise UserError(f"This is far too long for the answers to one {questionnaire.name}: {len(text):,} characters.")
    words = _words(text, headed=isinstance(source, bytes))
    if not words:
        raise UserError(f"There are no answers here. {questionnaire.name} takes {questionnaire.asks}")
    return score(questionnaire, [_whole(word, at, questionnaire) for at, word in enumerate(words, 1)], one_is_most)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"The file is not text in UTF-8 (byte {error.start + 1}); save it as CSV in UTF-8.") from error


def _words(text: str, headed: bool) -> list[str]:
    """What stands in the text, without a first line of column names, in which no cell is a number."""
    lines = [line for line in text.splitlines() if line.strip()]
    if headed and len(lines) > 1 and not any(_number(cell.strip(' "')) for cell in re.split(r"[,;\t]", lines[0])):
        lines = lines[1:]
    return [word for line in lines for word in re.split(r'[\s,;"]+', line) if word]


def _number(word: str) -> bool:
    return re.fullmatch(r"[+-]?\d{1,9}(\.0*)?", word, re.ASCII) is not None


def _whole(word: str, position: int, q: Questionnaire) -> int:
    if not _number(word):
        raise UserError(f"{q.name}, answer {position}: {word[:20]!r} is not a whole number. It takes {q.asks}")
    return int(word.partition(".")[0])
