"""No two modules import each other, by however many others, and be it for their types alone."""

from __future__ import annotations

import grimp

# Rows and the door in front of them name each other's types: a membership is a row, and what it may see is asked
# by every set of rows. Nothing else may.
KNOT = ("clinic.access", "clinic.models")


def circles(graph: grimp.ImportGraph) -> list[list[str]]:
    """Every largest set of modules that all reach each other (Tarjan's algorithm, without recursion)."""
    imports = {one: sorted(graph.find_modules_directly_imported_by(one)) for one in sorted(graph.modules)}
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found = []
    for root in imports:
        if root in index:
            continue
        work = [(root, iter(imports[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        while work:
            one, rest = work[-1]
            for other in rest:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    work.append((other, iter(imports[other])))
                    break
                if other in stack:
                    low[one] = min(low[one], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[one])
                if low[one] == index[one]:
                    place = stack.index(one)
                    members, stack[place:] = stack[place:], []
                    if len(members) > 1:
                        found.append(sorted(members))
    return found


def test_finds_a_circle_through_a_third_module():
    graph = grimp.ImportGraph()
    for a, b in (("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")):
        graph.add_module(a)
        graph.add_module(b)
        graph.add_import(importer=a, imported=b)
    assert circles(graph) == [["a", "b", "c"]]


def test_no_circles():
    graph = grimp.build_graph("demo", "clinic", "patients", "courses", cache_dir=None)
    # The Celery app is found from the package, and reads its settings.
    graph.remove_import(importer="clinic", imported="clinic.celery")
    # A package that gathers its own modules is no circle with them.
    wrong = [one for one in circles(graph) if not all(name.startswith(KNOT) for name in one)]
    assert [one for one in wrong if not _is_gathered(one)] == []


def _is_gathered(members: list[str]) -> bool:
    return members[0] == "patients.models" and all(one.startswith("patients.models") for one in members)
