"""Fills a page's form with what was typed, after a form was sent and not accepted."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from django.http import QueryDict
from django.utils.translation import gettext as _

from clinic.posting.owner import DRAFT, OWNER, SENT_KEY, SHOWN_VERSIONS, TOKEN
from clinic.typed.wall_clock import SUFFIX

# Fields where the new page has newer values than the sent form: tokens, and what the reader has seen.
FRESH = frozenset({TOKEN, OWNER, SENT_KEY, DRAFT, "seen", "seen_number", "shown"}) | SHOWN_VERSIONS
BUTTONS = frozenset({"submit", "button", "image", "reset"})
NEVER = frozenset({"password", "file"})
SECRET_WORDS = ("password", "secret")


@dataclass
class Refilled:
    """A page with what was typed, and the label of each field."""

    soup: BeautifulSoup
    form: Tag
    labels: dict[str, str] = field(default_factory=dict)
    # What the page shows in another version than the one that the form was filled in beside.
    changed: list[str] = field(default_factory=list)

    def html(self) -> str:
        """The page."""
        return str(self.soup)

    def say(self, headline: str, *sentences: str) -> None:
        """Show a notice above the fields; the device's draft stays out of a page that is filled in already."""
        notice = self.soup.new_tag("div", attrs={"class": "notice notice-stop", "role": "alert"})
        for number, text in enumerate((headline, *sentences, *self.changed)):
            line = self.soup.new_tag("p")
            line.append(_strong(self.soup, text) if number == 0 else text)
            notice.append(line)
        self.form.insert(0, notice)
        for meta in self.soup.find_all("meta", attrs={"name": "drafts"}):
            meta["data-sent-back"] = ""

    def link(self, url: str, words: str) -> None:
        """Add a link at the end of the notice."""
        line, anchor = self.soup.new_tag("p"), self.soup.new_tag("a", attrs={"href": url})
        anchor.string = words
        line.append(anchor)
        notice = self.form.find(class_="notice-stop")
        if notice is not None:
            notice.append(line)

    def point_at(self, names: set[str]) -> None:
        """Mark the fields with these names."""
        for control in self.form.find_all(["input", "select", "textarea"]):
            if control.get("name") in names and control.get("type") != "hidden":
                control["aria-invalid"] = "true"


def is_secret(name: str) -> bool:
    """Whether a field with this name is never shown again or passed on."""
    return any(word in name.lower() for word in SECRET_WORDS)


def refill(html: str, *, page: str, target: str, posted: QueryDict) -> Refilled | None:
    """The page at `page` with the form that is sent to `target` filled in; None if it has none."""
    soup = BeautifulSoup(html, "html.parser")
    form = _form(soup, page=page, target=target, posted=posted)
    if form is None:
        return None
    left = {name: list(values) for name, values in posted.lists() if name not in FRESH and not is_secret(name)}
    controls = [one for one in form.find_all(["input", "select", "textarea", "button"]) if one.get("name")]
    placed = {str(one["name"]) for one in controls}
    found = Refilled(soup, form, _labels(form))
    for control in controls:
        _fill(soup, control, left)
        sent = posted.get(str(control["name"]))
        if control.get("data-changed") and sent and sent != control.get("value"):
            found.changed.append(str(control["data-changed"]))
    _add_the_rest(found, {name: values for name, values in left.items() if name not in placed})
    return found


def _form(soup: BeautifulSoup, *, page: str, target: str, posted: QueryDict) -> Tag | None:
    """The form with this target; of several, the one with most of the fields that were sent."""

    def fits(form: Tag) -> bool:
        action = urlsplit(str(form.get("action") or "")).path or page
        return str(form.get("method", "")).lower() == "post" and action == target

    def n_known(form: Tag) -> int:
        return len({one.get("name") for one in form.find_all(["input", "select", "textarea"])} & posted.keys())

    return max((form for form in soup.find_all("form") if fits(form)), key=n_known, default=None)


def _fill(soup: BeautifulSoup, control: Tag, left: dict[str, list[str]]) -> None:
    name, kind = str(control["name"]), str(control.get("type", "text")).lower()
    if name in FRESH or control.name == "button" or kind in BUTTONS:
        return
    if kind in NEVER or is_secret(name):
        if kind == "file":
            control.insert_after(
                _strong(soup, _("Choose the file again. A form that was not saved does not keep its files."))
            )
        return
    values = left.get(name, [])
    if kind in {"checkbox", "radio"} and control.name == "input":
        _set(control, "checked", str(control.get("value", "on")) in values)
    elif control.name == "select":
        _choose(soup, control, values)
    elif values:
        # Fields with the same name keep the order in which they were sent.
        value = values.pop(0) if len(values) > 1 else values[0]
        if control.name == "textarea":
            control.string = value
        else:
            control["value"] = value
    if kind != "hidden":
        for fold in control.find_parents("details"):
            fold["open"] = ""


def _choose(soup: BeautifulSoup, select: Tag, values: list[str]) -> None:
    offered = set()
    for option in select.find_all("option"):
        value = str(option.get("value", option.get_text()))
        offered.add(value)
        _set(option, "selected", value in values)
    for value in values:
        if value not in offered:
            option = soup.new_tag("option", attrs={"value": value, "selected": ""})
            option.string = value
            select.append(option)


def _add_the_rest(found: Refilled, rest: dict[str, list[str]]) -> None:
    """Show and send along what the page has no field for."""
    rows = [(name, value) for name, values in rest.items() for value in values if value and name[:1] != "_"]
    rows = [(name, value) for name, value in rows if name not in {"go", "set", "try", "copy", "add_rows"}]
    rows = [(name, value) for name, value in rows if not name.endswith(SUFFIX)]
    if not rows:
        return
    group = found.soup.new_tag("fieldset")
    legend = found.soup.new_tag("legend")
    legend.string = _("Also typed")
    group.append(legend)
    for name, value in rows:
        label = found.soup.new_tag("label", attrs={"class": "field"})
        words = found.soup.new_tag("span")
        words.string = name.replace("-", " ").replace("_", " ")
        label.append(words)
        label.append(found.soup.new_tag("input", attrs={"name": name, "value": value}))
        group.append(label)
    found.form.append(group)


def _labels(form: Tag) -> dict[str, str]:
    """The label of each field on the page, otherwise that of its group."""
    by_id = {str(one["for"]): one for one in form.find_all("label") if one.get("for")}
    found: dict[str, str] = {}
    for control in form.find_all(["input", "select", "textarea"]):
        name = str(control.get("name", ""))
        if not name or control.get("type") == "hidden" or name in found:
            continue
        group = control.find_parent("fieldset")
        legend = group.find("legend") if group else None
        is_choice = control.get("type") in {"radio", "checkbox"}
        label = by_id.get(str(control.get("id", ""))) or control.find_parent("label")
        chosen = legend if is_choice and legend is not None else label or legend
        text = chosen.get_text(" ", strip=True) if chosen is not None else str(control.get("aria-label", ""))
        found[name] = text.rstrip(":") or name
    return found


def _strong(soup: BeautifulSoup, text: str) -> Tag:
    strong = soup.new_tag("strong")
    strong.string = text
    return strong


def _set(tag: Tag, attribute: str, is_on: bool) -> None:  # noqa: FBT001
    if is_on:
        tag[attribute] = ""
    elif attribute in tag.attrs:
        del tag[attribute]
