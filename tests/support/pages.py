"""The Markdown pages of the repository, and functions that read their tables, examples, links and headings."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DESIGN = ROOT / "worker" / "DESIGN.md"
REFERENCE = ROOT / "deploy" / "REFERENCE.md"
OPERATIONS = ROOT / "deploy" / "OPERATIONS.md"
COURIERS = ROOT / "deploy" / "COURIERS.md"
SECURITY = ROOT / "deploy" / "SECURITY.md"
PROFILES = ROOT / "deploy" / "PROFILES.md"
SANDBOX = ROOT / "deploy" / "sandbox" / "README.md"
BENCHMARKS = ROOT / "tests" / "benchmarks" / "README.md"
MUTANTS = ROOT / "tests" / "MUTANTS.md"
STORM = ROOT / "tests" / "STORM.md"
CHANGELOG = ROOT / "CHANGELOG.md"
BUILTIN_COURIERS = tuple(sorted((ROOT / "deploy" / "couriers").glob("*.md")))
PAGES = (
    README,
    DESIGN,
    REFERENCE,
    OPERATIONS,
    COURIERS,
    PROFILES,
    SECURITY,
    SANDBOX,
    BENCHMARKS,
    MUTANTS,
    STORM,
    CHANGELOG,
    *BUILTIN_COURIERS,
)

_CELL_BORDER = re.compile(r"(?<!\\)\|")


def part(page: Path, beginning: str) -> str:
    """Return the page from *beginning* on, which must be in it exactly once."""
    text = page.read_text()
    assert text.count(beginning) == 1, f"{page.name} has {beginning!r} {text.count(beginning)} times"
    return text[text.index(beginning) :]


def table(page: Path, beginning: str) -> list[list[str]]:
    """Return the rows of the first table after *beginning*, without its head. Cells are as they are written."""
    lines = part(page, beginning).splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in _CELL_BORDER.split(line)[1:-1]])
    return rows


def plain_table(page: Path, beginning: str) -> list[list[str]]:
    """Return the rows of the first table after *beginning* without the marks of code."""
    return [[plain(cell) for cell in row] for row in table(page, beginning)]


def first_words(page: Path, beginning: str) -> list[str]:
    """Return the first column of the first table after *beginning*, without the marks of code."""
    return [row[0].strip("`") for row in table(page, beginning)]


def plain(cell: str) -> str:
    """Return *cell* without the marks of code."""
    return cell.replace("`", "")


def example(page: Path, language: str, beginning: str) -> str:
    """Return the first block of code in *language* after *beginning*; an empty *language* is plain text."""
    match = re.search(rf"^( *)```{language}\n(.*?)^\1```$", part(page, beginning), re.MULTILINE | re.DOTALL)
    assert match, f"{page.name} has no example in {language} after {beginning!r}"
    return match[2]


def anchors(page: Path) -> set[str]:
    """Return the anchors of the page's headings."""
    headings = re.findall(r"^#+ (.+)$", without_code(page), re.MULTILINE)
    return {anchor(heading) for heading in headings}


def anchor(heading: str) -> str:
    """Return the anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def links(page: Path) -> list[str]:
    """Return the targets of the page's links."""
    return re.findall(r"\]\(([^)\s]+)\)", without_code(page))


def without_code(page: Path) -> str:
    """Return the text of the page without its blocks of code."""
    return re.sub(r"^ *```.*?^ *```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
