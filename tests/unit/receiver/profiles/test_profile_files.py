"""Profile files: found by name or path; a wrong one is an error with its name, the key and the reason."""

from pathlib import Path

import pytest

from tests.support.invented import TOKEN, profile, profile_text, text_flaws
from webhook_receiver.profiles import NATIVE_PROFILES
from webhook_receiver.profiles.schema.files import (
    MAX_BYTES,
    MAX_DOTS,
    MAX_FLAWS,
    ProfileError,
    builtin_names,
    load_profile,
    parse_profile,
)

GOOD = profile_text()


def written(folder: Path, text: str | bytes = GOOD, name: str = "fastbox.toml") -> str:
    """Write a profile file and return its path."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


def error_of(name: str) -> str:
    with pytest.raises(ProfileError) as caught:
        load_profile(name)
    assert caught.value.reason == "profile_invalid"
    return str(caught.value)


def test_an_own_file_is_read_by_its_path(tmp_path: Path):
    assert load_profile(written(tmp_path)) == profile()


def test_a_byte_order_mark_does_not_matter(tmp_path: Path):
    assert load_profile(written(tmp_path, b"\xef\xbb\xbf" + GOOD.encode())) == profile()


def test_a_built_in_profile_is_read_once():
    for name in builtin_names():
        assert load_profile(name) is load_profile(name)


def test_a_built_in_profile_may_be_named_by_its_path():
    import webhook_receiver.profiles.schema.files as module  # noqa: PLC0415 - only its folder is of interest

    for name in builtin_names():
        path = Path(module.__file__).parents[1] / "builtin" / f"{name}.toml"
        assert load_profile(str(path)) == load_profile(name)


def test_an_unknown_name_is_an_error_that_names_the_others():
    assert error_of("nobody\x1b") == f"there is no built-in profile nobody; there are {', '.join(builtin_names())}"


@pytest.mark.parametrize("name", [*builtin_names(), *NATIVE_PROFILES])
def test_an_own_file_may_not_have_the_name_of_a_built_in_profile(tmp_path: Path, name: str):
    path = written(tmp_path, name=f"{name}.toml")
    assert error_of(path) == f"{name}.toml has the name of the built-in profile {name}: rename it"


def test_a_missing_file_a_folder_and_a_pipe_are_errors(tmp_path: Path):
    assert error_of(str(tmp_path / "none.toml")) == "none.toml does not exist"
    (tmp_path / "folder.toml").mkdir()
    assert error_of(str(tmp_path / "folder.toml")) == "folder.toml does not exist"


@pytest.mark.parametrize("name", ["a\0b.toml", "x" * 300 + ".toml", "\ud800.toml"])
def test_a_path_that_cannot_be_is_an_error(tmp_path: Path, name: str):
    assert error_of(f"{tmp_path}/{name}")


def test_a_file_that_is_no_text_or_too_large_is_an_error(tmp_path: Path):
    assert error_of(written(tmp_path, b"title = '\xff'")) == "fastbox.toml is not a text in UTF-8"
    large = GOOD + "#" * (MAX_BYTES - len(GOOD))
    assert load_profile(written(tmp_path, large)) == profile()
    assert error_of(written(tmp_path, large + "#")) == f"fastbox.toml is larger than {MAX_BYTES} bytes"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("title", "Expected '=' after a key"),
        ("title = 'a'\ntitle = 'b'", "Cannot overwrite a value"),
        ("[a]\n[a]", "Cannot declare ('a',) twice"),
        ("a = " + "[" * 60_000, "it is nested too deeply"),
        ("a = " + "{b=" * 30_000, "it is nested too deeply"),
        ("max_body = " + "9" * 5000, "a number is too long"),
        ("max_body = 0x" + "f" * 5000, "a number is too long"),
        (f"a = [{{b = [{10**32}]}}]", "a number is too long"),
        ("a = 2026-02-30", "Invalid date or datetime"),
        ("a = '\x00'", "Found invalid character '\\x00'"),
        ('a = "\\ud800"', "Escaped character is not a Unicode scalar value"),
    ],
)
def test_a_file_that_is_no_toml_is_an_error(text: str, reason: str):
    with pytest.raises(ProfileError) as caught:
        parse_profile(text, "fastbox.toml")
    assert str(caught.value).startswith(f"fastbox.toml is not valid TOML: {reason}")


@pytest.mark.parametrize("separator", ["\n", "\u2028", "\r\n"])
def test_a_key_of_very_many_parts_is_refused_before_it_is_parsed(separator: str):
    key = ".".join(f'"{separator.strip()}"' for _ in range(MAX_DOTS + 2))
    (flaw,) = text_flaws(f"{GOOD}{separator.strip(chr(0x2028))}\n{key} = 1")
    assert "has more than 200 dots in line" in flaw


def test_as_many_dots_as_may_be_are_read():
    assert not text_flaws(profile_text(top=f"facts = '{'.' * MAX_DOTS}'"))
    assert text_flaws(f"\n\nfacts = '{'.' * (MAX_DOTS + 1)}'") == ("fastbox.toml has more than 200 dots in line 3",)


def test_the_longest_number_is_read():
    assert not text_flaws(profile_text(document=f"only = {{ a = [{10**32 - 1}, -{10**32 - 1}] }}"))


def test_every_flaw_has_a_sentence_of_its_own_and_the_rest_are_counted():
    text = profile_text(top="\n".join(f"key_{number} = 1" for number in range(MAX_FLAWS + 3)))
    flaws = text_flaws(text)
    assert flaws[:2] == ("key_0 is not a known key", "key_1 is not a known key")
    assert flaws[MAX_FLAWS:] == ("… and 3 more",)


def test_as_many_flaws_as_are_shown_are_no_more():
    text = profile_text(top="\n".join(f"key_{number} = 1" for number in range(MAX_FLAWS)))
    assert len(text_flaws(text)) == MAX_FLAWS


@pytest.mark.parametrize(
    "text",
    [
        profile_text(top='"\\u001b[2J\\n" = 1'),
        profile_text(read='number = "a\\u001b[2J[].b"'),
        profile_text(more='[read.time_of]\n"\\u009b2J" = "at"'),
        profile_text(status='from = "state"\nrows = [["*", "info"], ["\\u001b[2J", "lost"]]'),
        profile_text(document='each = "a[]"', read='number = "b\\u202e[].c"'),
    ],
)
def test_an_error_has_no_character_that_a_terminal_acts_on(text: str):
    flaws = text_flaws(text)
    assert flaws
    assert all(flaw.isprintable() and len(flaw) <= 1000 for flaw in flaws)


def test_an_error_shows_no_secret_that_somebody_wrote_into_the_file():
    secret = "hunter2-hunter2"
    texts = [
        profile_text(top=f'secret = "{secret}"'),
        profile_text(top=f'methods = ["{secret}"]\nzone = "{secret}"\nmax_body = "{secret}"'),
        profile_text(auth=TOKEN + f'\nsecret = "{secret}"'),
        profile_text(auth=f'[auth.token]\nkind = "{secret}"'),
        profile_text(auth=f'[auth.token]\nkind = "static"\nfrom = "{secret}"'),
        profile_text(auth=f'[auth.sig]\nkind = "hmac"\nfrom = "header:X"\nhash = "{secret}"\nencoding = "{secret}"'),
        profile_text(auth=f'[auth.sig]\nkind = "hmac"\nfrom = "header:X"\nmessage = "{secret}{{"'),
        profile_text(auth=f'auth = "{secret}"'),
        profile_text(more=f"[answer]\nbody = '{secret}'"),
        f'title = "{secret}',
        f'title = "{secret}"\ntitle = "{secret}"',
    ]
    for text in texts:
        assert text_flaws(text)
        assert secret not in "".join(text_flaws(text))
