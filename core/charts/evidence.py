"""An answer as HTML with its evidence marked. Everything from outside is escaped; the only tags are ours."""

import html
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

# Blue and orange: told apart by colour-blind readers, and neither says good or bad.
_COLOURS = {"supports": "51,119,204", "present": "51,119,204", "opposes": "224,123,0"}


@dataclass(frozen=True)
class Mark:
    """A span of the text with the value it shows. `weight` in [0, 1] sets how strong the ground is."""

    start: int
    end: int
    value: str
    stance: str
    weight: float = 1.0


def highlighted(text: str, marks: Sequence[Mark]) -> str:
    """`text` as one HTML block in its own direction, each mark on a coloured ground with the value's name as tooltip.

    Where marks overlap, the piece carries all their names. Marks outside the text are cut to it.
    """
    edges = sorted({0, len(text), *(min(max(at, 0), len(text)) for mark in marks for at in (mark.start, mark.end))})
    pieces = [
        _piece(text[a:b], [m for m in marks if m.start <= a and b <= m.end]) for a, b in itertools.pairwise(edges)
    ]
    style = "white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:plaintext;line-height:1.6"
    return f'<div dir="auto" style="{style}">{"".join(pieces)}</div>'


def _piece(text: str, marks: Sequence[Mark]) -> str:
    escaped = html.escape(text)
    if not marks or not text:
        return escaped
    strongest = max(marks, key=lambda mark: mark.weight)
    colour = _COLOURS.get(strongest.stance, "128,128,128")
    names = html.escape(", ".join(f"{mark.value}: {mark.stance}" for mark in marks))
    opacity = 0.15 + 0.35 * min(max(strongest.weight, 0.0), 1.0)
    style = f"background:rgba({colour},{opacity:.2f});color:inherit;border-radius:3px;padding:0 1px"
    return f'<mark title="{names}" style="{style}">{escaped}</mark>'
