"""Lists, buttons and suggestions as elements."""

from __future__ import annotations

from django.template import Context, Template
from django.utils.translation import gettext_lazy

PAIRS = [("a", gettext_lazy("First")), ("b", "Fish & <chips>")]


def render(tag, **values):
    return Template("{% load choosing %}" + f"{{% {tag} %}}").render(Context({"pairs": PAIRS, **values}))


def test_options_select_the_chosen_one_and_escape():
    assert render("options pairs 'b'") == (
        '<option value="a">First</option><option value="b" selected>Fish &amp; &lt;chips&gt;</option>'
    )


def test_options_of_numbers():
    assert render("options rows 1", rows=[(1, "one"), (2, "two")]) == (
        '<option value="1" selected>one</option><option value="2">two</option>'
    )


def test_radios_have_names_ids_and_one_check():
    html = render("radios 'before' pairs 'b' 'pain-step'")
    assert html.count('<label class="pain-step"><input type="radio" name="before"') == 2
    assert 'value="b" id="id_before_b" checked>' in html
    assert "autofocus" not in html


def test_first_radio_may_have_the_focus():
    html = render("radios 'before' pairs '' has_focus=True")
    assert html.count("autofocus") == 1
    assert html.index("autofocus") < html.index("id_before_b")


def test_radios_without_a_choice_have_none_checked():
    assert "checked" not in render("radios 'before' pairs ''")


def test_suggestions_carry_their_data_but_nothing_empty():
    rows = [
        ("GB20", "Fengchi, neck", (("name", "Fengchi"), ("say", ""))),
        ("GB21", "Jianjing", (("say", '"mind" it'),)),
    ]
    assert render("suggestions rows", rows=rows) == (
        '<option value="GB20" data-name="Fengchi">Fengchi, neck</option>'
        '<option value="GB21" data-say="&quot;mind&quot; it">Jianjing</option>'
    )
