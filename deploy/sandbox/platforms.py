"""The platforms that can be simulated, by the name that `--platform` gives them."""

from collections.abc import Mapping

from deploy.sandbox.awalchat.platform import Awalchat
from deploy.sandbox.cekat.platform import Cekat
from deploy.sandbox.platform import Platform

PLATFORMS: Mapping[str, type[Platform]] = {"awalchat": Awalchat, "cekat": Cekat}
