"""An installation with two accounts on two platforms: `main` on awalchat, and `jakarta`, with the courier `kurir`."""

from tests.support.courier import Courier
from tests.support.installation import Installation, Sandbox, account_at
from tests.support.programs import free_port

JAKARTA, KURIR = "jakarta", "whsec_acceptance_kurir"


class TwoAccounts(Installation):
    """One installation for two accounts: `sandbox` is the platform of `main`, `cekat` that of `jakarta`."""

    def __init__(self, database_url: str = "", **settings: str) -> None:
        port = free_port()
        sources = {
            **{f"SOURCES__{name}__ACCOUNT": "main" for name in ("COURIER", "AWALCHAT")},
            "SOURCES__KURIR__SECRETS": KURIR,
            "SOURCES__KURIR__PROFILE": "courier",
            "SOURCES__KURIR__ACCOUNT": JAKARTA,
        }
        super().__init__(database_url, **(account_at(port, JAKARTA.upper(), "cekat") | sources | settings))
        self.cekat_platform, self.cekat = self.add_platform(port, "sandbox of jakarta", "cekat"), Sandbox(port)
        self.kurir = Courier(self.url, "kurir", KURIR)

    def close(self) -> None:
        super().close()
        self.cekat.close()
        self.kurir.close()
