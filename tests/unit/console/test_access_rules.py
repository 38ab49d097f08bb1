"""What a request may do: names, roles, form tokens, return paths, and where the console starts."""

import pytest

from worker.console.access.form_tokens import form_token, is_from_here, is_part_of_other_site, is_token
from worker.console.access.return_paths import return_path
from worker.console.access.rules import needed_role, open_to
from worker.console.access.users import CurrentUser, Role, read_name, read_name_of_header, role_of
from worker.console.start import require_access
from worker.domain.errors import SettingsError
from worker.settings.console import ConsoleSettings
from worker.settings.values import Address


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(("sara", "sara"), (" Sara ", "sara"), ("SARA@shop.example", "sara@shop.example"), ("سارة", "سارة")),
        *(("\uff53ara", "sara"), ("a" * 64, "a" * 64), ("", ""), ("a" * 65, ""), ("-x", ""), ("a b", ""), ("a)b(", "")),
        *(("sara, root", ""), ("sa\nra", ""), ("sa\u202era", ""), ("sa\x00ra", ""), ("sara\u200b", "")),
    ],
)
def test_a_name_is_compared_in_one_form_and_fits_in_brackets(text: str, name: str):
    assert read_name(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(("sara", "sara"), (" Sara ", "sara"), ("ALI@shop.example", "ali@shop.example"), ("سارة", "سارة"), ("", "")),
        *(("\uff53ara", ""), ("\u017fara", ""), ("straße", ""), ("s\u00aara", ""), ("sara, root", "")),
    ],
)
def test_a_name_of_a_proxy_is_no_double_of_another_one(text: str, name: str):
    assert read_name_of_header(text.encode().decode("latin-1")) == name


def test_a_name_of_a_proxy_that_is_not_utf_8_is_none():
    assert read_name_of_header("s\u00aara") == read_name_of_header("\u20ac") == ""


def test_an_unknown_word_of_a_role_lets_nobody_act():
    assert role_of("operator") is Role.OPERATOR
    assert [role_of(word) for word in ("viewer", "", "Operator", "admin")] == [Role.VIEWER] * 4


def test_a_viewer_looks_and_an_operator_acts_too():
    viewer, operator = (CurrentUser("sara", role, "token") for role in Role)
    assert [user.may(role) for user in (viewer, operator) for role in Role] == [True, False, True, True]


def test_what_has_no_rule_of_its_own_needs_an_operator_to_act():
    def view() -> None: ...

    assert [needed_role(view, method) for method in ("GET", "HEAD", "OPTIONS")] == [Role.VIEWER] * 3
    assert [needed_role(view, method) for method in ("POST", "PUT", "DELETE", "PATCH", "NEW")] == [Role.OPERATOR] * 5
    assert needed_role(None, "GET") is Role.VIEWER
    assert needed_role(open_to(None)(view), "POST") is None


def test_a_form_token_is_that_of_one_user_and_one_key():
    token = form_token(b"key", "sara")
    assert is_token(token, token)
    others = [form_token(b"key", "olga"), form_token(b"other", "sara"), "", token[:-1], f"{token} ", "\ud800"]
    assert not any(is_token(sent, token) for sent in others)
    assert not is_token("", "")


@pytest.mark.parametrize(
    ("site", "origin", "is_ours"),
    [
        *(("same-origin", "", True), ("none", "", True), ("same-origin", "null", True)),
        *(("cross-site", "https://shop.example", False), ("same-site", "", False), ("", "null", False)),
        *(("", "", True), ("", "https://shop.example", True), ("", "http://SHOP.example", True)),
        *(("", "https://evil.example", False), ("", "https://shop.example.evil", False), ("", "shop.example", False)),
    ],
)
def test_only_a_page_of_this_host_sends_forms(site: str, origin: str, is_ours: bool):
    assert is_from_here(site, origin, "shop.example") is is_ours


@pytest.mark.parametrize(
    ("site", "destination", "is_part"),
    [
        *(("cross-site", "image", True), ("cross-site", "iframe", True), ("same-site", "empty", True)),
        *(("cross-site", "document", False), ("same-site", "document", False), ("cross-site", "", False)),
        *(("same-origin", "empty", False), ("same-origin", "script", False), ("none", "document", False)),
        ("", "", False),
    ],
)
def test_another_site_may_lead_here_and_not_load_parts(site: str, destination: str, is_part: bool):
    assert is_part_of_other_site(site, destination) is is_part


@pytest.mark.parametrize("path", ["/", "/orders?state=stopped&by=cause", "/orders/main/7", "/x?next=//evil.example"])
def test_a_login_leads_back_to_a_page_of_the_console(path: str):
    assert return_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        *(
            "",
            "orders",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
        ),
        *(
            "/a b",
            "/a\n",
            "\n/a",
            "/a\\b",
            "/é",
            "/login",
            "/login?next=/login",
            "/" + "x" * 2001,
            "\x00//evil.example",
        ),
    ],
)
def test_a_login_leads_nowhere_else(path: str):
    assert return_path(path) == "/"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost", "LOCALHOST"])
def test_on_this_machine_the_console_starts_without_users(host: str):
    require_access(ConsoleSettings(listen=Address(host, 8001)), has_users=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "console.example", "localhost.example", ""])  # noqa: S104 - examples
def test_beyond_this_machine_the_console_starts_only_with_a_login(host: str):
    settings = ConsoleSettings(listen=Address(host, 8001))
    with pytest.raises(SettingsError, match="fulfillment console users add NAME"):
        require_access(settings, has_users=False)
    require_access(settings, has_users=True)
    behind_proxy = {"user_header": "X-User", "trusted_proxies": "10.0.0.1"}
    require_access(ConsoleSettings.model_validate({"listen": settings.listen, **behind_proxy}), has_users=False)


def test_each_line_of_the_refusal_to_start_is_a_sentence():
    with pytest.raises(SettingsError) as refusal:
        require_access(ConsoleSettings(listen=Address("10.0.0.5", 80)), has_users=False)
    assert all(line.endswith(".") for line in str(refusal.value).splitlines())
