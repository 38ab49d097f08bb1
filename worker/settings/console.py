"""The settings of the console: where it listens, and who may use it behind a proxy that knows its users."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

from worker.settings.problems import Problem, validation_error
from worker.settings.values import Address, ListenAddress, Network, read_list, read_network

MAX_ITEMS = 100
_HEADER = re.compile("[A-Za-z][A-Za-z0-9-]{0,63}")
_LOGIN_HEADERS = {"authorization", "cookie", "host", "origin", "x-forwarded-for"}
"""Headers that have a meaning of their own, so that no proxy names a user in them."""


def _check_header(name: str) -> str:
    if name and (not _HEADER.fullmatch(name) or name.lower() in _LOGIN_HEADERS):
        raise ValueError("must be the name of a header that the proxy alone sets, such as X-Auth-User")
    return name


class ConsoleSettings(BaseModel, extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True):
    """The console: `fulfillment console`."""

    listen: ListenAddress = Address("127.0.0.1", 8001)
    """Address and port of `fulfillment console`. Beyond this machine, it starts only when people have to log in."""
    trusted_proxies: Annotated[
        tuple[Annotated[Network, BeforeValidator(read_network)], ...],
        BeforeValidator(read_list),
        Field(max_length=MAX_ITEMS),
    ] = Field(default=(), json_schema_extra={"default": "none"})
    """The proxies before the console, as IP addresses or networks. They tell the client's address and, with
    `user_header`, the user."""
    user_header: Annotated[str, AfterValidator(_check_header)] = Field(
        default="", json_schema_extra={"default": "none: people log in with a password"}
    )
    """The header in which a trusted proxy names the user that it has logged in."""
    operators: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=64)], ...],
        BeforeValidator(read_list),
        Field(max_length=MAX_ITEMS),
    ] = Field(default=(), json_schema_extra={"default": "none"})
    """The users of `user_header` who may act. All others only look."""

    @model_validator(mode="after")
    def _need_proxies(self) -> Self:
        if self.user_header and not self.trusted_proxies:
            raise validation_error(Problem(("user_header",), "needs trusted_proxies: anybody could send the header"))
        if self.operators and not self.user_header:
            raise validation_error(Problem(("operators",), "needs user_header: other users have a role of their own"))
        return self
