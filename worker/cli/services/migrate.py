"""The command `fulfillment migrate`."""

import click


@click.command()
def migrate() -> None:
    """Bring the database's schema up to date.

    Run it after every update of the program, before the services start. You may run it at any time, several times at
    once, and while the services of the earlier version still run.
    """
    from worker.application.context import open_unchecked_database
    from worker.store import schema

    with open_unchecked_database() as context:
        context.settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        schema.migrate(context.database)
        click.echo(f"The schema is up to date: {schema.NEEDED}.")
