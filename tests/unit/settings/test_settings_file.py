from pathlib import Path

import pytest

from tests.support.good_settings import GOOD, SECRET, TOML, P, refusal, refusal_of
from worker.domain.errors import SettingsError
from worker.settings import choose_settings_file, find_settings_file, load_settings

CONFIG = f"{P}CONFIG"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a `fulfillment.toml` whose log level is `warning`."""
    (tmp_path / "fulfillment.toml").write_text(TOML)
    return tmp_path


def test_the_file_in_the_working_directory_is_read_when_no_file_is_named(folder, monkeypatch):
    monkeypatch.chdir(folder)
    settings = load_settings({})
    assert settings == load_settings({}, folder)
    assert (settings.log_level, settings.data_dir) == ("warning", folder / ".fulfillment")
    assert load_settings({f"{P}LOG_LEVEL": "debug"}).log_level == "debug"


def test_a_named_file_is_read_instead_of_the_one_in_the_working_directory(folder):
    (folder / "etc").mkdir()
    (folder / "etc" / "other.toml").write_text(TOML.replace("warning", "error"))
    for name in ("etc/other.toml", str(folder / "etc" / "other.toml")):
        settings = load_settings({CONFIG: name}, folder)
        assert (settings.log_level, settings.data_dir) == ("error", folder / "etc" / ".fulfillment")


def test_an_empty_name_means_no_file_even_if_the_working_directory_has_one(folder):
    settings = load_settings({**GOOD, CONFIG: ""}, folder)
    assert (settings.log_level, settings.data_dir) == ("info", folder / ".fulfillment")
    assert find_settings_file({CONFIG: ""}, folder) is None


def test_a_missing_file_and_a_folder_of_its_name_are_not_found(tmp_path):
    assert find_settings_file({}, tmp_path) is None
    (tmp_path / "fulfillment.toml").mkdir()
    assert find_settings_file({}, tmp_path) is None
    settings = load_settings({name: value for name, value in GOOD.items() if name != CONFIG}, tmp_path)
    assert settings.data_dir == tmp_path / ".fulfillment"


def test_a_folder_that_cannot_be_read_has_no_file(folder, monkeypatch):
    def refuse(_: Path) -> bool:
        raise PermissionError

    monkeypatch.setattr(Path, "is_file", refuse)
    assert find_settings_file({}, folder) is None


def test_find_settings_file_returns_the_file_that_is_read(folder, monkeypatch):
    monkeypatch.chdir(folder)
    here, named = find_settings_file({}), find_settings_file({CONFIG: "etc/x.toml"})
    assert here
    assert here == (folder / "fulfillment.toml", "fulfillment.toml", False)
    assert named == (folder / "etc" / "x.toml", "etc/x.toml", True)


def test_this_process_and_its_children_read_the_chosen_file_in_any_folder(folder, monkeypatch):
    monkeypatch.chdir(folder)
    for name in ("fulfillment.toml", "./fulfillment.toml", str(folder / "fulfillment.toml")):
        environ = {CONFIG: "/another.toml"}
        choose_settings_file(name, environ)
        assert environ == {CONFIG: str(folder / "fulfillment.toml")}
        assert load_settings(environ, Path("/")).log_level == "warning"


@pytest.mark.parametrize("name", ["", "nowhere.toml", "."])
def test_a_file_that_does_not_exist_cannot_be_chosen(folder, name):
    environ: dict[str, str] = {}
    with pytest.raises(SettingsError) as refused:
        choose_settings_file(name, environ, folder)
    assert str(refused.value) == f"--config names {folder / name}: there is no such file."
    assert environ == {}


def test_messages_call_a_named_file_by_the_name_that_was_given(folder):
    (folder / "fulfillment.toml").write_text("\n[accounts.main]\nplatform = 'none'\n")
    location = "fulfillment.toml:3: accounts.main.platform"
    assert refusal({}, folder).startswith(f"{location} must be one of")
    assert refusal({CONFIG: "./fulfillment.toml"}, folder).startswith(f"./{location} must be one of")
    assert refusal({CONFIG: f"{folder}/fulfillment.toml"}).startswith(f"{folder}/{location} must be one of")


def test_a_byte_order_mark_at_the_beginning_of_a_file_is_accepted(folder):
    (folder / "secret").write_bytes(b"\xef\xbb\xbflong-enough\r\n")
    text = (
        TOML.replace("\n", "\r\n")
        .replace('"from-the-file"', f"'{folder}/secret'")
        .replace("hmac_secret", "hmac_secret_file")
    )
    (folder / "fulfillment.toml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    settings = load_settings({}, folder)
    assert settings.log_level == "warning"
    assert "long-enough" in settings.secret_values()


def test_a_byte_order_mark_moves_no_line(tmp_path):
    assert refusal_of("\ufefflog_levell = 'x'", tmp_path)[0].startswith("fulfillment.toml:1: log_levell is not")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (f"x = '{SECRET}'".encode("utf-16"), "is not a text in UTF-8."),
        (b"#" * 1_100_000, "is larger than 1048576 bytes."),
    ],
)
def test_an_unreadable_file_is_refused_with_its_name_or_with_the_variable_that_names_it(tmp_path, content, problem):
    (tmp_path / "fulfillment.toml").write_bytes(content)
    assert refusal({}, tmp_path) == f"fulfillment.toml {problem}"
    assert (
        refusal({CONFIG: "fulfillment.toml"}, tmp_path)
        == f"{CONFIG} names {tmp_path / 'fulfillment.toml'}, which {problem}"
    )
