"""The errors of a database that may go away by themselves leave it as `StoreUnavailable`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from worker.domain.errors import StoreUnavailable
from worker.store.database.postgresql_tls import with_advice


@contextmanager
def translated(driver_error: type[Exception], note_error: Callable[[BaseException | None], object]) -> Iterator[None]:
    """Raise `StoreUnavailable` for an error of the block, except `IntegrityError`. *note_error* learns each.

    *driver_error* is the class of all errors of the driver.
    """
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        note_error(error.orig)
        # Only the driver's own message: SQLAlchemy's has the parameters of the statement.
        raise StoreUnavailable(f"the database does not answer: {with_advice(error.orig)}") from error
    except PoolTimeout as error:
        raise StoreUnavailable("every database connection is in use") from error
    except driver_error as error:
        note_error(error)
        # SQLAlchemy does not wrap the errors of its hooks, or of statements that the driver itself runs.
        raise StoreUnavailable(f"the database does not answer: {with_advice(error)}") from error
