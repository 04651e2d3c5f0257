import pytest

from pipeline.report import numbers

THIN, MINUS = "\N{NARROW NO-BREAK SPACE}", "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 %"),
        (0.00003, "< 0.01 %"),
        (0.0047, "0.47 %"),
        (0.062, "6.2 %"),
        (0.5, "50.0 %"),
        (0.99995, "> 99.99 %"),
        (1, "100 %"),
    ],
)
def test_a_share_is_0_or_100_percent_only_when_it_is(value, text):
    assert numbers.share(value) == text.replace(" ", THIN)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.68024, "0.6802"),
        (0, "0.0000"),
        (-0.2, "-0.2000"),
        (1234.567, "1,234.57"),
        (2.5e9, "2.5e+09"),
        (1e-7, "1e-07"),
    ],
)
def test_a_measure_keeps_digits_that_matter(value, text):
    assert numbers.measure(value) == text.replace("-", MINUS)


@pytest.mark.parametrize(("value", "text"), [(0.0183, "+0.0183"), (-0.0416, "-0.0416"), (0.0, "0.0000")])
def test_a_change_carries_its_sign(value, text):
    assert numbers.signed(value) == text.replace("-", MINUS)


def test_a_change_too_small_for_four_decimals_is_not_shown_as_none():
    assert numbers.signed(-2e-6) == f"{MINUS}2e{MINUS}06"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.02, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (3725, "62 min 05 s")],
)
def test_a_duration_never_shows_sixty_seconds(value, text):
    assert numbers.duration(value).replace(THIN, " ") == text


@pytest.mark.parametrize(("value", "text"), [(950, "950"), (52_300, "52.3 k"), (1_234_567, "1.23 M"), (2e9, "2 G")])
def test_large_numbers_get_a_unit(value, text):
    assert numbers.compact(value).replace(THIN, " ") == text


@pytest.mark.parametrize(("value", "text"), [(3.0, "3"), (12.334, "12.33"), (-0.5, "-0.5"), (2_000_000.0, "2e+06")])
def test_a_columns_value_is_whole_where_it_can_be(value, text):
    assert numbers.tidy(value) == text.replace("-", MINUS)
