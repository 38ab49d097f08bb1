"""The command `fulfillment scan`."""

import click

from worker.cli.options import AS_JSON


@click.command()
@click.option("--account", default="", help="Only this account.")
@AS_JSON
def scan(account: str, as_json: bool) -> int:
    """List the orders of each account at its platform, and make those due with which something may be done.

    Workers do this by themselves, every `scan_every`. If a worker scans the account at the moment, its scan is awaited.
    The calls stay within the scans' share of the account's call budget, so it may take minutes.

    The exit code is 0 if every list was read to its end; 1 if the platform refuses the credentials, or has refused them
    and the account is held for that; else 3.

    \b
    fulfillment scan
    fulfillment scan --account main --json | jq .found
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.cli.json_lines import print_json
    from worker.cli.scan.documents import scan_document
    from worker.cli.scan.printing import print_result
    from worker.cli.scan.running import open_scans

    with open_scans(account) as scans:
        for result in scans.run():
            if as_json:
                print_json(scan_document(result))
            else:
                print_result(result)
        return scans.exit_code
