"""Settings that are right, for tests that change one of them."""

P = "FULFILLMENT_"
MAIN = f"{P}ACCOUNTS__MAIN__"
COURIER = f"{P}SOURCES__COURIER__"
SECRET = "s3cr3t-that-nobody-may-see"

GOOD = {
    f"{MAIN}PLATFORM": "awalchat",
    f"{MAIN}BASE_URL": "https://api.example/v1/",
    f"{MAIN}DOMAIN": "shop",
    f"{MAIN}CLIENT_ID": "client",
    f"{MAIN}HMAC_SECRET": "hmac-secret",
    f"{MAIN}PHONE_NUMBER_ID": "123456",
    f"{COURIER}SECRETS": "whsec_test",
}
OTHER = {name.replace(MAIN, f"{P}ACCOUNTS__OTHER__"): value for name, value in GOOD.items() if name.startswith(MAIN)}
TOML = """
log_level = "warning"
[accounts.main]
platform = "awalchat"
base_url = "https://api.example/v1"
domain = "shop"
client_id = "client"
hmac_secret = "from-the-file"
phone_number_id = "123456"
timezone = "Asia/Riyadh"
[sources.courier]
secrets = ["current-one", "previous-one"]
"""
