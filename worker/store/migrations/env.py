"""Run by Alembic, on the connection and inside the transaction that `worker.store.schema` has opened.

For the author of the next revision:

- Its number follows the last one, and `worker.store.schema.NEEDED` names it.
- There is no downgrade, because it would drop data that the database has promised to keep. The way back is a backup.
- During a rolling deploy the program before it uses the new schema: add first, and remove one release later.
- It spells out what it does, and imports nothing of `tables`, which will change.
- A view depends on its table's columns: drop `v_orders` or `v_events` first, and create it again.
- SQLite alters little in place, so Alembic's batch mode copies the table, drops the old one and renames the copy.
  With `PRAGMA foreign_keys = ON`, which is always so here and cannot be changed inside a transaction, the drop first
  deletes all rows: it fails where rows refer to them, and where these do so with ON DELETE CASCADE it empties their
  tables silently. Prefer to add columns and tables. Where a table must be copied, `PRAGMA
  defer_foreign_keys = ON` comes first, none of our keys cascades, and the revision counts the rows before and after.
- An instant is a BigInteger: SQLite silently drops the offset of a date and time.
"""

from alembic import context

from worker.store import partial_indexes  # noqa: F401 - it adds the indexes to the metadata
from worker.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
