"""Contrast by WCAG 2.2: what is drawn can be told from both grounds, and text on buttons read."""

import tomllib

import pytest

from core.charts.published import PUBLISHED_COLOUR
from core.charts.style import PALETTE, PROFILE_COLOUR
from core.paths import ROOT

# Streamlit's own grounds, as measured on the page; the theme leaves them as they are.
GROUNDS = {"light": "#FFFFFF", "dark": "#171614"}
GRAPHICS, TEXT = 3.0, 4.5  # success criteria 1.4.11 and 1.4.3


def luminance(colour: str) -> float:
    """Relative luminance of a hex colour, 0 to 1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_ratio_is_that_of_the_definition() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21) and contrast("#777777", "#FFFFFF") == pytest.approx(
        4.478, abs=1e-3
    )


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("colour", [*PALETTE, PROFILE_COLOUR, PUBLISHED_COLOUR])
def test_what_is_drawn_stands_out(colour: str, ground: str) -> None:
    assert contrast(colour, GROUNDS[ground]) >= GRAPHICS


def test_the_themes_colours_are_the_palettes_and_carry_white_words() -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    assert tuple(theme["chartCategoricalColors"]) == PALETTE
    for mode in GROUNDS:
        assert contrast(theme[mode]["primaryColor"], "#FFFFFF") >= TEXT
        assert contrast(theme[mode]["primaryColor"], GROUNDS[mode]) >= GRAPHICS
