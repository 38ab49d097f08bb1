"""What the pages say is what the code does: settings, commands, codes, metrics, examples."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.support.pages import OPERATIONS, PAGES, README, ROOT, anchors, example, first_words, links, part, table
from webhook_receiver.metrics import METRICS
from worker import cli
from worker.cli import demo
from worker.cli.demo.checks import expected_answers
from worker.cli.demo.day import DAY
from worker.cli.demo.script import Scenario
from worker.cli.demo.shops import SHOPS, shop_of
from worker.domain.events import EventResult
from worker.domain.stages import Stage, stages_ahead
from worker.order_api.platforms import PLATFORMS
from worker.processes.exits import INTERRUPTED, NEEDS_A_PERSON, UNREACHABLE, WELL, WRONG_USE
from worker.service import tasks
from worker.settings import describe, load_settings
from worker.settings.description import NAME, secret_keys
from worker.settings.sources import Family


def plain(cell: str) -> str:
    return cell.replace("`", "")


# ------------------------------------------------------------------------------------------------------------ reference


@pytest.mark.parametrize(
    ("heading", "above", "platform"),
    [
        ("### General", "", ""),
        ("### An account", f"accounts.{NAME}", ""),
        *((f'#### With `platform = "{name}"`', f"accounts.{NAME}", name) for name in PLATFORMS),
        ("### A source", f"sources.{NAME}", ""),
    ],
)
def test_every_setting_is_described_as_the_program_describes_it(heading, above, platform):
    settings = [s for s in describe() if (s.key.rpartition(".")[0], s.platform) == (above, platform)]
    expected = [[s.key.rpartition(".")[2], s.default or "**required**", plain(s.meaning)] for s in settings]
    assert [list(map(plain, row)) for row in table(README, heading)] == expected
    assert expected


def test_every_secret_that_may_come_from_a_file_is_named():
    told = part(README, "## Settings").partition("###")[0]
    assert {f"{key}_file" for keys in secret_keys() for key in keys} <= set(re.findall(r"`(\w+_file)`", told))


def commands(group: click.Group, path: str = "") -> Iterator[list[str]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")
            continue
        arguments = [p.make_metavar(context) for p in command.params if isinstance(p, click.Argument)]
        options = [max(p.opts, key=len) for p in command.params if isinstance(p, click.Option)]
        told = command.get_short_help_str(200) if path else cli.COMMANDS[name][1]
        yield [" ".join([f"{path}{name}", *arguments]), " ".join(options), told]


def test_every_command_is_listed_with_its_options():
    assert [list(map(plain, row)) for row in table(README, "## Commands")] == list(commands(cli.fulfillment))


def test_every_command_in_an_example_exists():
    known = {command.split()[0] for command, *_ in commands(cli.fulfillment)}
    told = "\n".join(page.read_text() for page in PAGES)
    named = set(re.findall(r"(?:^ *|`|/bin/)fulfillment ([a-z]+)", told, re.MULTILINE))
    assert named
    assert named <= known


def test_every_exit_code_is_explained():
    codes = [WELL, NEEDS_A_PERSON, WRONG_USE, UNREACHABLE, INTERRUPTED]
    assert first_words(README, "## Exit codes") == re.findall(r"\d+", cli.EPILOG) == list(map(str, codes))


def test_every_metric_is_listed_with_its_labels():
    expected = [[metric.name, ", ".join(metric.labels), metric.meaning] for metric in METRICS]
    assert [list(map(plain, row)) for row in table(README, "## Metrics")] == expected


def test_alerts_name_metrics_that_exist():
    named = re.findall(r"fulfillment_\w+", part(OPERATIONS, "| alert |").partition("\n\n")[0])
    assert named
    assert set(named) <= {metric.name for metric in METRICS}


def test_every_task_that_may_be_called_is_listed():
    named = {task.name: (task.run.__doc__ or "").strip() for task in (tasks.advance, tasks.probe, tasks.prune)}
    assert {plain(name): plain(told) for name, told in table(OPERATIONS, "## By hand")} == {
        name: plain(told) for name, told in named.items()
    }


# ------------------------------------------------------------------------------------------------------ the first steps


def test_the_settings_file_of_the_set_up_is_taken(tmp_path: Path):
    config = tmp_path / "fulfillment.toml"
    config.write_text(example(README, "toml", "## Set-up"))
    settings = load_settings({"FULFILLMENT_CONFIG": str(config)})
    account = settings.accounts["main"]
    assert account.dry_run
    assert account.complete_after.days == 1
    assert settings.sources["courier"].allow == frozenset[Family]({"shipment"})


def test_the_settings_of_a_second_account_are_taken_beside_those_of_the_first(tmp_path: Path):
    config = tmp_path / "fulfillment.toml"
    first, second = example(README, "toml", "## Set-up"), example(README, "toml", "A merchant at Cekat needs less")
    belonging = re.sub(r"(?m)^\[sources\.\w+\]$", r'\g<0>\naccount = "main"', first)
    config.write_text(belonging + second)
    settings = load_settings({"FULFILLMENT_CONFIG": str(config)})
    assert {name: account.platform for name, account in settings.accounts.items()} == {
        "main": "awalchat",
        "jakarta": "cekat",
    }
    assert {name: source.account for name, source in settings.sources.items()} == {
        "awalchat": "main",
        "courier": "main",
        "kurir": "jakarta",
    }


def test_the_demo_shown_is_the_demo_played():
    shown = example(README, "", "piped, it prints lines").splitlines()
    matches = [re.fullmatch(r"\d\d:\d\d  (\w+) +([\w/]+) +(.+)", line) for line in shown]
    lines = [match.groups() for match in matches if match]
    scenarios = {str(scenario.order): scenario for scenario in DAY}
    assert len(lines) >= 5
    assert {scenarios[order].order.account for _, order, _ in lines} == {*SHOPS}
    for who, order, text in lines:
        assert who in {"courier", "platform", "worker", "sandbox", "customer", "merchant"}
        if who == "worker" and " → " in text:
            before, after = (position(scenarios[order], word) for word in text.removesuffix(", completed").split(" → "))
            assert stages_ahead(before, after) == (after,)
        if "stopped" in text:
            assert text.endswith(scenarios[order].expected.stop)
    assert {line.removeprefix("  ✓ ") for line in shown if "✓" in line} <= sentences_of_the_demo()


def position(scenario: Scenario, status: str) -> Stage:
    platform = PLATFORMS[shop_of(scenario.order).platform.name]
    return Stage(str(platform.statuses.read(status).position))


def test_the_sums_shown_are_those_of_the_day():
    shown = example(README, "", "piped, it prints lines").partition("deliveries")[2].partition("illegal")[0]
    numbers = {word: int(number) for number, word in re.findall(r"(\d+) ([a-z]+)", shown)}
    actions = [(scenario, at.action) for scenario in DAY for at in scenario.timetable]
    assert numbers == Counter(answer for scenario, action in actions for answer in expected_answers(scenario, action))
    assert int(shown.split()[0]) == sum(numbers.values())


def sentences_of_the_demo() -> set[str]:
    source = (Path(demo.__file__).parent / "checks.py").read_text()
    return {str(node.value) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}


def test_what_make_is_told_to_do_it_can_do():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    told = "\n".join(page.read_text() for page in PAGES)
    named = set(re.findall(r"(?:^ *|`|&& )make (?:-C \S+ )?([a-z]+)", told, re.MULTILINE))
    assert named >= {"demo", "test", "install"}
    assert named <= targets


# ------------------------------------------------------------------------------------------------------------ the pages


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path):
    for link in links(page):
        if link.startswith("http"):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.is_file(), link
        assert not anchor or anchor in anchors(target), link


def test_every_room_exists_and_every_module_of_the_worker_has_one():
    told = [word for cell in first_words(README, "### The rooms") for word in re.findall(r"[\w./]+", cell)]
    rooms = {ROOT / capacity if (ROOT / capacity).exists() else ROOT / "worker" / capacity for capacity in told}
    assert all(capacity.exists() for capacity in rooms)
    modules = {path for path in (ROOT / "worker").iterdir() if re.fullmatch(r"[a-z]\w*(\.py)?", path.name)}
    assert modules <= rooms


def test_every_end_of_an_event_is_explained():
    assert first_words(README, "Every event has one end.") == [result.value for result in EventResult]
