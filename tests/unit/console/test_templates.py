"""The templates and files of the console keep its promises: nothing runs in a page, and every form has its token."""

import hashlib
import re
from pathlib import Path

import pytest

from worker import console

FOLDER = Path(console.__file__).parent
TEMPLATES = sorted((FOLDER / "templates").rglob("*.html"))
VENDORED = FOLDER / "static" / "htmx"


def test_the_vendored_files_are_those_whose_hashes_are_written():
    sums = dict(line.split()[::-1] for line in (VENDORED / "SHA256SUMS").read_text().splitlines())
    assert {*sums} == {path.name for path in VENDORED.iterdir()} - {"SHA256SUMS", "VERSION.txt"}
    assert sums == {name: hashlib.sha256((VENDORED / name).read_bytes()).hexdigest() for name in sums}
    version = (VENDORED / "VERSION.txt").read_text().split()[1]
    assert f'version:"{version}"' in (VENDORED / "htmx.min.js").read_text()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_script_and_no_style_in_it(template: Path):
    text = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.DOTALL)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on|hx-vals=['\"]?js:|javascript:", text, re.IGNORECASE)
    assert all("src=" in script for script in re.findall(r"<script[^>]*>", text))
    assert not re.search(r"(?:src|href|action)=\"https?:", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_escapes_everything(template: Path):
    text = template.read_text()
    assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup\(", text)
    # An attribute without quotes could be left by a text with a space.
    assert not re.search(r"<[^>{]*\s[\w-]+=\{\{", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_the_commands_in_our_sentences_are_shown_as_code(template: Path):
    ours = r"\b(?:item|check|replay)\.sentence\b[^}]*|\.(?:why|advice)\b[^}]*|\{\{ (?:notice|sentence)\b[^}]*"
    sentences = re.findall(ours, template.read_text())
    shown = [sentence for sentence in sentences if "|" in sentence]
    assert [sentence for sentence in shown if "| advice" not in sentence] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_form_that_acts_has_a_token(template: Path):
    forms = re.findall(r"<form\b[^>]*method=\"post\"[^>]*>.*?</form>", template.read_text(), re.DOTALL | re.IGNORECASE)
    assert all("own_form()" in form or 'action="/login"' in form for form in forms)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_each_cell_of_a_table_that_is_stacked_on_a_phone_has_its_label(template: Path):
    tables = re.findall(r"ui\.table\([^)]*stack=true\).*?<tbody>(.*?)</tbody>", template.read_text(), re.DOTALL)
    cells = [cell for table in tables for cell in re.findall(r"<td(?=[ >]).*?</td>", table, re.DOTALL)]
    without = [cell for cell in cells if not re.match(r"<td[^>]* (?:data-label|colspan)=", cell)]
    assert [cell for cell in without if "checkbox" not in cell] == []


def test_the_colours_of_texts_have_enough_contrast_in_both_schemes():
    css = (FOLDER / "static" / "console.css").read_text()
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#\w{6})", part)) for part in re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    )
    assert light.keys() == dark.keys()
    pairs = [(text, back) for text in ("text", "muted", "link") for back in ("page", "surface", "plain-back")]
    pairs += [("on-accent", "accent"), ("good", "good-back"), ("wrong", "wrong-back"), ("waiting", "waiting-back")]
    pairs += [("good", "surface"), ("wrong", "surface"), ("waiting", "surface"), ("surface", "wrong")]
    for colours in (light, dark):
        weak = [pair for pair in pairs if contrast(*(colours[name] for name in pair)) < 4.5]
        assert weak == []
        assert contrast(colours["focus"], colours["surface"]) >= 3


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours as WCAG 2 defines it."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
