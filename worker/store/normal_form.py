"""The rule `worker.domain.tracking.normal_form` in SQL, for a column that the database computes itself.

So rows that an older version of the program writes during an update have the column, too.
"""

from sqlalchemy import Computed
from sqlalchemy.ext.compiler import compiles

WITHOUT_SEPARATORS = "replace(replace(tracking, ' ', ''), '-', '')"


class NormalForm(Computed):
    """The normal form of the column `tracking`."""

    def __init__(self) -> None:
        super().__init__(WITHOUT_SEPARATORS)


@compiles(NormalForm, "sqlite")
def _for_sqlite(*_: object, **__: object) -> str:
    return f"GENERATED ALWAYS AS (upper({WITHOUT_SEPARATORS}))"


@compiles(NormalForm, "postgresql")
def _for_postgresql(*_: object, **__: object) -> str:
    # By the rules of a language, other letters would change as well: the Turkish i, for example.
    return f'GENERATED ALWAYS AS (upper({WITHOUT_SEPARATORS} COLLATE "C")) STORED'
