"""The base class of every platform's credentials. They are settings, so this module imports no HTTP client."""

from abc import ABC, abstractmethod

from pydantic import BaseModel


class Credentials(
    BaseModel, ABC, extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True
):
    """The settings that only the accounts of one platform have. The reference prints the docstring of each field."""

    @property
    @abstractmethod
    def identity(self) -> tuple[str, ...]:
        """Two accounts with the same identity have the same orders. The settings refuse that."""
