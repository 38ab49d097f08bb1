"""The pages hold one sentence a line, and their links, files, targets and folders exist."""

import re
from pathlib import Path

import pytest

from tests.support.pages import (
    PAGES,
    README,
    ROOT,
    anchor,
    anchors,
    first_words,
    links,
    without_code,
)

MAX_LINES_OF_README = 260
MOST_PARTS_WITHOUT_A_LIST = 7


def test_every_markdown_file_of_the_repository_is_checked():
    ignored = re.compile(r"/(?:\.\w[\w-]*|mutants|build|dist)/")
    assert {page for page in ROOT.rglob("*.md") if not ignored.search(f"/{page.relative_to(ROOT)}")} == {*PAGES}


def test_the_readme_is_short():
    assert len(README.read_text().splitlines()) <= MAX_LINES_OF_README


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name + "-" + page.name)
def test_a_line_holds_one_sentence(page: Path):
    lines = [line for line in without_code(page).splitlines() if not line.startswith("|")]
    texts = [re.sub(r"^ *(?:\d+\.|-) ", "", line) for line in lines]
    assert [text for text in texts if re.search(r"[.!?][)*”]* [A-Z`*(“]", text)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name + "-" + page.name)
def test_every_link_leads_somewhere(page: Path):
    for link in links(page):
        if link.startswith("http"):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.is_file(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name + "-" + page.name)
def test_the_list_at_the_top_of_a_long_page_leads_to_each_of_its_parts(page: Path):
    top, *parts = re.split(r"^## ", without_code(page), flags=re.MULTILINE)
    listed = {*re.findall(r"\]\(#([^)\s]+)\)", top)}
    assert listed or len(parts) <= MOST_PARTS_WITHOUT_A_LIST
    assert not listed or {anchor(part.partition("\n")[0]) for part in parts} <= listed


def test_the_pictures_are_there_and_small():
    pictures = re.findall(r'<img src="([^"]+)"', README.read_text())
    assert pictures
    assert {
        picture: (ROOT / picture).stat().st_size for picture in pictures if (ROOT / picture).stat().st_size > 60_000
    } == {}


def test_every_page_is_linked_from_another_one():
    linked = {(page.parent / link.partition("#")[0]).resolve() for page in PAGES for link in links(page)}
    assert {*PAGES} <= linked | {README}


def test_every_target_of_make_on_a_page_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = "\n".join(page.read_text() for page in PAGES)
    named = set(re.findall(r"(?:^ *|`|&& )make (?:-C \S+ )?([a-z]+)", text, re.MULTILINE))
    assert named >= {"demo", "test", "install"}
    assert named <= targets


def test_every_file_that_a_page_names_exists():
    endings = r"(?:py|md|toml|conf|sh|service)"
    for page in PAGES:
        for name in re.findall(rf"`((?:[\w-]+/)+[\w.-]+\.{endings})`", page.read_text()):
            assert (ROOT / name).exists() or (page.parent / name).exists(), f"{page.name}: {name}"


def test_every_folder_of_the_layout_exists_and_every_module_of_the_worker_is_in_one():
    words = [word for cell in first_words(README, "## Layout") for word in re.findall(r"[\w./]+", cell)]
    listed = {ROOT / word for word in words}
    assert all(path.exists() for path in listed)
    modules = {path for path in (ROOT / "worker").iterdir() if re.fullmatch(r"[a-z]\w*(\.py)?", path.name)}
    assert modules <= listed
