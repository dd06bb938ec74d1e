"""The component that puts cards in order: what counts as an order, and what its own files may not do."""

import re

import pytest
from browsing import ROOT
from hypothesis import given
from hypothesis import strategies as st

from core.values.system import SCHWARTZ, system
from pages.shared.ordering import in_order

IDS = system(SCHWARTZ).ids
SCRIPT, STYLE = ((ROOT / "pages" / "shared" / f"ordering.{kind}").read_text(encoding="utf-8") for kind in ("js", "css"))


@given(st.permutations(IDS))
def test_every_permutation_is_an_order(order: list[str]) -> None:
    assert in_order(order, IDS) == tuple(order) == in_order(tuple(order), IDS)


@pytest.mark.parametrize(
    "sent",
    [
        *(None, "", 5, {}, [], "self_direction", dict.fromkeys(IDS), set(IDS)),
        *([*IDS[:9]], [*IDS, "power"], [*IDS[:9], IDS[0]], [*IDS[:9], "honour"], [*IDS[:9], None], [[], *IDS[:9]]),
    ],
)
def test_nothing_else_that_a_browser_may_send_is(sent: object) -> None:
    assert in_order(sent, IDS) is None


def test_texts_are_never_markup_and_nothing_is_fetched() -> None:
    assert not re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|fetch|import\b|http", SCRIPT)
    assert not re.findall(r"url\(|@import|http", STYLE)


def test_colours_are_the_themes() -> None:
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgb\((?!0 0 0 / 30%)|hsl", STYLE)
