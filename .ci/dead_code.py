"""Names that nobody uses, in code or templates: `python .ci/dead_code.py` prints them and fails.

vulture reads only Python names. It also gets the names in templates, and every text that is a name or a
dotted path (settings, form fields, tasks). Names used only by tests count as unused; columns and choices are data.
"""

import ast
import re
import sys
import tomllib
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).parents[1]
CODE = ["demo", "clinic", "patients", "courses", "bench", "docs", "manage.py"]
TEMPLATE_PARTS = re.compile(r"{[{%](.*?)[%}]}", re.DOTALL)
NAME = re.compile(r"\b[A-Za-z_][A-Za-z0-9_]*\b")
PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*([.:][A-Za-z_][A-Za-z0-9_]*)*")


def names_in_templates() -> set[str]:
    """Every word between the braces of a page or mail, and every word of a letter."""
    files = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    texts = [path.read_text(encoding="utf-8") for path in files]
    letters = [text for path, text in zip(files, texts, strict=True) if path.suffix == ".typ"]
    inside = [part for text in texts for part in TEMPLATE_PARTS.findall(text)]
    return {name for text in (*inside, *letters) for name in NAME.findall(text)}


def names_in_text() -> set[str]:
    """The parts of every string in the code that is a name or a dotted path."""
    found: set[str] = set()
    for folder in CODE:
        for path in (ROOT / folder).rglob("*.py") if folder != "manage.py" else [ROOT / folder]:
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and PATH.fullmatch(node.value):
                    found.update(NAME.findall(node.value))
    return found


def is_data(path: Path, kind: str) -> bool:
    """Whether it is a setting, a column of a table or a choice: used by the framework or stored in a table."""
    return kind == "variable" and (path.name in {"settings.py", "formats.py"} or "models" in path.parts)


def main() -> int:
    """Print unused names with their places."""
    allowed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["vulture"]
    finder = Vulture(ignore_names=allowed["ignore_names"], ignore_decorators=allowed["ignore_decorators"])
    finder.scavenge([str(ROOT / part) for part in CODE], exclude=["*/migrations/*"])
    finder.used_names.update(names_in_templates() | names_in_text())
    places = [(Path(item.filename).relative_to(ROOT), item) for item in finder.get_unused_code(min_confidence=60)]
    unused = [(path, item) for path, item in places if not is_data(path, item.typ)]
    for path, item in unused:
        sys.stdout.write(f"{path}:{item.first_lineno}: unused {item.typ} {item.name}\n")
    return 1 if unused else 0


if __name__ == "__main__":
    sys.exit(main())
