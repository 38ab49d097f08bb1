"""Hostile profile files: each is a profile or a `ProfileError`, after a bounded amount of work, and nothing else."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import webhook_receiver.profiles.schema.files as module
from tests.support.hostile import assert_storable
from tests.support.invented import RECEIVED_AT, STATUS, TOKEN, opened, profile_text, request
from webhook_receiver.profiles.engine.statuses import Row
from webhook_receiver.profiles.schema.checks import MAX_TEXTS_OF_ROWS
from webhook_receiver.profiles.schema.files import MAX_BYTES, MAX_FLAWS, ProfileError, builtin_names, parse_profile
from webhook_receiver.profiles.schema.model import MAX_ROWS, ProfileFile

BUILTIN = {
    name: (Path(module.__file__).parents[1] / "builtin" / f"{name}.toml").read_text() for name in builtin_names()
}
BODIES = [b"", b"[]", b"{}", b'{"data":[{"a":[{}]}],"state":"D"}', b"a=1&b=2", b"\xff", b"[[[[[[1]]]]]]"]

VALUES = [
    *["7", "-1", "0", "1.5", "nan", "inf", "true", "false", "[]", "[[]]", "[[[]]]", "{}", "{a=1}", "[{}]", "[{a=[]}]"],
    *["2026-11-27", "20:00:00", "[7]", "[true]", "[1.5]", '[""]', '["x", "x"]', '[["x", "info"]]', "[[[[]]]]"],
    *["''", "'x'", "'*'", "'[]'", "'a[]'", "'a[].b[]'", "'..'", "'%'", "'%Y'", "'%Y-%m-%d'", "'{body}'", "'{'", "'}'"],
    *["'{option:x}'", "'{secret}{body}'", "'header:X'", "'body:a'", "'query:'", "'info'", "'UTC'", "'/etc/passwd'"],
    *['"\\u0000"', '"\\u001b"', '"\\u202e"', '"\\n"', "'é'", '"\\U0001f69a"', f"'{'x' * 5000}'", f"'{'a.' * 90}a'"],
    *["9" * 40, "9" * 4300, "0x" + "f" * 9000, "1e400", "[" * 90 + "]" * 90, "{a=" * 90 + "1" + "}" * 90],
    *[str([7] * 2000), str(["x"] * 2000)],
]
TABLES = {
    "": ["title", "facts", "methods", "content", "probes", "zone", "max_body", "capture", "options", "auth", "answer"],
    "auth.sig": ["kind", "from", "prefix", "item", "hash", "encoding", "message", "secret_form", "time"],
    "auth.sig.time": ["from", "item"],
    "options.x": ["help", "default"],
    "document": ["unwrap", "only", "skip", "each", "pick"],
    "document.only": ["a", "'a[].b'"],
    "read": [
        *["order", "number", "tracking", "shipment", "id", "time", "times", "time_parts", "time_of", "tracking_url"],
        *["note", "parcels", "key"],
    ],
    "read.time_of": ["D", "''"],
    "status": ["from", "fold", "unknown", "rows"],
    "answer": ["status", "body"],
}
GOOD = {
    "": {"title": "'Fastbox'"},
    "auth.sig": {"kind": "'hmac'", "from": "'header:X'", "message": "'{time}{option:x}{body}'"},
    "auth.sig.time": {"from": "'header:T'"},
    "options.x": {"help": "'x'", "default": "'y'"},
    "document": {"each": "'a[]'", "pick": "'latest'"},
    "read": {"number": "'a[].ref'", "time": "'a[].at'"},
    "status": {"from": "'state'", "rows": "[['D', 'delivered']]"},
    "answer": {"status": "200"},
}


def outcome(text: str) -> ProfileFile | None:
    """Return the profile in *text*; None when it is refused with sentences that a terminal can show."""
    try:
        return parse_profile(text, "fastbox.toml")
    except ProfileError as error:
        sentences = error.sentences
    assert 0 < len(sentences) <= MAX_FLAWS + 1
    assert all(sentence.isprintable() and len(sentence) < 1100 for sentence in sentences)
    return None


def use(chosen: ProfileFile | None) -> None:
    """Use a profile that was accepted as the receiver would."""
    if chosen is None:
        return
    key = "d2hzZWMtd2hzZWMtd2hzZWM="  # good in every form of a secret
    its_format = opened(chosen, secrets=dict.fromkeys(chosen.auth, (key,)))
    for body in BODIES:
        assert its_format.authenticate(request(body)) is None
        assert_storable(its_format.read(body, RECEIVED_AT), RECEIVED_AT)


def text_of(tables: dict[str, dict[str, str]]) -> str:
    return "\n".join(
        (f"[{name}]\n" if name else "") + "\n".join(f"{key} = {value}" for key, value in keys.items())
        for name, keys in tables.items()
    )


def test_the_good_tables_are_a_profile():
    assert outcome(text_of(GOOD))


@pytest.mark.parametrize("table", TABLES)
def test_any_value_of_any_key_is_a_profile_or_an_error(table: str):
    for key in TABLES[table]:
        for value in VALUES:
            use(outcome(text_of({**GOOD, table: {**GOOD.get(table, {}), key: value}})))


@pytest.mark.parametrize("table", [name for name in GOOD if name])
def test_any_table_may_be_missing(table: str):
    use(outcome(text_of({name: keys for name, keys in GOOD.items() if name != table})))


def _without(text: str, start: int, end: int) -> str:
    return text[:start] + text[end:]


DAMAGES: list[Callable[[str, Random], str]] = [
    lambda text, random: _without(text, at := random.randrange(len(text)), at + random.randrange(1, 40)),
    lambda text, random: _without(text, random.randrange(len(text)), len(text)),
    lambda text, random: "\n".join(line for line in text.split("\n") if random.random() > 0.1),
    lambda text, random: "\n".join(sorted(text.split("\n"), key=lambda _: random.random() < 0.05)),
    lambda text, random: text.replace("[", "", random.randrange(1, 9)),
    lambda text, random: text.replace('"', random.choice(["", "'", '""']), random.randrange(1, 30)),
    lambda text, random: text.replace(" = ", f" = {random.choice(VALUES)} #", random.randrange(1, 9)),
    lambda text, random: text.replace("from", random.choice(["form", "message", "rows", "each"])),
    lambda text, random: text.replace("[]", random.choice(["", "[0]", "[-1]", "[][]", "[x]"])),
    lambda text, random: text.replace(random.choice("aeiou_.*"), random.choice("aeiou_.*[]{}\u202e"), 9),
    lambda text, random: text + random.choice(["\n[read]", "\n[auth.x]", "\n[options.x]\nhelp='x'", "\nx", "\0"]),
    lambda text, random: text + text,
]


@pytest.mark.parametrize("name", BUILTIN)
def test_a_damaged_profile_is_a_profile_or_an_error(name: str):
    random = Random(name)
    for damage in DAMAGES:
        for _ in range(6):
            use(outcome(damage(BUILTIN[name], random)))


@given(
    text=st.text(st.characters(codec="utf-8"), max_size=200)
    | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1"))
)
@example(text="[auth.token]\nkind = []")
@example(text="a.a = 1\na = 2")
@example(text="max_body = " + "9" * 5000)
@settings(max_examples=200)
def test_any_text_is_refused(text: str):
    assert outcome(text) is None


toml_values = st.recursive(
    st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"), max_size=10),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
).map(lambda value: json.dumps(value, ensure_ascii=False))


@given(
    changes=st.lists(
        st.sampled_from([(table, key) for table, keys in TABLES.items() for key in keys]).flatmap(
            lambda place: st.tuples(st.just(place), toml_values | st.sampled_from(VALUES))
        ),
        min_size=1,
        max_size=3,
    )
)
@settings(max_examples=150)
def test_any_values_of_several_keys_are_a_profile_or_an_error(changes: list[tuple[tuple[str, str], str]]):
    tables = {name: dict(keys) for name, keys in GOOD.items()}
    for (table, key), value in changes:
        tables.setdefault(table, {})[key] = value
    use(outcome(text_of(tables)))


def huge() -> Iterator[str]:
    """Texts that would take a careless reader minutes."""
    yield "[" * MAX_BYTES
    yield "a = " + "[" * MAX_BYTES
    yield "a = " + "{a=" * (MAX_BYTES // 3)
    yield "a." * (MAX_BYTES // 2) + "a = 1"
    yield f"[{'a.' * (MAX_BYTES // 2)}a]"
    yield "\n".join(f"a{number}{'.a' * 190} = 1" for number in range(300))
    yield "\n".join(f"[auth.a{number}]" for number in range(9000))
    yield "\n".join("[[auth]]" for _ in range(9000))
    yield "\n".join(f"key_{number} = 1" for number in range(9000))
    yield "title = '" + "x" * MAX_BYTES
    yield 'title = """' + "\\\n" * (MAX_BYTES // 2)
    yield "#" * MAX_BYTES
    yield "a = " + "1_" * (MAX_BYTES // 2) + "1"
    yield profile_text(auth="\n".join(f'[auth.a{number}]\nkind = "basic"' for number in range(3000)))
    yield profile_text(auth=TOKEN.replace("X-Token", "{option:x}" * 9000))
    yield profile_text(auth=f'{TOKEN.replace("static", "hmac")}\nmessage = "{"{body}" * 9000}"')
    yield profile_text(auth=f'{TOKEN.replace("static", "hmac")}\nmessage = "{"{" * 90_000}"')
    yield profile_text(document="only = {" + ", ".join(f"k{number} = [1]" for number in range(9000)) + "}")
    yield profile_text(more="[read.time_of]\n" + "\n".join(f'w{number} = "at"' for number in range(9000)))
    yield profile_text(read=f'number = "{"a." * 50_000}a"')
    yield profile_text(read=f'number = "ref"\ntime = "at"\ntimes = ["%Y-%m-%d{" " * 90_000}"]')
    yield profile_text(status=f'from = "state"\nrows = {[["*", "info"]] * 10_000}')
    yield profile_text(more=f"[answer]\nbody = '{'[' * 4000}'")


def test_a_huge_file_is_refused_before_it_costs_much():
    assert [text[:200] for text in huge() if outcome(text)] == []


@pytest.mark.parametrize(("columns", "texts"), [(1, 3), (19, 1), (1, 190), (3, 40)])
def test_the_search_for_hidden_rows_has_a_bound(columns: int, texts: int, monkeypatch: pytest.MonkeyPatch):
    calls: list[int] = []
    hides = Row.hides

    def count_and_hide(row: Row, other: Row) -> bool:
        calls.append(1)
        return hides(row, other)

    monkeypatch.setattr(Row, "hides", count_and_hide)
    count = min(MAX_ROWS, MAX_TEXTS_OF_ROWS // (columns * texts + 2))
    first = [[f"{letter}*" for letter in range(texts)]] * columns
    rows = [[*first, f"last {number}", "info"] for number in range(count)]
    paths = [f"p{number}" for number in range(columns + 1)]
    assert outcome(profile_text(status=f"from = {paths}\nrows = {rows}"))
    assert sum(calls) * columns * texts <= MAX_ROWS * MAX_TEXTS_OF_ROWS


def test_the_status_of_the_invented_courier_is_good():
    assert outcome(profile_text(status=STATUS))
