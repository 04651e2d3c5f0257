"""Plain mappings become dataclasses, with every problem named and placed."""

import dataclasses
import enum
from typing import Literal

import pytest

from models.binding import bind, bind_or_raise, unbind
from models.errors import ConfigError, raise_if_any


class Shape(enum.Enum):
    ROUND = "round"
    SQUARE = "square"


@dataclasses.dataclass(frozen=True)
class Cat:
    name: str
    lives: int = 9
    kind: Literal["cat"] = "cat"

    def __post_init__(self) -> None:
        raise_if_any("cat", [] if self.lives > 0 else [f"`lives` must be positive, got {self.lives}."])


@dataclasses.dataclass(frozen=True)
class Dog:
    name: str = "Rex"
    kind: Literal["dog"] = "dog"


@dataclasses.dataclass(frozen=True)
class House:
    pets: tuple[Cat | Dog, ...] = ()
    rooms: dict[str, float] = dataclasses.field(default_factory=dict)
    shape: Shape = Shape.ROUND
    age: int | None = None


def test_a_round_trip_is_the_identity():
    house = House((Cat("Tom", 7), Dog()), {"hall": 2.5}, Shape.SQUARE, 3)
    assert bind_or_raise(House, unbind(house)) == house


def test_a_bare_name_stands_for_its_discriminator():
    assert bind_or_raise(House, {"pets": ["dog"]}).pets == (Dog(),)


def test_an_integer_is_a_number_but_a_boolean_is_no_integer():
    assert bind_or_raise(House, {"rooms": {"hall": 2}}).rooms == {"hall": 2.0}
    _, problems = bind(House, {"age": True})
    assert [problem.message for problem in problems] == ["must be an integer, got True."]


def test_all_problems_come_at_once_with_their_paths():
    given = {
        "pets": [{"kind": "cat", "name": "Tom", "lives": 0}, {"kind": "cat"}, {"kind": "bird"}],
        "shpe": "round",
        "shape": "rond",
        "rooms": {"hall": "big"},
    }
    _, problems = bind(House, given)
    assert {problem.path: problem.message for problem in problems} == {
        ("shpe",): "`shpe` is not a key here. Did you mean `shape`?",
        ("pets", 0): "`lives` must be positive, got 0.",
        ("pets", 1): "`name` is missing: it has no default, so write it.",
        ("pets", 2, "kind"): "must be one of the known names, got 'bird'. Known: `cat`, `dog`.",
        ("shape",): "must be one of the known names, got 'rond'. Did you mean `round`?",
        ("rooms", "hall"): "must be a number, got 'big'.",
    }


def test_a_misspelt_key_is_not_missing_too_and_a_bare_name_is_wrong_where_it_stands():
    _, problems = bind(House, {"pets": [{"kind": "cat", "nmae": "Tom"}, {"kind": "cat", "colour": 3}, "bird"]})
    assert [(problem.path, problem.message) for problem in problems] == [
        (("pets", 0, "nmae"), "`nmae` is not a key here. Did you mean `name`?"),
        (("pets", 1, "colour"), "`colour` is not a key here. Known: `kind`, `lives`, `name`."),
        (("pets", 1), "`name` is missing: it has no default, so write it."),
        (("pets", 2), "must be one of the known names, got 'bird'. Known: `cat`, `dog`."),
    ]


def test_an_unknown_key_does_not_stop_the_rest_from_being_read():
    value, problems = bind(House, {"agge": 1, "age": 2})
    assert value == House(age=2)
    assert len(problems) == 1


@pytest.mark.parametrize("given", [None, 3, "x", []])
def test_what_is_no_mapping_is_refused(given):
    with pytest.raises(ConfigError, match="must be a mapping"):
        bind_or_raise(House, given)


def test_a_number_for_a_string_names_the_quotes():
    _, problems = bind(Dog, {"name": 5})
    assert problems[0].message == "must be a string, got 5. Put it in quotes if that is its text."


def test_a_power_of_ten_is_a_number_as_in_yaml_1_2():
    @dataclasses.dataclass(frozen=True)
    class Rate:
        rate: float

    for text, value in (("1e-9", 1e-9), ("-3E4", -3e4)):
        assert bind(Rate, {"rate": text}) == (Rate(value), [])
    assert bind(Rate, {"rate": "1e"})[0] is None
