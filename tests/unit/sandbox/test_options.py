"""Each platform has its own options, on the command line or in the environment."""

import json

import pytest
from click.testing import CliRunner

from deploy.sandbox.__main__ import main
from deploy.sandbox.awalchat.platform import Awalchat
from deploy.sandbox.options import Option, resolve_options
from deploy.sandbox.platforms import PLATFORMS

AWALCHAT = ["--domain", "shop", "--client-id", "client", "--phone-number-id", "1", "--hmac-secret", "s3cret"]
CEKAT = ["--platform", "cekat", "--api-key", "k3y"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (AWALCHAT[2:], "awalchat requires --domain."),
        (["--platform", "awalchat", *AWALCHAT[:4]], "awalchat requires --hmac-secret, --phone-number-id."),
        ([*AWALCHAT, "--api-key", "k3y"], "awalchat does not have --api-key."),
        ([*AWALCHAT, "--answers", "other"], "awalchat does not have --answers."),
        (CEKAT[:2], "cekat requires --api-key."),
        ([*CEKAT, "--signed-path", "full"], "cekat does not have --signed-path."),
        ([*CEKAT, *AWALCHAT[4:]], "cekat does not have --hmac-secret, --phone-number-id."),
        ([*CEKAT, "--answers", "third"], "'third' is not one of 'usual', 'other'."),
        (["--platform", "third"], "'third' is not one of 'awalchat', 'cekat'."),
        ([*CEKAT, "--base-path", "api"], "must be empty, or a path such as /api/v1"),
    ],
)
def test_an_option_that_is_missing_or_wrong_for_the_platform_is_a_usage_error(options, message):
    result = CliRunner().invoke(main, options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not any(secret in result.output for secret in ("s3cret", "k3y"))


def test_an_option_in_the_environment_is_checked_like_one_on_the_command_line():
    result = CliRunner().invoke(main, ["--platform", "cekat"], env={"SANDBOX_HMAC_SECRET": "s3cret"})
    assert (result.exit_code, "cekat does not have --hmac-secret" in result.stderr) == (2, True)


def test_an_option_that_is_not_given_has_the_default_of_its_platform():
    options = {"plan": Option("…", "small"), "key": Option("…")}
    assert resolve_options(options, {"key": "k", "plan": None, "domain": None}) == {"plan": "small", "key": "k"}


@pytest.mark.parametrize(("shape", "outer"), [("usual", "success"), ("other", "message")])
def test_answers_chooses_the_shape_of_cekat_s_responses(shape, outer):
    platform = PLATFORMS["cekat"].from_options({"api_key": "k", "answers": shape}, None)
    order = platform.order_type.create({"id": 1, "order_number": "A-1", "created_at": 0, "updated_at": 0})
    assert outer in json.loads(platform.order_response(order, 200).data)


@pytest.mark.parametrize(("signed_path", "full"), [("full", True), ("after_base_url", False)])
def test_signed_path_chooses_the_part_of_the_path_that_is_signed(signed_path, full):
    values = {"domain": "d", "client_id": "c", "hmac_secret": "s", "phone_number_id": "1", "signed_path": signed_path}
    assert Awalchat.from_options(values, None).account.signs_full_path is full


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_base_path_that_is_given_replaces_the_default_even_if_it_is_empty(name):
    values = {key: option.default or "x" for key, option in PLATFORMS[name].options.items()}
    assert [PLATFORMS[name].from_options(values, path).base_path for path in ("/v9", "")] == ["/v9", ""]
