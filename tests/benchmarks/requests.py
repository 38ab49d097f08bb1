"""Sends a load of requests, and reads the responses."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from tests.benchmarks.figures import percentile
from tests.benchmarks.load import Plan, Response
from tests.support.installation import SECRETS
from tests.support.programs import ROOT


@dataclass(frozen=True, slots=True)
class Responses:
    """All responses to one load."""

    all: Sequence[Response]

    @property
    def accepted_per_second(self) -> float:
        """How many were accepted per second, from the first request to the last response."""
        return (len(self.all) - self.refused) / (max(a.at for a in self.all) - min(a.due for a in self.all))

    @property
    def refused(self) -> int:
        """How many were not accepted."""
        return sum(answer.status >= 300 for answer in self.all)

    def milliseconds(self, percent: float) -> float:
        """Return the latency that *percent* of the responses did not exceed."""
        return 1000 * percentile([answer.at - answer.due for answer in self.all], percent)


def send(port: int, bodies: Sequence[str], *, rate: float | None = None, seconds: float = float("inf")) -> Responses:
    """Send *bodies* at a steady *rate*, or as many as possible in *seconds*; return when all are answered."""
    return run(Plan(port, SECRETS["courier"], bodies, rate, seconds))


def run(of: Plan) -> Responses:
    """Send what the plan says; return when all is answered."""
    plan = json.dumps(asdict(of))
    command = [sys.executable, "-m", "tests.benchmarks.load"]
    done = subprocess.run(command, input=plan, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return Responses([Response(*answer) for answer in json.loads(done.stdout)])
