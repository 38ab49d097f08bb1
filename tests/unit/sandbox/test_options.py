"""Each platform is told its own options, by the command line or the environment: no more, and no fewer."""

import json

import pytest
from click.testing import CliRunner

from deploy.sandbox.__main__ import main
from deploy.sandbox.awalchat.platform import Awalchat
from deploy.sandbox.options import Option, own_options
from deploy.sandbox.platforms import PLATFORMS

AWALCHAT = ["--domain", "shop", "--client-id", "client", "--phone-number-id", "1", "--hmac-secret", "s3cret"]
CEKAT = ["--platform", "cekat", "--api-key", "k3y"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (AWALCHAT[2:], "Of awalchat: it requires --domain."),
        (["--platform", "awalchat", *AWALCHAT[:4]], "Of awalchat: it requires --hmac-secret, --phone-number-id."),
        ([*AWALCHAT, "--api-key", "k3y"], "Of awalchat: it has no --api-key."),
        ([*AWALCHAT, "--answers", "other"], "Of awalchat: it has no --answers."),
        (CEKAT[:2], "Of cekat: it requires --api-key."),
        ([*CEKAT, "--signed-path", "full"], "Of cekat: it has no --signed-path."),
        ([*CEKAT, *AWALCHAT[4:]], "Of cekat: it has no --hmac-secret, --phone-number-id."),
        ([*CEKAT, "--answers", "third"], "'third' is not one of 'usual', 'other'."),
        (["--platform", "third"], "'third' is not one of 'awalchat', 'cekat'."),
        ([*CEKAT, "--base-path", "api"], "it is empty or like /api/v1"),
    ],
)
def test_an_option_that_the_platform_lacks_or_does_not_have_is_a_usage_error(options, says):
    result = CliRunner().invoke(main, options)
    assert result.exit_code == 2
    assert says in result.stderr
    assert not any(secret in result.output for secret in ("s3cret", "k3y"))


def test_the_environment_is_judged_as_the_command_line_is():
    result = CliRunner().invoke(main, ["--platform", "cekat"], env={"SANDBOX_HMAC_SECRET": "s3cret"})
    assert (result.exit_code, "it has no --hmac-secret" in result.stderr) == (2, True)


def test_an_option_that_is_not_told_has_its_platform_s_own_default():
    own = {"plan": Option("…", "small"), "key": Option("…")}
    assert own_options(own, {"key": "k", "plan": None, "domain": None}) == {"plan": "small", "key": "k"}


@pytest.mark.parametrize(("answers", "outer"), [("usual", "success"), ("other", "message")])
def test_cekat_is_told_which_shape_to_speak(answers, outer):
    platform = PLATFORMS["cekat"].open({"api_key": "k", "answers": answers}, None)
    order = platform.orders.create({"id": 1, "order_number": "A-1", "created_at": 0, "updated_at": 0})
    assert outer in json.loads(platform.answer(order, 200).data)


@pytest.mark.parametrize(("signed_path", "full"), [("full", True), ("after_base_url", False)])
def test_awalchat_is_told_what_of_the_path_is_signed(signed_path, full):
    told = {"domain": "d", "client_id": "c", "hmac_secret": "s", "phone_number_id": "1", "signed_path": signed_path}
    assert Awalchat.open(told, None).account.signs_full_path is full


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_base_path_that_is_given_holds_an_empty_one_too(name):
    told = {key: option.default or "x" for key, option in PLATFORMS[name].options.items()}
    assert [PLATFORMS[name].open(told, path).base_path for path in ("/v9", "")] == ["/v9", ""]
