"""The pages that are part of the product, taken apart: their tables, their examples, their links."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
COURIERS = ROOT / "deploy" / "COURIERS.md"
OPERATIONS = ROOT / "deploy" / "OPERATIONS.md"
SANDBOX = ROOT / "deploy" / "sandbox" / "README.md"
PAGES = (README, COURIERS, OPERATIONS, SANDBOX)

_CELL_BORDER = re.compile(r"(?<!\\)\|")


def part(page: Path, beginning: str) -> str:
    """Return the page from the only place where it says *beginning*."""
    text = page.read_text()
    assert text.count(beginning) == 1, f"{page.name} has {beginning!r} {text.count(beginning)} times"
    return text[text.index(beginning) :]


def table(page: Path, beginning: str) -> list[list[str]]:
    """Return the rows of the first table after *beginning*, without its head; cells as they are written."""
    lines = part(page, beginning).splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in _CELL_BORDER.split(line)[1:-1]])
    return rows


def first_words(page: Path, beginning: str) -> list[str]:
    """Return the words that the first column of a table explains."""
    return [row[0].strip("`") for row in table(page, beginning)]


def example(page: Path, language: str, beginning: str) -> str:
    """Return the first block of code in *language* (none: plain text) after *beginning*."""
    found = re.search(rf"^( *)```{language}\n(.*?)^\1```$", part(page, beginning), re.MULTILINE | re.DOTALL)
    assert found, f"{page.name} has no example in {language} after {beginning!r}"
    return found[2]


def anchors(page: Path) -> set[str]:
    """Return the names by which links find the page's headings."""
    headings = re.findall(r"^#+ (.+)$", _without_code(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> list[str]:
    """Return where the page's links lead."""
    return re.findall(r"\]\(([^)\s]+)\)", _without_code(page))


def _without_code(page: Path) -> str:
    return re.sub(r"^ *```.*?^ *```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
