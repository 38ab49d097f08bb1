"""The group `fulfillment sources`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from worker.cli.commands import OrderedGroup
from worker.cli.options import AS_JSON
from worker.cli.sources.options import PROFILE
from worker.cli.sources.renaming import rename_source
from worker.processes.exits import WELL, WRONG_USE

if TYPE_CHECKING:  # imported when it is used, because `--help` does not need it
    from webhook_receiver.profiles.trial.steps import Trial


@click.group(cls=OrderedGroup)
def sources() -> None:
    """Show the sources of webhooks, and check and try their profiles."""


@sources.command("list", short_help="List the sources of the settings, or the built-in profiles.")
@click.option("--profiles", is_flag=True, help="List the built-in profiles instead; this needs no settings.")
@AS_JSON
def list_sources(profiles: bool, as_json: bool) -> None:
    """List the sources of the settings, or the built-in profiles.

    \b
    fulfillment sources list
    fulfillment sources list --profiles
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.application.sources import overview
    from worker.cli.json_lines import print_json_lines
    from worker.cli.sources import documents

    rows = overview.profile_rows() if profiles else overview.source_rows()
    if as_json:
        print_json_lines(map(documents.row_document, rows))
        return
    from worker.cli.sources.printing import print_profiles, print_sources

    if profiles:
        print_profiles(rows)
    else:
        print_sources(rows)


@sources.command("show", short_help="Show what to tell the courier, and what it can report.")
@click.argument("name", type=PROFILE)
@AS_JSON
def show_source(name: str, as_json: bool) -> None:
    """Show a source of the settings, or else a profile: what to tell the courier, and what it can report.

    NAME is a source, a built-in profile, or the path of a profile file. For a profile, no settings are needed.

    \b
    fulfillment sources show fastbox
    fulfillment sources show couriers/fastbox.toml
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.application.sources import overview
    from worker.cli.json_lines import print_json
    from worker.cli.sources import documents

    shown = overview.find(name)
    if as_json:
        print_json(documents.shown_document(shown))
        return
    from worker.cli.sources.printing import print_shown

    print_shown(shown)


@sources.command("check", short_help="Find what is wrong with a profile file.")
@click.argument("file", type=PROFILE)
@AS_JSON
def check_profile(file: str, as_json: bool) -> int:
    """Find what is wrong with a profile file. Each line names the file and the key, and says why.

    FILE is the path of a profile file, or the name of a built-in profile. The exit code is 2 if it is wrong.

    \b
    fulfillment sources check couriers/fastbox.toml
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.application.sources.checking import check
    from worker.cli.json_lines import print_json
    from worker.cli.sources.documents import checked_document
    from worker.cli.sources.printing import print_checked

    checked = check(file)
    if as_json:
        print_json(checked_document(checked))
    else:
        print_checked(checked)
    return WRONG_USE if checked.flaws else WELL


@sources.command("try", short_help="Try a source or a profile with a request of the courier.")
@click.argument("name", type=PROFILE)
@click.argument("sample", type=click.Path(allow_dash=True))
@click.option("--secret", "secrets", metavar="NAME=SECRET", multiple=True, help="A secret of a method. Repeatable.")
@click.option("--option", "options", metavar="NAME=VALUE", multiple=True, help="An option of the profile. Repeatable.")
@click.option("--timezone", default="", help="The time zone of times without an offset.")
@click.option("--prefix", default="", help="What stands before the order's number: the source's `number_prefix`.")
@click.option(
    "--reference", type=click.Choice(["number", "id"]), default=None, help="What the merchant's reference is."
)
@click.option(
    "--status", "statuses", metavar="WORD=EVENT", multiple=True, help="A status word of the source. Repeatable."
)
@AS_JSON
def try_profile(
    name: str,
    sample: str,
    secrets: tuple[str, ...],
    options: tuple[str, ...],
    timezone: str,
    prefix: str,
    reference: str | None,
    statuses: tuple[str, ...],
    as_json: bool,
) -> int:
    """Try a profile with a request of the courier, and print what the receiver would do, step by step.

    NAME is a source of the settings, a built-in profile, or the path of a profile file. A source has its secrets and
    its other settings, which the options replace. A profile needs no settings: its time zone is then UTC.

    SAMPLE is a file, or - for stdin, with a raw HTTP request; or a JSON object with method, path, headers, body,
    secrets and options; or a bare body, which leaves authentication out. It needs no receiver, and prints no secret.

    If authentication does not fit, it looks for what would fit, and prints what to change: lines of the profile, a
    setting of the source, or the secret.

    The exit code is 0 if the request would be accepted, ignored or a probe; 1 if it would be refused or quarantined.

    \b
    fulfillment sources try couriers/fastbox.toml request.txt --secret signature=the-secret
    fulfillment sources try couriers/fastbox.toml body.json --timezone Asia/Riyadh
    fulfillment sources try fastbox request.txt
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.application.sources.chosen import choose
    from worker.cli.sources.choices import Choices, pairs_of, secrets_of, status_pairs
    from worker.cli.sources.samples import read_sample
    from worker.cli.sources.trying import try_sample
    from worker.store.database.clocks import machine_now

    chosen = choose(name)
    choices = Choices(
        secrets_of(secrets, chosen.profile),
        dict(pairs_of(options, "--option")),
        timezone,
        prefix,
        reference or "",
        dict(status_pairs(statuses)),
    )
    return finish(try_sample(chosen, read_sample(_read(sample)), choices, machine_now()), as_json=as_json)


def _read(sample: str) -> bytes:
    from worker.cli.sources.samples import MAX_BYTES
    from worker.domain.errors import IllegalRequest

    if sample != "-" and not Path(sample).is_file():
        raise IllegalRequest(f"there is no file {sample}")
    with click.open_file(sample, "rb") as file:
        content: bytes = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise IllegalRequest(f"the sample is larger than {MAX_BYTES} bytes")
    return content


def finish(trial: "Trial", *, as_json: bool) -> int:
    """Print *trial*, and return the exit code of the command."""
    from worker.cli.json_lines import print_json
    from worker.cli.sources.documents import trial_document
    from worker.cli.sources.trying import code_of

    if as_json:
        print_json(trial_document(trial))
    else:
        from worker.cli.sources.trial_printing import print_trial

        print_trial(trial)
    return code_of(trial)


sources.add_command(rename_source)
