"""`{% joined %}`: written on several lines, shown on one."""

from django.template import Context, Template


def shown(text: str, **values: object) -> str:
    return Template("{% load joining %}" + text).render(Context(values))


def test_line_breaks_and_indentation_are_dropped():
    assert shown("{% joined %}\n  a\n  {% if b %}, {{ b }}{% endif %}\n{% endjoined %}", b="c") == "a, c"


def test_spaces_within_a_line_stay():
    assert (
        shown("{% joined %}\n  a b\n  {% if c %}{{ ' ' }}({{ c }}){% endif %}\n{% endjoined %}", c="d")
        == "a b (d)"
    )


def test_every_branch_and_loop_is_joined():
    branches = "{% if n %}\n    {{ n }}\n  {% else %}\n    -\n  {% endif %}"
    assert (
        shown(f"{{% joined %}}{{% for n in ns %}}\n{branches}\n{{% endfor %}}{{% endjoined %}}", ns=[1, 0, 2])
        == "1-2"
    )


def test_what_a_value_says_is_left_alone():
    assert shown("{% joined %}\n  {{ a }}\n{% endjoined %}", a="one\n two") == "one\n two"


def test_text_outside_keeps_its_lines():
    assert shown("a\n{% joined %}\nb\n{% endjoined %}\nc") == "a\nb\nc"


def test_attributes_stay_apart():
    link = "<a class='b'\n   href='{{ url }}'\n   {% if c %}hidden{% endif %}>\n  d\n</a>"
    page = shown(f"{{% joined %}}\n{link}\n{{% endjoined %}}", url="/e/", c=True)
    assert page == "<a class='b' href='/e/' hidden>d</a>"
