"""Columns of the user that nothing reads, or that leave none to the candidates."""

import pytest

from pipeline.errors import ConfigFileError

REFUSED = {
    "an_unknown_column": ("[itme]", "serving.user.0: no feature or score reads a column `itme`. Did you mean `item`?"),
    "every_column": ("[item, price]", "serving.user: must leave a column that features read to the candidates"),
    "twice": ("[item, item]", "serving: `user` must name a column once, got ['item'] twice."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_users_is_refused_at_its_place(load, name):
    columns, message = REFUSED[name]
    with pytest.raises(ConfigFileError) as error:
        load(("served\n", f"served\nserving: {{user: {columns}}}\n"))
    assert any(said.startswith(message) for _, said in error.value.located), error.value.located


def test_a_users_columns_are_read(load):
    assert load(("served\n", "served\nserving: {user: [item]}\n")).serving.user == ("item",)
    assert load().serving.user == ()
