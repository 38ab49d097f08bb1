"""Sends loads, and reads what became of them."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from tests.benchmarks.figures import percentile
from tests.benchmarks.load import Answered, Plan
from tests.support.installation import SECRETS
from tests.support.programs import ROOT


@dataclass(frozen=True, slots=True)
class Answers:
    """All answers to one load."""

    all: Sequence[Answered]

    @property
    def accepted_a_second(self) -> float:
        """How many were accepted in each second, from the first request to the last answer."""
        return (len(self.all) - self.refused) / (max(a.at for a in self.all) - min(a.due for a in self.all))

    @property
    def refused(self) -> int:
        """How many were not accepted."""
        return sum(answer.status >= 300 for answer in self.all)

    def milliseconds(self, percent: float) -> float:
        """The latency that *percent* of the answers did not exceed."""
        return 1000 * percentile([answer.at - answer.due for answer in self.all], percent)


def send(port: int, bodies: Sequence[str], *, rate: float | None = None, seconds: float = float("inf")) -> Answers:
    """Send *bodies* at a steady *rate*, or as many as possible in *seconds*; returns when all are answered."""
    plan = json.dumps(asdict(Plan(port, SECRETS["courier"], bodies, rate, seconds)))
    command = [sys.executable, "-m", "tests.benchmarks.load"]
    done = subprocess.run(command, input=plan, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return Answers([Answered(*answer) for answer in json.loads(done.stdout)])
