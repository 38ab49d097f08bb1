"""The keys of a profile file: what each may be, and the error when it is something else."""

import pytest

from tests.support.invented import STATUS, TOKEN, flaws, profile, text_flaws
from webhook_receiver.profiles.schema.model import DEFAULT_MAX_BODY

HMAC = '[auth.sig]\nkind = "hmac"\nfrom = "header:X-Sig"\n'
DIGEST = '[auth.sig]\nkind = "digest"\nfrom = "header:X-Sig"\n'


def test_the_shortest_profile_has_the_documented_defaults():
    chosen = profile()
    assert (chosen.methods, chosen.content, chosen.probes, chosen.zone) == (("POST",), "json", (), None)
    assert (chosen.max_body, chosen.capture, chosen.options, chosen.facts) == (DEFAULT_MAX_BODY, False, {}, "")
    assert (chosen.document.each, chosen.document.unwrap, chosen.document.pick) == (None, None, "each")
    assert (chosen.read.times, chosen.answer.status, chosen.answer.body) == (("iso",), 200, None)
    assert chosen.status
    assert (chosen.status.fold, chosen.status.unknown) == (False, "quarantine")


@pytest.mark.parametrize(
    "top",
    [
        'methods = ["POST", "PUT", "GET", "HEAD"]',
        'probes = ["HEAD", "GET", "empty"]',
        'content = "form"',
        'zone = "Asia/Riyadh"',
        "max_body = 1024",
        "max_body = 10485760",
        'facts = "https://courier.example/docs"',
    ],
)
def test_good_keys_at_the_top_are_taken(top: str):
    assert not flaws(top=top)


@pytest.mark.parametrize(
    ("top", "flaw"),
    [
        ("methods = []", "methods must have at least 1 item"),
        ('methods = ["DELETE"]', "methods must be 'POST', 'PUT', 'GET' or 'HEAD'"),
        ('methods = ["post"]', "methods must be 'POST', 'PUT', 'GET' or 'HEAD'"),
        ('methods = "POST"', "methods must be a list"),
        ('probes = ["POST"]', "probes must be 'HEAD', 'GET' or 'empty'"),
        ('content = "xml"', "content must be 'json' or 'form'"),
        ('zone = "Riyadh"', "zone must be a time zone such as Asia/Riyadh or UTC"),
        ("zone = 3", "zone must be a time zone such as Asia/Riyadh or UTC"),
        ('zone = ""', "zone must be a time zone such as Asia/Riyadh or UTC"),
        ('zone = "America"', "zone must be a time zone such as Asia/Riyadh or UTC"),
        ('zone = "../../etc/passwd"', "zone must be a time zone such as Asia/Riyadh or UTC"),
        ("max_body = 1023", "max_body must be greater than or equal to 1024"),
        ("max_body = 10485761", "max_body must be less than or equal to 10485760"),
        ("capture = 7", "capture must be true or false"),
        ("facts = 7", "facts must be a text"),
        ("max_body = 'large'", "max_body must be a whole number"),
        ("max_body = 2048.5", "max_body must be a whole number"),
        ("max_body = []", "max_body must be a whole number"),
        ("capture = []", "capture must be true or false"),
        ("answer = 7", "answer must be a table"),
        ('titel = "x"', "titel is not a known key"),
        ("read = 7", "is not valid TOML"),
    ],
)
def test_another_key_at_the_top_is_an_error(top: str, flaw: str):
    (found,) = flaws(top=top)
    assert flaw in found


@pytest.mark.parametrize("title", ["", "title = ''", "title = 7", f"title = '{'x' * 1001}'", "title = ['x']"])
def test_a_title_is_required(title: str):
    text = f'{title}\n{TOKEN}\n[read]\nnumber = "ref"\n[status]\n{STATUS}'
    (found,) = text_flaws(text)
    assert found.startswith("title ")


@pytest.mark.parametrize(
    ("auth", "flaw"),
    [
        ("", "auth is missing: without an [auth.NAME], anybody could report deliveries"),
        ("auth = 7", "auth must be a table"),
        ("[auth]\ntoken = 7", "auth.token"),
        ("[auth.token]", "auth.token needs kind: static, basic, hmac or digest"),
        (
            '[auth.token]\nkind = "rsa"\nfrom = "header:X"',
            "auth.token must have the kind static, basic, hmac or digest",
        ),
        ('[auth.token]\nkind = "static"', "auth.token.from is missing"),
        (
            '[auth.token]\nkind = "static"\nfrom = "X-Token"',
            "auth.token.from must be header:NAME, query:NAME or body:PATH",
        ),
        ('[auth.token]\nkind = "static"\nfrom = "header:"', "auth.token.from must be header:NAME"),
        ('[auth.token]\nkind = "static"\nfrom = "cookie:x"', "auth.token.from must be header:NAME"),
        ('[auth.token]\nkind = "static"\nfrom = 7', "auth.token.from must be a text"),
        ('[auth.token]\nkind = "static"\nfrom = "header:a b"', "auth.token.from names a header that cannot be one"),
        ('[auth.token]\nkind = "static"\nfrom = "header:X_Token"', "auth.token.from names a header that cannot be one"),
        ('[auth.token]\nkind = "static"\nfrom = "header:é"', "auth.token.from names a header that cannot be one"),
        ('[auth.token]\nkind = "static"\nfrom = "header:{a}"', "auth.token.from has a brace"),
        ('[auth.token]\nkind = "static"\nfrom = "query:{token}"', "auth.token.from has a brace"),
        ('[auth.token]\nkind = "static"\nfrom = "body:a..b"', "auth.token.from has no path at character 3"),
        ('[auth.token]\nkind = "static"\nfrom = "body:a[].b"', "auth.token.from must lead to one field, without []"),
        ('[auth.token]\nkind = "static"\nfrom = "header:X"\nhash = "md5"', "auth.token.hash is not a known key"),
        ('[auth.token]\nkind = "basic"\nprefix = "x"', "auth.token.prefix is not a known key"),
        ('[auth.Token]\nkind = "basic"', "auth.Token has a name that is not made of lower-case letters"),
        ('[auth."a b"]\nkind = "basic"', "auth.a b has a name that is not"),
        ('[auth.a_file]\nkind = "basic"', "auth.a_file has a name that is not made of"),
        ('[auth.""]\nkind = "basic"', "has a name that is not made of"),
        (f'[auth.{"a" * 51}]\nkind = "basic"', "must have at most 50 characters"),
        (HMAC + 'hash = "md5"', "auth.sig.hash must be 'sha256', 'sha1' or 'sha512'"),
        (HMAC + 'encoding = "base64url"', "auth.sig.encoding must be 'hex' or 'base64'"),
        (HMAC + 'secret_form = "hex"', "auth.sig.secret_form must be 'text', 'nfkd' or 'base64'"),
        (HMAC + "message = 7", "auth.sig.message must be a text such as {time}.{body}"),
        (HMAC + 'message = "{bdy}"', "auth.sig.message has {bdy}, which is none of {body}"),
        (HMAC + f'message = "{{body}}{"x" * 1000}"', "auth.sig.message must have at most 1000 characters"),
        (HMAC + 'message = ""', "auth.sig.message must hold {body} or a {field:PATH}"),
        (HMAC + 'message = "{secret}{path}"', "auth.sig.message must hold {body} or a {field:PATH}"),
        (HMAC + 'message = "{time}{body}"', "auth.sig.time is missing, but the message holds {time}"),
        (HMAC + 'time = { from = "header:T" }', "auth.sig.time is not signed: the message does not hold {time}"),
        (HMAC + 'message = "{time}{body}"\ntime = {}', "auth.sig.time.from is missing"),
        (HMAC + 'message = "{time}{body}"\ntime = { from = "T" }', "auth.sig.time.from must be header:NAME"),
        (HMAC + 'message = "{time}{body}"\ntime = { from = "header:a b" }', "auth.sig.time.from names a header"),
        (HMAC + 'message = "{time}{body}"\ntime = { from = "body:a[]" }', "auth.sig.time.from must lead to one field"),
        (DIGEST, "auth.sig.message is missing"),
        (
            DIGEST + 'message = "{body}"',
            "auth.sig.message must hold {secret}: without it, anybody can compute the digest",
        ),
        (
            DIGEST + 'message = "{secret}{body}"\nhash = "crc32"',
            "auth.sig.hash must be 'sha256', 'sha1', 'sha512' or 'md5'",
        ),
    ],
)
def test_a_wrong_method_of_authentication_is_an_error(auth: str, flaw: str):
    found = flaws(auth=auth)
    assert any(flaw in one for one in found), found
    assert len(found) == 1


@pytest.mark.parametrize(
    ("more", "flaw"),
    [
        ("[options.x]\ndefault = 'a'", "options.x.help is missing"),
        ("[options.x]\nhelp = ''", "options.x.help must have at least 1 character"),
        ("[options.x]\nhelp = 'a'\nmore = 1", "options.x.more is not a known key"),
        ("[options.X]\nhelp = 'a'", "options.X has a name that is not made of"),
        ("[options.x]\nhelp = 'a'\ndefault = 7", "options.x.default must be a text"),
        ("[options.x]\nhelp = 'a'", "options.x is never used"),
        ("options = 7", "is not valid TOML"),
    ],
)
def test_a_wrong_option_is_an_error(more: str, flaw: str):
    found = flaws(more=more) if more.startswith("[") else flaws(top=more, more="[options.x]")
    assert len(found) == 1
    assert flaw in found[0]


@pytest.mark.parametrize(
    ("auth", "key"),
    [
        ('[auth.a]\nkind = "static"\nfrom = "header:{option:x}"', "auth.a.from"),
        ('[auth.a]\nkind = "basic"\nfrom = "header:X-{option:x}"', "auth.a.from"),
        (HMAC + 'message = "{option:x}{body}"', "auth.sig.message"),
        (HMAC + 'message = "{time}{body}"\ntime = { from = "query:{option:x}" }', "auth.sig.time.from"),
    ],
)
def test_an_option_is_declared_where_it_is_used(auth: str, key: str):
    assert flaws(auth=auth) == (f"{key} uses the option x, which is not declared: add [options.x]",)
    assert not flaws(auth=auth, more="[options.x]\nhelp = 'its name'")


def test_a_time_of_a_status_is_for_a_text_of_the_first_cell():
    status = 'from = ["state", "sub"]\nrows = [["D", "X", "delivered"]]'
    assert not flaws(status=status, more='[read.time_of]\nD = "at"')
    assert flaws(status=status, more='[read.time_of]\nX = "at"') == ("read.time_of.X is in no row of status.rows",)


def test_the_methods_and_the_options_have_a_bound():
    methods = "".join(f'[auth.a{number}]\nkind = "basic"\n' for number in range(51))
    assert flaws(auth=methods) == ("auth must have at most 50 items",)
    options = "".join(f"[options.a{number}]\nhelp = 'x'\n" for number in range(51))
    assert flaws(more=options) == ("options must have at most 50 items",)
    times = "".join(f'w{number} = "at"\n' for number in range(201))
    assert flaws(more=f"[read.time_of]\n{times}") == ("read.time_of must have at most 200 items",)


def test_the_default_of_an_option_must_fit_its_place():
    more = "[options.x]\nhelp = 'its name'\ndefault = '{}'"
    header = '[auth.a]\nkind = "static"\nfrom = "header:{option:x}"'
    assert flaws(auth=header, more=more.format("a b")) == ("auth.a.from names a header that cannot be one",)
    assert "has no path" in flaws(auth=header.replace("header:", "body:"), more=more.format("a..b"))[0]


@pytest.mark.parametrize(
    ("document", "flaw"),
    [
        ("unwrap = 7", "document.unwrap must be a path such as data.order.number"),
        ('unwrap = "a..b"', "document.unwrap has no path at character 3"),
        ('unwrap = "a[].b"', "document.unwrap must lead to one field, without []"),
        ("only = 7", "document.only must be a table"),
        ("only = { a = [] }", "document.only.a must be a list of texts, whole numbers, true or false"),
        ("only = { a = [1.5] }", "document.only.a must be a list of texts"),
        ("only = { a = [[]] }", "document.only.a must be a list of texts"),
        (f"only = {{ a = [{10**32}] }}", "a number is too long"),
        (f"only = {{ {', '.join(f'a{n} = [1]' for n in range(51))} }}", "document.only must have at most 50 items"),
        ("only = { a = 2026-11-27 }", "document.only.a must be a list of texts"),
        ('only = { "a..b" = ["x"] }', "document.only.a..b has no path at character 3"),
        ('skip = { "a[].b" = ["x"] }', "document.skip has [] in a[].b, but document.each is missing"),
        ('only = { "a[].b" = ["x"] }', "document.only has [] in a[].b, but document.each is missing"),
        ('each = "a"', "document.each must end in []"),
        ('each = "a[].b"', "document.each must end in []"),
        ("each = 7", "document.each must be a path"),
        ('pick = "newest"', "document.pick must be 'each' or 'latest'"),
        ('pick = "latest"', "document.pick needs document.each"),
        ("more = 1", "document.more is not a known key"),
    ],
)
def test_a_wrong_document_is_an_error(document: str, flaw: str):
    found = flaws(document=document)
    assert any(flaw in one for one in found), found


EACH = 'each = "a[].b[]"'


@pytest.mark.parametrize(
    ("read", "flaw"),
    [
        ('number = "a[].b[].ref"', ""),
        ('number = "a[].ref"\ntracking = "a[].b[].awb"', ""),
        ('number = "ref"\ntracking = "a[].b[]"', ""),
        ('number = "a[].b[].c[0].ref"', ""),
        ('number = "a[0].b[1].ref"\ntracking = "a[].b[].awb"', ""),
        ('number = "ref"', "document.each is not repeated by any path of [read] or [status]"),
        ('number = "a[].ref"', "document.each is not repeated by any path of [read] or [status]"),
        ('number = "b[].ref"\ntracking = "a[].b[].awb"', "read.number does not begin with a[].b[] in b[].ref"),
        ('number = "a[].c[].ref"\ntracking = "a[].b[].awb"', "read.number does not begin with a[].b[] in a[].c[].ref"),
        (
            'number = "a[].b[].c[].ref"\ntracking = "a[].b[].awb"',
            'read.number has a further [] in a[].b[].c[].ref: write each = "a[].b[].c[]"',
        ),
        ('number = "[].ref"\ntracking = "a[].b[].awb"', "read.number does not begin with a[].b[] in [].ref"),
        ('number = "a[].b[].ref"\ntime_parts = ["x[].d"]', "read.time_parts does not begin with a[].b[] in x[].d"),
        ('number = "a[].b[].ref"\nkey = ["x[].d"]', "read.key does not begin with a[].b[] in x[].d"),
        ('number = "a[].b[].ref"\nkey = ["x"]\nid = "y[]"', "read.id does not begin with a[].b[] in y[]"),
    ],
)
def test_paths_repeat_the_brackets_of_each_or_a_beginning_of_them(read: str, flaw: str):
    found = flaws(document=EACH, read=read)
    assert any(one.startswith(flaw) for one in found) if flaw else not found, found


def test_the_innermost_brackets_belong_to_each():
    read = 'number = "[].ref"\ntime = "[].scans[].day"'
    status = STATUS.replace('"state"', '"[].state"')
    (flaw,) = flaws(document='each = "[]"', read=read, status=status)
    assert flaw == 'read.time has a second [] in [].scans[].day: write each = "[].scans[]"'
    assert not flaws(document='each = "[].scans[]"', read=read, status=status)
    read, status = read.replace("[].ref", "[].scans[].ref"), status.replace("[].state", "[].scans[].state")
    found = flaws(document='each = "[]"', read=read, status=status)
    assert len(found) == len([one for one in found if "has a second [] in " in one]) == 3


def test_what_follows_from_a_wrong_each_is_not_repeated():
    read = 'number = "[].scans[].ref"\ntime = "[].scans[].day"\nkey = ["[].scans[].id", "[].awb"]'
    status = STATUS.replace('"state"', '"[].scans[].state"')
    assert flaws(document='each = "[].scans"', read=read, status=status) == ("document.each must end in []",)


def test_the_status_may_be_the_only_path_of_the_elements():
    status = STATUS.replace('"state"', '"a[].b[].state"')
    assert not flaws(document=EACH, status=status)
    assert flaws(document=EACH, status=STATUS.replace('"state"', '"c[].state"'))


def test_conditions_and_times_of_a_status_repeat_the_brackets_too():
    read = 'number = "a[].b[].ref"'
    assert flaws(document=EACH + '\nonly = { "x[].y" = ["1"] }', read=read) == (
        "document.only does not begin with a[].b[] in x[].y",
    )
    assert flaws(document=EACH, read=read, more='[read.time_of]\nD = "x[].at"') == (
        "read.time_of.D does not begin with a[].b[] in x[].at",
    )


def test_brackets_without_each_are_an_error_for_every_path():
    found = flaws(read='number = "a[].ref"', status=STATUS.replace('"state"', '"b[].state"'))
    assert found == (
        "read.number has [] in a[].ref, but document.each is missing",
        "status.from has [] in b[].state, but document.each is missing",
    )


def test_the_newest_element_needs_a_time():
    latest = 'each = "a[]"\npick = "latest"'
    assert flaws(document=latest, read='number = "a[].ref"') == ("document.pick needs read.time",)
    for time in ('time = "a[].at"', 'time_parts = ["a[].d", "a[].t"]'):
        assert not flaws(document=latest, read=f'number = "a[].ref"\n{time}')
    assert not flaws(document=latest, read='number = "a[].ref"', more='[read.time_of]\nD = "a[].at"')


@pytest.mark.parametrize(
    ("read", "flaw"),
    [
        ("", "read needs order, number or tracking: else no delivery names its order"),
        ('shipment = "s"', "read needs order, number or tracking"),
        ("number = 7", "read.number must be a path such as data.order.number"),
        ("number = []", "read.number must be a path, or a list of 1 to 20 paths"),
        (f"number = {['a'] * 21}", "read.number must be a path, or a list of 1 to 20 paths"),
        ('number = ["a", 7]', "read.number must be a path such as"),
        ('number = ""', "read.number must be a path of 1 to 200 printable characters"),
        ('number = "ref"\ncourier = "x"', "read.courier is not a known key"),
        ('number = "ref"\ntime = "at"\ntimes = []', "read.times must have at least 1 item"),
        ('number = "ref"\ntime = "at"\ntimes = ["ISO"]', "read.times must have the year, the month and the day"),
        (
            'number = "ref"\ntime = "at"\ntimes = ["%Q"]',
            "read.times must be iso, unix, unix_ms or a format of strptime",
        ),
        ('number = "ref"\ntime = "at"\ntimes = ["%H:%M"]', "read.times must have the year, the month and the day"),
        ('number = "ref"\ntime = "at"\ntimes = "iso"', "read.times must be a list"),
        (
            f'number = "ref"\ntime = "at"\ntimes = {["iso"] * 11}',
            "read.times must have at most 10 items",
        ),
        ('number = "ref"\ntimes = ["iso"]', "read.times is never used: read.time is missing"),
        ('number = "ref"\ntime = "a"\ntime_parts = ["b"]', "read.time_parts and read.time cannot both be set"),
        ('number = "ref"\ntime_of = 7', "read.time_of must be a table"),
        ('number = "ref"\ntime_of = { X = "a" }', "read.time_of.X is in no row of status.rows"),
        ('number = "ref"\ntime_of = { D = 7 }', "read.time_of.D must be a path"),
    ],
)
def test_a_wrong_field_is_an_error(read: str, flaw: str):
    found = flaws(read=read)
    assert len(found) == 1
    assert flaw in found[0]


@pytest.mark.parametrize(
    ("status", "flaw"),
    [
        ("", "status.from is missing"),
        ('from = "state"', "status.rows is missing"),
        ('from = "state"\nrows = []', "status.rows must have at least 1 item"),
        ('from = "state"\nrows = 7', "status.rows must be a list"),
        ('from = "state"\nrows = ["D"]', "status.rows"),
        ('from = "state"\nrows = [[]]', "status.rows has row 1, which must be 1 cell and one event"),
        ('from = "state"\nrows = [["D"]]', "status.rows has row 1, which must be 1 cell and one event"),
        ('from = "state"\nrows = [["D", "E", "lost"]]', "status.rows has row 1, which must be 1 cell and one event"),
        ('from = ["a", "b"]\nrows = [["D", "lost"]]', "status.rows has row 1, which must be 2 cells and one event"),
        (
            'from = "state"\nrows = [["D", ["lost", "info"]]]',
            "status.rows has row 1, which must be 1 cell and one event",
        ),
        ('from = "state"\nrows = [["D", "lost"], ["E", "gone"]]', "status.rows has row 2, which names no event"),
        ('from = "state"\nrows = [["D", "hint"]]', "status.rows has row 1, which names no event"),
        ('from = "state"\nrows = [[7, "lost"]]', "must have texts, or lists of 1 to 200 texts, in its rows"),
        ('from = "state"\nrows = [[[], "lost"]]', "must have texts, or lists of 1 to 200 texts, in its rows"),
        ('from = "state"\nrows = [[["D", 7], "lost"]]', "must have texts, or lists of 1 to 200 texts, in its rows"),
        (f'from = "state"\nrows = [[{["x"] * 201}, "lost"]]', "or lists of 1 to 200 texts, in its rows"),
        ('from = []\nrows = [["D", "lost"]]', "status.from must be a path, or a list of 1 to 20 paths"),
        ('from = "state"\nunknown = "lost"\nrows = [["D", "lost"]]', "status.unknown must be 'quarantine' or 'info'"),
        ('from = "state"\nfold = "yes please"\nrows = [["D", "lost"]]', "status.fold must be true or false"),
        ('from = "state"\nmore = 1\nrows = [["D", "lost"]]', "status.more is not a known key"),
    ],
)
def test_a_wrong_status_table_is_an_error(status: str, flaw: str):
    found = flaws(status=status)
    assert any(flaw in one for one in found), found


def test_a_table_of_statuses_is_required():
    (found,) = text_flaws(f'title = "Fastbox"\n{TOKEN}\n[read]\nnumber = "ref"')
    assert found == "status is missing"


def rows(count: int, texts: int = 1) -> str:
    """Return a table of *count* rows, each with a cell of so many *texts*."""
    table = [[[f"{letter}{number}" for letter in range(texts)], "info"] for number in range(count)]
    return f'from = "state"\nrows = {table}'


def test_the_rows_have_a_bound():
    assert not flaws(status=rows(500))
    assert flaws(status=rows(501)) == ("status.rows must have at most 500 items",)
    assert flaws(status=rows(400, 5)) == ("status.rows must have at most 2000 texts",)
    assert not flaws(status=rows(333, 5))


@pytest.mark.parametrize(
    ("answer", "flaw"),
    [
        ("status = 200\nbody = '{\"ok\": true}'", ""),
        ("status = 299", ""),
        ("status = 204", ""),
        ("status = 204\nbody = 'null'", "answer.body is never sent: an answer with the status 204 has no body"),
        ("status = 205", "answer.status must not be 205, which is no answer to a delivery"),
        ("status = 206", "answer.status must not be 206, which is no answer to a delivery"),
        ("body = '\"{uuid}\"'", ""),
        ("body = 'null'", ""),
        ("status = 199", "answer.status must be greater than or equal to 200"),
        ("status = 300", "answer.status must be less than or equal to 299"),
        ("status = '200 OK'", "answer.status must be a whole number"),
        ("body = 'OK'", "answer.body must be JSON text"),
        ("body = '{uuid}'", "answer.body must be JSON text"),
        ("body = ''", "answer.body must be JSON text"),
        (f"body = '{'[' * 2000}{']' * 2000}'", "answer.body must be JSON text"),
        (f"body = '{'1' * 4097}'", "answer.body must have at most 4096 characters"),
        ("body = 7", "answer.body must be a text"),
        ("reason = 'OK'", "answer.reason is not a known key"),
    ],
)
def test_an_answer_is_a_status_and_json(answer: str, flaw: str):
    found = flaws(more=f"[answer]\n{answer}")
    assert bool(found) == bool(flaw), found
    assert all(flaw in one for one in found)


def test_a_method_of_deliveries_is_no_probe():
    top = 'methods = ["POST", "GET"]\nprobes = ["HEAD", "GET"]'
    assert flaws(top=top) == ("probes has GET, which is one of the methods: no delivery by it would be read",)
    assert not flaws(top='methods = ["POST", "GET"]\nprobes = ["HEAD", "empty"]')


def test_a_profile_that_captures_reads_nothing():
    text = f'title = "Capture"\ncapture = true\n{TOKEN}\n'
    assert not text_flaws(text)
    assert text_flaws('title = "Capture"\ncapture = true')
    tables = {"document": "pick = 'each'", "read": 'number = "ref"', "status": STATUS}
    for name, keys in tables.items():
        assert text_flaws(f"{text}[{name}]\n{keys}") == (f"{name} is never used: with capture, nothing is read",)
