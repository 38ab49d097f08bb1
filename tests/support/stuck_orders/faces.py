"""What `explain` and the console say of an order."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from worker.operations.explain.answer import NOTHING_TO_TYPE


@dataclass(frozen=True, slots=True)
class Faces:
    """What is said of one order: the answer of `orders explain` as JSON, its text, and the console's page."""

    answer: Mapping[str, Any]
    text: str
    page: str

    def agree(self) -> bool:
        """Tell whether the text and the page have the three lines of the answer."""
        lines = (self.answer["sentence"], self.answer["why"], self.answer["command"] or NOTHING_TO_TYPE)
        return all(plain(line) in face for line in lines for face in (self.text, self.page))


def plain(text: str) -> str:
    """Return *text* in one line, without markup and without how long something is ago, which differs by the look."""
    shown = " ".join(unescape(re.sub("<[^>]*>|`", "", text)).split())  # a page has code where a sentence has backticks
    return re.sub(r" \((?:in |just now)?[^()]*(?: ago)?\)", "", shown)
