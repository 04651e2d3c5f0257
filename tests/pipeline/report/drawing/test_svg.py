import re

from pipeline.report.drawing import figure, inline_svg
from pipeline.report.drawing.palette import INK, VARIABLES, task_color


def draw(key: str = "loss-click", label: str = "step") -> str:
    with figure(300, 200) as (made, axes):
        axes.plot([0, 1], [1, 2], color=task_color(2))
        axes.set_xlabel(label, color=INK)
        return str(inline_svg(made, key=key, title="a & b"))


def test_the_same_figure_gives_the_same_bytes():
    assert draw() == draw()


def test_it_is_one_element_with_a_name_and_without_a_date():
    text = draw()
    assert text.startswith("<svg ") and text.rstrip().endswith("</svg>")
    assert 'role="img" aria-label="a &amp; b"' in text
    assert "<metadata" not in text and "<!DOCTYPE" not in text and "dc:date" not in text


def test_colours_are_the_pages_own():
    text = draw()
    assert "var(--task-2)" in text and "var(--ink)" in text
    assert not [color for color in VARIABLES if color in text]


def test_ids_of_two_pictures_differ_and_each_reference_has_its_target():
    first, second = draw("roc-click"), draw("roc-buy")
    ids = [set(re.findall(r' id="([^"]*)"', text)) for text in (first, second)]
    assert ids[0] and ids[1] and not ids[0] & ids[1]
    for text, known in zip((first, second), ids, strict=True):
        assert set(re.findall(r'(?:url\(#|href="#)([^)"]+)', text)) == known


def test_text_is_text_escaped_and_never_mathematics():
    text = draw(label="$a$ <b> & c")
    assert ">$a$ &lt;b&gt; &amp; c</text>" in text
