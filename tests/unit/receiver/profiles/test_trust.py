"""How far a source can be trusted: by what its strongest method covers."""

import pytest

from tests.support.invented import flaws, profile
from webhook_receiver.profiles.schema.trust import Trust, partly_signed, trust_of

METHODS = {
    "body": '[auth.body]\nkind = "hmac"\nfrom = "header:X"\n',
    "digest": '[auth.digest]\nkind = "digest"\nfrom = "header:X"\nmessage = "{secret}{body}"\n',
    "fields": '[auth.fields]\nkind = "hmac"\nfrom = "header:X"\nmessage = "{field:ref}"\n',
    "nothing": '[auth.nothing]\nkind = "digest"\nfrom = "header:X"\nmessage = "{secret}{method}"\n',
    "token": '[auth.token]\nkind = "static"\nfrom = "header:X"\n',
    "login": '[auth.login]\nkind = "basic"\n',
    "field": '[auth.field]\nkind = "static"\nfrom = "body:token"\n',
    "url": '[auth.url]\nkind = "static"\nfrom = "query:token"\n',
}
ALL = profile(auth="".join(METHODS.values()), read='number = "ref"\nkey = ["ref"]')


@pytest.mark.parametrize(
    ("names", "trust"),
    [
        (["body"], Trust.SIGNED),
        (["digest"], Trust.SIGNED),
        (["fields"], Trust.PARTLY),
        (["nothing"], Trust.BEARER),
        (["token"], Trust.BEARER),
        (["login"], Trust.BEARER),
        (["field"], Trust.BEARER),
        (["url"], Trust.URL),
        (["url", "token", "fields"], Trust.PARTLY),
        (["token", "body"], Trust.SIGNED),
        (["token", "url"], Trust.BEARER),
    ],
)
def test_the_strongest_method_with_secrets_counts(names: list[str], trust: Trust):
    assert trust_of(ALL, names) is trust


def test_a_signed_field_that_is_the_whole_document_covers_all_of_it():
    chosen = profile(auth=METHODS["fields"].replace("ref", "payload"), document='unwrap = "payload"')
    assert trust_of(chosen, ["fields"]) is Trust.SIGNED


def test_the_fields_that_each_method_covers_are_known():
    assert partly_signed(ALL) == {"fields": {"ref"}}


def test_a_field_of_each_element_cannot_be_signed_because_only_one_of_them_would_be():
    found = flaws(
        auth=METHODS["fields"].replace("ref", "items[].ref"),
        document='each = "items[]"',
        read='number = "items[].ref"\nkey = ["items[].ref"]',
    )
    assert found == ("auth.fields.message must name single fields, without []",)
