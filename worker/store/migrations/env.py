"""Alembic runs this module, on the connection and in the transaction that `worker.store.schema` has opened.

For the author of the next revision:

- Its number follows the last one, and `worker.store.schema.NEEDED` names it.
- It has no downgrade, because that would drop data that must be kept. The way back is a backup.
- During a rolling deploy, the old program uses the new schema: add first, and remove one release later.
- It imports nothing of `tables`, because the tables will change. It spells out each column.
- A view depends on its table's columns: drop `v_orders` or `v_events` first, and create it again.
- Prefer to add columns and tables. SQLite alters little in place, so Alembic's batch mode copies the table, drops the
  old one and renames the copy. `PRAGMA foreign_keys` is always ON here, and cannot be changed inside a transaction, so
  the drop first deletes all rows. It fails if rows of other tables refer to them. If these have ON DELETE CASCADE, it
  silently deletes them, too. Where a table must be copied, begin with `PRAGMA defer_foreign_keys = ON`, let no foreign
  key cascade, and count the rows before and after.
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
