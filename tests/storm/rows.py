"""From what happened in a storm to the rows of its table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.storm.checker import Checker, Fault, Report, faults
from tests.storm.integrity import IntegrityWatch
from tests.storm.leaks import count_leaks
from tests.storm.plan import Plan
from tests.storm.records import Records, read_records
from tests.storm.report import Row, StormReport, fact, zero
from tests.storm.schedule import Event
from tests.storm.senders import Senders
from tests.storm.system import Conditions, System
from tests.support.programs import Program

ROWS = (
    "orders",
    "events and hints; dropped",
    "webhooks; repeats; stale, forged or malformed",
    "requests that their senders needed",
    "troubles of processes, broker, database and platforms",
    "calls to the platforms; with a fault",
    "orders right",
    "of them found by a scan alone",
    "orders that need a person",
    "seconds from the last trouble to the last right order",
    "accepted events unaccounted for",
    "answers to senders that the contract does not have",
    "writes that go back, skip a stage, or that no answer justified",
    "moves at a platform that are not one stage forward",
    "steps taken again after their confirmation",
    "overlapping reconciliations",
    "calls beyond an account's limit",
    "times the database was asked whether its tables agree",
    "disagreements",
    "secrets in logs, pages and files",
    "processes that ended by themselves",
    "tracebacks in logs",
)
"""The names of all rows. The page about the storm has the same."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that is known after a storm. *reports* are by account; *ended* are processes that ended by themselves."""

    plan: Plan
    system: System
    conditions: Conditions
    events: Sequence[Event]
    senders: Senders
    watch: IntegrityWatch
    checker: Checker
    reports: Mapping[str, Report]
    ended: Sequence[str]


def report_of(database: str, outcome: Outcome, trouble_ended_at: float, database_files: Path) -> StormReport:
    """Return the report of a storm whose last trouble ended at these unix seconds.

    The processes of the program still run.
    """
    records = read_records(outcome.system)
    rows = [
        *_sizes(outcome),
        *_orders(outcome, records, trouble_ended_at),
        *_calls(outcome, records),
        *_database_and_processes(outcome, database_files),
    ]
    assert tuple(row.name for row in rows) == ROWS
    return StormReport(database, rows)


def _sizes(outcome: Outcome) -> Iterator[Row]:
    plan, totals = outcome.plan, [report["totals"] for report in outcome.reports.values()]
    flawed = sum(1 for delivery in plan.deliveries if delivery.flaw)
    calls, with_fault = (sum(of[name] for of in totals) for name in ("calls", "faults"))
    yield fact("orders", len(plan.orders))
    yield fact("events and hints; dropped", f"{plan.facts:,}; {plan.dropped:,}")
    yield fact("webhooks; repeats; stale, forged or malformed",
               f"{len(plan.deliveries):,}; {plan.repeated:,}; {flawed:,}")  # fmt: skip
    yield fact("requests that their senders needed", outcome.senders.attempts)
    yield fact("troubles of processes, broker, database and platforms", len(outcome.events))
    yield fact("calls to the platforms; with a fault", f"{calls:,}; {with_fault:,}")


def _orders(outcome: Outcome, records: Records, trouble_ended_at: float) -> Iterator[Row]:
    checker, reports, count = outcome.checker, outcome.reports, len(outcome.plan.orders)
    wrong = checker.wrong_orders(reports)
    ahead_us = outcome.conditions.clock_ahead_seconds * 1_000_000
    since = (checker.last_right_at(reports) - ahead_us) / 1_000_000 - trouble_ended_at
    yield Row("orders right", f"{count - wrong.count:,} of {count:,}", wrong)
    yield fact("of them found by a scan alone", checker.silent_orders)
    yield fact("orders that need a person", records.stopped)
    yield fact("seconds from the last trouble to the last right order", f"{max(0.0, since):.1f}")
    yield zero("accepted events unaccounted for", checker.unaccounted(records.outcomes, records.results))
    yield zero("answers to senders that the contract does not have", checker.wrong_answers())


def _calls(outcome: Outcome, records: Records) -> Iterator[Row]:
    checker, reports = outcome.checker, outcome.reports
    yield zero("writes that go back, skip a stage, or that no answer justified", checker.unjustified_writes(reports))
    yield zero("moves at a platform that are not one stage forward", checker.illegal_moves(reports))
    yield zero("steps taken again after their confirmation", checker.repeated_effects(reports))
    yield zero("overlapping reconciliations", checker.overlaps(reports, records.tokens))
    yield zero("calls beyond an account's limit", Fault(checker.beyond_limit(reports)))


def _database_and_processes(outcome: Outcome, database_files: Path) -> Iterator[Row]:
    system, watch = outcome.system, outcome.watch
    leaks = count_leaks(system, outcome.senders.signatures, database_files)
    tracebacks = [line for program in system.own_programs for line in _tracebacks(program)]
    yield fact("times the database was asked whether its tables agree", watch.checks)
    yield zero("disagreements", faults([f"{name}: {count}" for name, count in watch.violations.items()]))
    yield zero("secrets in logs, pages and files", faults([f"{place}: {count}" for place, count in leaks.items()]))
    yield zero("processes that ended by themselves", faults(outcome.ended))
    yield zero("tracebacks in logs", faults(tracebacks))


def _tracebacks(program: Program) -> list[str]:
    """Return the lines with a traceback. Celery logs some at the level `debug` when its broker goes away."""
    lines = [line for line in program.log.splitlines() if "Traceback" in line]
    return [f"{program.name}: {line[:2000]}" for line in lines if '"level": "debug"' not in line]
