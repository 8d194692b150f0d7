"""Every text of the code that goes through gettext, as gettext looks it up."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.template import Engine, Template
from django.template.base import Node
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

Text = str | tuple[str, str]
_SINGULAR = frozenset({"_", "gettext", "gettext_lazy", "gettext_noop"})
_PLURAL = frozenset({"ngettext", "ngettext_lazy"})


def texts_of_python(source: str) -> Iterator[Text]:
    """The texts of one module; singular and plural where there are both."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        given = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if name in _SINGULAR and given:
            yield given[0]
        elif name in _PLURAL and len(given) >= 2:
            yield given[0], given[1]


def texts_of_template(path: Path) -> Iterator[Text]:
    """The texts of one template."""
    template = Template(path.read_text(encoding="utf-8"), engine=Engine.get_default())
    yield from _texts_of_nodes(template.nodelist.get_nodes_by_type(Node))


def _texts_of_nodes(nodes: Any) -> Iterator[Text]:
    for node in nodes:
        if isinstance(node, TranslateNode):
            text = getattr(node.filter_expression.var, "literal", None)
            if isinstance(text, str):
                yield text.replace("%", "%%")
        elif isinstance(node, BlockTranslateNode):
            singular = node.render_token_list(node.singular)[0]
            yield (singular, node.render_token_list(node.plural)[0]) if node.plural else singular


def texts_of(root: Path, apps: list[str]) -> set[Text]:
    """Every text of the apps and of all templates."""
    found: set[Text] = set()
    for app in apps:
        for path in (root / app).rglob("*.py"):
            if "migrations" not in path.parts:
                found.update(texts_of_python(path.read_text(encoding="utf-8")))
    for path in (root / "templates").rglob("*.*"):
        if path.suffix in {".html", ".txt"}:
            found.update(texts_of_template(path))
    return found
