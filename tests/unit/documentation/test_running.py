"""The metrics, pages of the receiver, tasks, log events and tables on the pages are those of the program."""

import re
from typing import cast

from tests.support.pages import (
    OPERATIONS,
    README,
    REFERENCE,
    ROOT,
    first_words,
    part,
    plain,
    plain_table,
    table,
)
from webhook_receiver.metrics import METRICS
from webhook_receiver.pages import ReceiverServices, create_app
from webhook_receiver.reception import DELIVERIES, Reception
from worker.console.query_strings import DELIVERY_FIELDS, ORDER_FIELDS
from worker.operations.explain.answer import Actor
from worker.service import tasks
from worker.store.tables import metadata


def test_every_metric_is_listed_with_its_labels():
    expected = [[metric.name, ", ".join(metric.labels), metric.meaning] for metric in METRICS]
    assert plain_table(REFERENCE, "## Metrics") == expected


def test_alerts_name_metrics_that_exist():
    named = re.findall(r"fulfillment_\w+", part(OPERATIONS, "| alert |").partition("\n\n")[0])
    assert named
    assert set(named) <= {metric.name for metric in METRICS}


def test_every_page_of_the_receiver_is_listed():
    app = create_app(ReceiverServices(cast("Reception", None), dict, bytes))
    methods = {rule.rule: rule.methods for rule in app.url_map.iter_rules()}
    # The source's profile decides about the methods of a delivery.
    methods |= {f"{DELIVERIES}<source>{slash}": None for slash in ("", "/")}
    documented = [page.split() for page in first_words(REFERENCE, "## Pages of the receiver")]
    assert sorted(path for _, path in documented) == sorted(methods)
    assert all(method in (methods[path] or {method}) for method, path in documented)


def test_an_upgrade_begins_with_the_doctor_of_the_new_version():
    commands = part(OPERATIONS, "## Upgrading").partition("\n## ")[0]
    assert 0 < commands.index("fulfillment-new/.venv/bin/fulfillment doctor") < commands.index("systemctl stop")


def test_commands_that_stop_or_start_services_name_every_unit():
    units = {path.stem for path in (ROOT / "deploy").glob("*.service")}
    commands = re.findall(r"systemctl (?:stop|start|enable --now) .+", README.read_text() + OPERATIONS.read_text())
    assert len(commands) >= 5
    for command in commands:
        assert {*re.findall(r"fulfillment[\w-]*", command)} == units, command


def test_what_a_browser_shows_is_what_the_console_says():
    console = ROOT / "worker" / "console"
    sources = "\n".join(path.read_text() for ending in ("*.py", "*.html") for path in console.rglob(ending))
    quotes = [cell.strip("*") for cell in first_words(OPERATIONS, "| the browser shows |")]
    assert quotes
    assert [quote for quote in quotes if quote not in sources] == []


def test_every_page_of_the_console_is_listed_with_the_filters_of_lists():
    sources = [path.read_text() for path in (ROOT / "worker" / "console" / "pages").glob("*.py")]
    rules = {rule for text in sources for rule in re.findall(r'add_url_rule\(\s*f?"([^"]+)".+"GET"', text)}
    documented = dict(table(REFERENCE, "## Pages of the console"))
    assert sorted(map(plain, documented)) == sorted(re.sub(r"<int\(.*?\):", "<", rule) for rule in rules)
    for page, fields in (("`/orders`", ORDER_FIELDS), ("`/deliveries`", DELIVERY_FIELDS)):
        assert re.findall(r"`(\w+)`", documented[page].partition(";")[0]) == [*fields]


def test_whoever_may_act_next_is_listed():
    words = re.findall(r"`answer` has `who` \(([^)]+)\)", OPERATIONS.read_text())
    assert [word.strip("`") for word in words[0].split(", ")] == [*Actor]


def test_every_task_that_can_be_called_is_listed():
    expected = {task.name: (task.run.__doc__ or "").strip() for task in (tasks.reconcile, tasks.probe, tasks.prune)}
    documented = {plain(name): meaning for name, meaning in table(OPERATIONS, "## By hand")}
    assert documented == expected


def test_every_log_event_is_listed():
    sources = [path.read_text() for folder in ("worker", "webhook_receiver") for path in (ROOT / folder).rglob("*.py")]
    call = r"\blog\.(?:debug|info|warning|error|exception)"
    # A call that is made later, by another thread, has a comma here: `partial(log.warning, "…")`.
    events = {event for text in sources for event in re.findall(call + r'[(,]\s*"(\w+)"', text)}
    documented = first_words(REFERENCE, "## Log events")
    assert len(documented) == len(set(documented))
    assert set(documented) == events


def test_every_table_of_the_database_is_listed():
    assert first_words(REFERENCE, "## Database") == list(metadata.tables)
