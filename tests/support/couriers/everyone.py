"""All couriers."""

from tests.support.couriers.aftership import AFTERSHIP
from tests.support.couriers.aymakan import AYMAKAN
from tests.support.couriers.biteship import BITESHIP
from tests.support.couriers.bosta import BOSTA, BOSTA_INTERNATIONAL
from tests.support.couriers.easypost import EASYPOST
from tests.support.couriers.karrio import KARRIO
from tests.support.couriers.kiriminaja import KIRIMINAJA
from tests.support.couriers.ninjavan import NINJAVAN
from tests.support.couriers.oto import OTO
from tests.support.couriers.sendcloud import SENDCLOUD

COURIERS = (
    OTO,
    BOSTA,
    BOSTA_INTERNATIONAL,
    BITESHIP,
    KIRIMINAJA,
    AFTERSHIP,
    EASYPOST,
    AYMAKAN,
    NINJAVAN,
    SENDCLOUD,
    KARRIO,
)
