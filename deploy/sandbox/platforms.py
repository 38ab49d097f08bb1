"""The platforms that the sandbox simulates, by their value of `--platform`."""

from collections.abc import Mapping

from deploy.sandbox.awalchat.platform import Awalchat
from deploy.sandbox.cekat.platform import Cekat
from deploy.sandbox.platform import Platform

PLATFORMS: Mapping[str, type[Platform]] = {"awalchat": Awalchat, "cekat": Cekat}
