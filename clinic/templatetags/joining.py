"""`{% joined %}`: text that is written on several lines and shown as one, where a space would be wrong.

    {% joined %}
        {{ needling }}
        {% if needling.depth_mm %}, {{ needling.depth_mm }} mm{% endif %}
    {% endjoined %}

Line breaks and the indentation beside them are dropped when the template is read; spaces within a line stay.
Between the attributes of an element a line break is a space, as usual.
"""

import re
from typing import Any

from django import template
from django.template.base import Node, NodeList, Parser, TextNode, Token
from django.utils.safestring import SafeString

register = template.Library()
PARTS = re.compile(r"(?P<opens><(?=[A-Za-z/]))|(?P<closes>>)|(?P<line_break>\s*\n\s*)")


class JoinedNode(Node):
    """The content between the tags."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Any) -> SafeString:
        """The parts, one after the other."""
        return self.nodelist.render(context)


@register.tag
def joined(parser: Parser, token: Token) -> JoinedNode:
    """Drop the line breaks of everything up to `endjoined`."""
    nodelist = parser.parse(("endjoined",))
    parser.delete_first_token()
    is_in_element = False

    def replaced(part: re.Match[str]) -> str:
        nonlocal is_in_element
        if part["line_break"]:
            return " " if is_in_element else ""
        is_in_element = bool(part["opens"])
        return part.group()

    for text in nodelist.get_nodes_by_type(TextNode):
        if isinstance(text, TextNode):
            text.s = PARTS.sub(replaced, text.s)
    return JoinedNode(nodelist)
