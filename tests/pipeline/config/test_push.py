"""Where and how a model is pushed cannot be anything."""

import pytest

from pipeline.errors import ConfigFileError

REFUSED = {
    "keep: 1": "`keep` must be 2 or more with `serve: newest`, got 1.",
    "keep: 3\n  serve: canary": "`keep` must be 4 or more with `serve: canary`, got 3.",
    "server_path: models": "`server_path` must start with /, got 'models': TF Serving wants it whole.",
    "copy_to: bucket/served": "`copy_to` must be a URL such as gs://bucket/served, got 'bucket/served': "
    "stores known are gs://, s3://, abfss://.",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_is_refused(load, text):
    with pytest.raises(ConfigFileError) as error:
        load(("served\n", f"served\n  {text}\n"))
    assert [said for _, said in error.value.located] == [f"push: {REFUSED[text]}"]


def test_all_of_it_is_said_at_once(load):
    with pytest.raises(ConfigFileError) as error:
        load(("served\n", "served\n  keep: 0\n  server_path: models\n  copy_to: s3:/bucket\n"))
    assert [said.split("`")[1] for _, said in error.value.located] == ["keep", "server_path", "copy_to"]
