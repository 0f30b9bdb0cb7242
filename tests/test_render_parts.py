"""Colours, lanes, charts and trees: the parts that pages are made of."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from corpus_tools.render import (
    Estimate,
    Palette,
    check_url,
    escape_name,
    read_styles,
    render_bar,
    render_calibration,
    render_dependencies,
    render_stance_value,
    render_strip,
    render_whisker,
)
from corpus_tools.text.errors import InputError


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def read_colours() -> dict[str, tuple[str, str]]:
    found = re.findall(r"--ct-([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", read_styles())
    return {name: (light, dark) for name, light, dark in found}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_lines_and_words_stand_out_from_the_page(theme):
    colours = {name: pair[theme] for name, pair in read_colours().items()}
    paper = colours["paper"]
    assert {name: c for name, c in colours.items() if re.fullmatch(r"c\d", name) and contrast(c, paper) < 3} == {}
    words = ("ink", "quiet", "against", "for", "mixed", "neutral")
    assert {name for name in words if contrast(colours[name], paper) < 4.5} == set()


# Machado, Oliveira and Fernandes (2009), severity 1, linear RGB.
DICHROMATS = {
    "deuteranope": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "protanope": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "tritanope": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
    "trichromat": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
}
# Ottosson (2020): linear RGB to cone response, its cube root to OKLab.
CONES = [[0.412221, 0.536333, 0.051446], [0.211904, 0.6807, 0.107397], [0.088302, 0.281719, 0.629979]]
OKLAB = [[0.210454, 0.793618, -0.004072], [1.977998, -2.428592, 0.450594], [0.025904, 0.782772, -0.808676]]


def see(colour: str, eye: str) -> np.ndarray:
    """What an eye sees, in OKLab times 100: a distance of 2 is just noticeable."""
    shares = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return 100 * np.array(OKLAB) @ np.cbrt(np.array(CONES) @ np.clip(np.array(DICHROMATS[eye]) @ linear, 0, 1))


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("eye", DICHROMATS)
def test_colours_stay_apart_for_every_eye(eye, theme):
    colours = read_colours()
    styles = list(Palette.of("abcdefgh"))
    for one, other in itertools.combinations(styles, 2):
        distance = np.linalg.norm(
            see(colours[f"c{one.colour}"][theme], eye) - see(colours[f"c{other.colour}"][theme], eye)
        )
        assert distance > (10 if one.line == other.line else 4), (one.colour, other.colour)


def test_looks_differ_without_colour_and_codes_are_unique():
    palette = Palette.of([f"frame_{i}" for i in range(32)])
    looks = [(style.colour, style.line) for style in palette]
    assert len(set(looks)) == 32
    assert len({style.code for style in palette}) == 32
    first = list(palette)[:8]
    assert len({style.colour for style in first}) == 8
    for one, other in itertools.pairwise(first):
        assert one.line != other.line


def test_every_underline_of_a_palette_exists_in_the_style_sheet():
    styles = read_styles()
    for style in Palette.of([f"frame_{i}" for i in range(40)]):
        assert f"{style.underline[4:-1]}:" in styles


@pytest.mark.parametrize(
    ("names", "codes"),
    [
        (["Russian influence", "Democratic restoration"], ["RI", "DR"]),
        (["Regional interests", "Russian influence", "Riots"], ["RI", "RU", "RO"]),
        (["Sovereignty and anti-colonial resentment", "Dialogue"], ["SA", "DI"]),
        (["中国影响", "  ", "<script>"], ["中国", "?2", "SC"]),
        (["A", "A", "A"], ["A2", "A3", "A4"]),
    ],
)
def test_codes(names, codes):
    assert [style.code for style in Palette(dict(enumerate(names)))] == codes


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/a", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("https:\u202e//example.org", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https://[broken", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url, kept):
    assert check_url(url) == (url if kept else None)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ({"value": 0.634, "low": 0.561, "high": 0.69}, "0.63 (0.56–0.69)"),
        ({"value": 0.1, "low": -0.05, "high": 0.2}, "0.10 (−0.05 to 0.20)"),
        ({"value": float("nan"), "low": 0, "high": 1}, "–"),
        (0.5, "0.50"),
        (None, "–"),
        ("text", "–"),
    ],
)
def test_estimates_as_text(source, text):
    assert Estimate.of(source).text == text


def test_pictures_place_their_marks():
    assert "width:87.0%" in render_bar(0.87, colour=2)
    assert "left:42.0%" in render_bar(0.87, tick=0.42)
    assert re.findall(r"left:([\d.]+)%", render_strip([0.1, 0.9])) == ["10.0", "90.0"]
    difference = render_whisker(Estimate(0.25, 0.0, 0.6), domain=(-0.5, 0.5))
    assert "left:75.0%" in difference
    assert "left:50.0%;width:50.0%" in difference, "an interval beyond the scale is cut at its end"
    assert "ct-point" not in render_whisker(Estimate())


def test_calibration_draws_each_point_and_leaves_out_unknown_ones():
    points = [{"mean_score": 0.1, "share_positive": 0.2, "n": 9}, {"mean_score": None, "share_positive": 1, "n": 0}]
    tree = ET.fromstring(render_calibration(points))
    assert [(c.get("cx"), c.get("cy")) for c in tree.iter("circle")] == [("20.0", "160.0")]
    ET.fromstring(render_calibration([]))


@pytest.mark.parametrize(
    ("label", "sign"), [("oppose", "−"), ("mixed", "±"), ("support", "+"), ("neutral", "○"), ("new", "•")]
)
def test_stance_values_have_a_sign_and_a_word(label, sign):
    html = render_stance_value(label)
    assert sign in html and f"</span> {label}</span>" in html


def tokens(rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["sentence", "word", "form", "upos", "head", "deprel"])


SENTENCE = [
    (0, 1, "Paris", "PROPN", 3, "nsubj"),
    (0, 2, "will", "AUX", 3, "aux"),
    (0, 3, "<withdraw>", "VERB", 0, "root"),
    (0, 4, "troops", "NOUN", 3, "obj"),
]


def test_dependencies_are_well_formed_and_arcs_stack():
    html = render_dependencies(tokens(SENTENCE))
    tree = ET.fromstring(html)
    texts = [node.text for node in tree.iter() if node.tag.endswith("text")]
    assert [text for text in texts if text in ("nsubj", "aux", "root", "obj")] == ["nsubj", "aux", "root", "obj"]
    assert "<withdraw>" in texts
    relations = {n.text: float(n.get("y")) for n in tree.iter("text") if n.get("class") == "ct-rel"}
    assert relations["nsubj"] < relations["aux"], "the longer arc runs above the shorter one"


def test_right_to_left_sentences_run_from_the_right():
    rows = [(0, 1, "قال", "VERB", 0, "root"), (0, 2, "المتحدث", "NOUN", 1, "nsubj")]
    texts = ET.fromstring(render_dependencies(tokens(rows))).iter("text")
    places = [float(node.get("x")) for node in texts if node.get("class") == "ct-form"]
    assert places[0] > places[1]


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([*SENTENCE, (1, 1, "No", "INTJ", 0, "root")], "several sentences"),
        ([(0, 1, "Paris", "PROPN", 7, "nsubj")], "word 1 hangs on word 7"),
    ],
)
def test_dependencies_of_what_is_not_a_sentence(rows, fault):
    with pytest.raises(InputError, match=fault):
        render_dependencies(tokens(rows))


def test_no_tokens_no_tree():
    assert render_dependencies(tokens([])) == ""


def test_names_are_one_line():
    assert escape_name(" a\n b ") == "a b"
