"""Run by Alembic, on the connection and inside the transaction that `worker.store.schema` has opened.

For whoever writes the next revision:

- Its number follows the last one, and `worker.store.schema.NEEDED` names it.
- There is no way back but a backup: a downgrade would drop what the journal has promised to keep.
- The program before it meets the new schema during a rolling deploy: add first, and remove a release later.
- It writes out what it does, and imports nothing of `tables`, which goes on changing.
- SQLite alters little in place, so Alembic's batch mode copies the table, drops the old one and renames the copy.
  With `PRAGMA foreign_keys = ON`, which is always so here and cannot be changed inside a transaction, the drop first
  deletes all rows: it fails where rows refer to them, and where these do so with ON DELETE CASCADE it empties their
  tables without a word. Prefer to add columns and tables. Where a table must be copied, `PRAGMA
  defer_foreign_keys = ON` comes first, none of our keys cascades, and the revision counts the rows before and after.
- An instant is a BigInteger: SQLite drops the offset of a date and time without a word.
"""

from alembic import context

from worker.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
