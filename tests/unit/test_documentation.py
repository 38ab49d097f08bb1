"""What the pages say is what the code does: settings, commands, exit codes, metrics, examples, layout."""

import ast
import inspect
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import click
import pytest

from tests.support.pages import (
    BENCHMARKS,
    DESIGN,
    OPERATIONS,
    PAGES,
    README,
    REFERENCE,
    ROOT,
    anchors,
    example,
    first_words,
    links,
    part,
    plain,
    plain_table,
    table,
    without_code,
)
from webhook_receiver import create_app
from webhook_receiver.metrics import METRICS
from webhook_receiver.reception import Reception
from webhook_receiver.views import ReceiverServices
from worker.cli import completion
from worker.cli.commands import COMMANDS
from worker.cli.demo import checks
from worker.cli.demo.checks import expected_answers
from worker.cli.demo.day import DAY
from worker.cli.demo.script import Scenario
from worker.cli.demo.shops import SHOPS, shop_of
from worker.cli.main import EPILOG, fulfillment
from worker.domain.stages import Stage, stages_ahead
from worker.order_api.platforms import PLATFORMS
from worker.processes.exits import INTERRUPTED, NEEDS_A_PERSON, UNREACHABLE, WELL, WRONG_USE
from worker.reconcile.reconciler import Reconciler
from worker.service import tasks
from worker.settings import describe, load_settings
from worker.settings.description import secret_keys
from worker.settings.names import ANY_NAME
from worker.settings.settings_file import FILE_NAME
from worker.settings.sources import Family
from worker.store.tables import metadata

MAX_LINES_OF_README = 260
PIPED = "in a pipe, it prints lines"

# ------------------------------------------------------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("heading", "above", "platform"),
    [
        ("### General", "", ""),
        ("### An account", f"accounts.{ANY_NAME}", ""),
        *((f'#### With `platform = "{name}"`', f"accounts.{ANY_NAME}", name) for name in PLATFORMS),
        ("### A source", f"sources.{ANY_NAME}", ""),
    ],
)
def test_every_setting_is_described_as_the_program_describes_it(heading, above, platform):
    settings = [s for s in describe() if (s.key.rpartition(".")[0], s.platform) == (above, platform)]
    expected = [[s.key.rpartition(".")[2], s.default or "**required**", plain(s.meaning)] for s in settings]
    assert plain_table(REFERENCE, heading) == expected
    assert expected


def test_every_secret_that_may_come_from_a_file_is_named():
    section = part(REFERENCE, "## Settings").partition("###")[0]
    twins = {f"{key}_file" for keys in secret_keys() for key in keys}
    assert twins == set(re.findall(r"`(\w+_file)`", section))


def test_the_settings_file_of_the_set_up_is_read(tmp_path: Path):
    (tmp_path / FILE_NAME).write_text(example(README, "toml", "## Set-up"))
    settings = load_settings({}, tmp_path)
    account = settings.accounts["main"]
    assert account.dry_run
    assert account.complete_after.days == 1
    assert settings.sources["courier"].allow == frozenset[Family]({"shipment"})


def test_the_settings_of_a_second_account_are_read_beside_those_of_the_first(tmp_path: Path):
    first, second = example(README, "toml", "## Set-up"), example(REFERENCE, "toml", "### Several accounts")
    with_accounts = re.sub(r"(?m)^\[sources\.\w+\]$", r'\g<0>\naccount = "main"', first)
    (tmp_path / FILE_NAME).write_text(with_accounts + second)
    settings = load_settings({}, tmp_path)
    assert {name: account.platform for name, account in settings.accounts.items()} == {
        "main": "awalchat",
        "jakarta": "cekat",
    }
    assert {name: source.account for name, source in settings.sources.items()} == {
        "awalchat": "main",
        "courier": "main",
        "kurir": "jakarta",
    }


def test_the_name_of_the_settings_file_is_the_programs():
    for page in (README, REFERENCE):
        assert f"`{FILE_NAME}` in " in page.read_text()


# ------------------------------------------------------------------------------------------------------------- commands


def commands(group: click.Group, path: str = "") -> Iterator[list[str]]:
    """Yield each command of *group*, with its options and its line in the help."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")
            continue
        arguments = [p.make_metavar(context) for p in command.params if isinstance(p, click.Argument)]
        options = [max(p.opts, key=len) for p in command.params if isinstance(p, click.Option)]
        line = command.get_short_help_str(200) if path else COMMANDS[name][1]
        yield [" ".join([f"{path}{name}", *arguments]), " ".join(options), line]


def test_every_command_is_listed_with_its_options():
    assert plain_table(REFERENCE, "## Commands") == list(commands(fulfillment))


def test_the_options_of_the_program_itself_are_documented():
    options = {max(p.opts, key=len) for p in fulfillment.params} - {"--version"}
    section = part(REFERENCE, "## Commands").partition("| command |")[0]
    assert options == set(re.findall(r"`fulfillment \[(--\w+)", section))


def test_every_command_in_an_example_exists():
    known = {command.split()[0] for command, *_ in commands(fulfillment)}
    text = "\n".join(page.read_text() for page in PAGES)
    named = set(re.findall(r"(?:^ *|`|/bin/)fulfillment ([a-z]+)", text, re.MULTILINE))
    assert named
    assert named <= known


def test_every_option_in_an_example_exists():
    known = {option for _, options, _ in commands(fulfillment) for option in options.split()}
    known |= {max(p.opts, key=len) for p in fulfillment.params} | {"--help"}
    calls = [call for page in PAGES for call in re.findall(r"fulfillment [a-z].*", page.read_text())]
    named = {option for call in calls for option in re.findall(r" (--[a-z][a-z-]*)", call.partition("|")[0])}
    assert named
    assert named <= known


def test_every_exit_code_is_explained():
    codes = [WELL, NEEDS_A_PERSON, WRONG_USE, UNREACHABLE, INTERRUPTED]
    in_help = re.findall(r"\d+", EPILOG.partition("Exit codes")[2])
    assert first_words(REFERENCE, "## Exit codes") == in_help == list(map(str, codes))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_lines_for_shell_completion_name_the_programs_variable(shell):
    assert f"{completion.VARIABLE}={shell}_source fulfillment" in example(REFERENCE, "sh", "### Shell completion")


# ------------------------------------------------------------------------------------ metrics, pages, tasks, log events


def test_every_metric_is_listed_with_its_labels():
    expected = [[metric.name, ", ".join(metric.labels), metric.meaning] for metric in METRICS]
    assert plain_table(REFERENCE, "## Metrics") == expected


def test_alerts_name_metrics_that_exist():
    named = re.findall(r"fulfillment_\w+", part(OPERATIONS, "| alert |").partition("\n\n")[0])
    assert named
    assert set(named) <= {metric.name for metric in METRICS}


def test_every_page_of_the_receiver_is_listed():
    app = create_app(ReceiverServices(cast("Reception", None), dict, bytes))
    rules = [
        f"{method} {rule.rule.replace('<name>', '<source>')}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    assert sorted(first_words(REFERENCE, "## Pages of the receiver")) == sorted(rules)


def test_every_task_that_can_be_called_is_listed():
    expected = {task.name: (task.run.__doc__ or "").strip() for task in (tasks.reconcile, tasks.probe, tasks.prune)}
    documented = {plain(name): meaning for name, meaning in table(OPERATIONS, "## By hand")}
    assert documented == expected


def test_every_log_event_is_listed():
    sources = [path.read_text() for folder in ("worker", "webhook_receiver") for path in (ROOT / folder).rglob("*.py")]
    call = r"\blog\.(?:debug|info|warning|error|exception)"
    events = {event for text in sources for event in re.findall(call + r'\(\s*"(\w+)"', text)}
    documented = first_words(REFERENCE, "## Log events")
    assert len(documented) == len(set(documented))
    assert set(documented) == events


def test_every_table_of_the_database_is_listed():
    assert first_words(REFERENCE, "## Database") == list(metadata.tables)


# ------------------------------------------------------------------------------------------------------------- the demo


def test_the_demo_shown_is_the_demo_that_runs():
    shown = example(README, "", PIPED).splitlines()
    lines = [re.fullmatch(r"\d\d:\d\d  (\w+) +([\w/]+) +(.+)", line) for line in shown]
    steps = [match.groups() for match in lines if match]
    scenarios = {str(scenario.order): scenario for scenario in DAY}
    assert len(steps) >= 5
    assert {scenarios[order].order.account for _, order, _ in steps} == {*SHOPS}
    for who, order, text in steps:
        assert who in {"courier", "platform", "worker", "sandbox", "customer", "merchant"}
        if who == "worker" and " → " in text:
            before, after = (stage(scenarios[order], word) for word in text.removesuffix(", completed").split(" → "))
            assert stages_ahead(before, after) == (after,)
        if "stopped" in text:
            assert text.endswith(scenarios[order].expected.stop)
    assert {line.removeprefix("  ✓ ") for line in shown if "✓" in line} <= sentences_of_the_demo()


def stage(scenario: Scenario, status: str) -> Stage:
    platform = PLATFORMS[shop_of(scenario.order).platform.name]
    return Stage(str(platform.statuses.read(status).position))


def test_the_sums_shown_are_those_of_the_day():
    shown = example(README, "", PIPED).partition("deliveries")[2].partition("illegal")[0]
    sums = {word: int(number) for number, word in re.findall(r"(\d+) ([a-z]+)", shown)}
    assert sums == Counter(
        answer for scenario in DAY for at in scenario.timetable for answer in expected_answers(scenario, at.action)
    )
    assert int(shown.split()[0]) == sum(sums.values())


def sentences_of_the_demo() -> set[str]:
    source = Path(checks.__file__).read_text()
    return {str(node.value) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}


# ------------------------------------------------------------------------------------------------ design and benchmarks


def numbered(text: str) -> list[str]:
    """Return the items of the first numbered list in *text*, each on one line."""
    items = re.findall(r"^ *\d\. (.+?)(?=^ *\d\. |\n\n|\Z)", text, re.MULTILINE | re.DOTALL)
    return [" ".join(item.split()) for item in items]


def test_the_five_steps_of_a_reconciliation_are_those_of_its_class():
    steps = numbered(inspect.getdoc(Reconciler) or "")
    assert len(steps) == 5
    assert numbered(part(README, "in five steps:"))[:5] == steps


def test_every_decision_has_its_choice_its_reason_and_what_would_change_our_mind():
    section = part(DESIGN, "## The database and its clock").partition("## What comes from outside")[0]
    decisions = [text for text in section.strip().split("\n\n") if not text.startswith("## ")]
    assert len(decisions) > 50
    for decision in decisions:
        choice, *reasons, change = decision.splitlines()
        assert re.fullmatch(r"\*\*[^*]+\.\*\*", choice), choice
        assert reasons, choice
        assert re.fullmatch(r"What would change our mind: [^.]+\.", change), choice


def test_every_part_of_the_benchmarks_that_the_page_names_exists():
    # The program of the benchmarks imports what measures, so its source is read.
    source = (BENCHMARKS.parent / "__main__.py").read_text()
    named = {*first_words(BENCHMARKS, "## Ratios"), *re.findall(r"ARGS=(\w+)", BENCHMARKS.read_text())}
    assert named
    assert all(f'"{name}"' in source and (BENCHMARKS.parent / f"{name}.py").is_file() for name in named)


# ------------------------------------------------------------------------------------------------------------ the pages


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
