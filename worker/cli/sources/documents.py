"""Sources, profiles and trials as JSON objects. A missing value is null."""

from webhook_receiver.profiles.trial.steps import Step, Trial
from worker.application.sources.checking import Checked
from worker.application.sources.descriptions import AuthDescription
from worker.application.sources.overview import Row, Shown
from worker.cli.json_lines import Document
from worker.domain.events import Event
from worker.operations.instants import iso


def row_document(row: Row) -> Document:
    """Return a source, or a profile, as a list shows it."""
    return {
        "name": row.name,
        "profile": row.profile,
        "title": row.title,
        "account": row.account or None,
        "path": row.path or None,
        "methods": list(row.methods),
        "trust": row.trust or None,
        "orders": row.orders or None,
    }


def shown_document(shown: Shown) -> Document:
    """Return a source, or a profile, in full."""
    description = shown.description
    return {
        "name": shown.name,
        "profile": shown.profile,
        "title": description.title,
        "facts": description.facts or None,
        "account": shown.account or None,
        "path": shown.path or None,
        "orders": shown.orders or None,
        "methods": list(description.methods),
        "probes": list(description.probes),
        "auth": [_auth(method, shown) for method in description.auth],
        "options": [
            {"name": name, "help": text, "default": default, "value": shown.options.get(name)}
            for name, (text, default) in description.options.items()
        ],
        "answer": description.answer,
        "reads": dict(description.reads),
        "time_of": dict(description.time_of),
        "events": {name: list(words) for name, words in description.events.items()},
        "limits": list(description.limits),
    }


def _auth(method: AuthDescription, shown: Shown) -> Document:
    return {
        "name": method.name,
        "kind": method.kind,
        "trust": method.trust,
        "where": method.where,
        "what": method.what,
        "secrets": shown.secrets.get(method.name, 0) if shown.is_source else None,
    }


def checked_document(checked: Checked) -> Document:
    """Return the check of a profile: its flaws, or what it is."""
    description = checked.description
    return {
        "name": checked.name,
        "right": not checked.flaws,
        "flaws": list(checked.flaws),
        "title": description.title if description else None,
        "auth": [{"name": one.name, "trust": one.trust} for one in description.auth] if description else [],
        "rows": checked.rows,
    }


def trial_document(trial: Trial) -> Document:
    """Return a trial, with its steps and its events."""
    return {
        "outcome": trial.outcome,
        "status": trial.status,
        "reason": trial.reason or None,
        "authenticated": trial.is_authenticated,
        "steps": [_step(step) for step in trial.steps],
        "events": [_event(event) for event in trial.events],
    }


def _step(step: Step) -> Document:
    return {
        "element": step.element or None,
        "step": step.name,
        "text": step.text,
        "well": step.is_well,
        "advice": list(step.advice),
    }


def _event(event: Event) -> Document:
    return {
        "order": event.order.order_id,
        "key": event.key,
        "event": event.name,
        "occurred_at": iso(event.occurred_at),
        "tracking": event.tracking or None,
        "tracking_url": event.tracking_url or None,
        "parcels": event.parcels,
        "note": event.note or None,
        "shipment": event.shipment or None,
    }
