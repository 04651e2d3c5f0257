"""Texts come back as they were written, and what is not there is said to be missing."""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFX takes long, and warns of itself.


def test_a_text_comes_back_from_a_folder_that_was_not_there(tmp_path):
    from components.texts import read_text, write_text

    folder = tmp_path / "run" / "report"
    write_text(str(folder), "a.json", '"40 \N{DEGREE SIGN}"\r\n')
    assert (folder / "a.json").read_bytes() == b'"40 \xc2\xb0"\r\n'
    assert read_text(str(folder), "a.json") == '"40 \N{DEGREE SIGN}"\r\n'


def test_what_is_not_there_is_said_to_be_missing(tmp_path):
    from components.texts import read_text

    with pytest.raises(FileNotFoundError, match=r"No such file or directory: .*a\.json"):
        read_text(str(tmp_path), "a.json")
