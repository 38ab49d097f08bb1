"""What every platform's credentials have in common. They are settings, so no HTTP client is imported here."""

from abc import ABC, abstractmethod

from pydantic import BaseModel


class Credentials(
    BaseModel, ABC, extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True
):
    """The settings of an account that its platform alone has. The docstring of each field is printed in documents."""

    @property
    @abstractmethod
    def identity(self) -> tuple[str, ...]:
        """Whose orders these are: two accounts with the same identity would be one."""
