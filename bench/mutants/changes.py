"""Small changes in a module's source; some test should notice each of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}
ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "+"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """A range of bytes of a source file, and what replaces it."""

    start: int
    end: int
    line: int
    before: str
    after: str

    def apply(self, source: bytes) -> bytes:
        """The changed source."""
        return source[: self.start] + self.after.encode() + source[self.end :]


def changes_of(source: bytes) -> list[Change]:
    """Every change of a source that still compiles, in the order of its lines.

    Left out: types, docstrings, decorators, the text of messages, and class declarations for Django.
    """
    finder = _Finder(source)
    finder.visit(ast.parse(source))
    return sorted((one for one in finder.found if _compiles(one.apply(source))), key=lambda one: one.start)


def _compiles(source: bytes) -> bool:
    try:
        compile(source, "changed", "exec")
    except SyntaxError:
        return False
    return True


class _Finder(ast.NodeVisitor):
    """Walks through function bodies; everything outside them is data."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.found: list[Change] = []
        lengths = [len(line) for line in source.splitlines(keepends=True)]
        self.starts = [0, *(sum(lengths[: n + 1]) for n in range(len(lengths)))]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        for statement in body:
            self._statement(statement)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                self.visit(statement)

    def visit_Module(self, node: ast.Module) -> None:
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                self.visit(statement)

    def _statement(self, statement: ast.stmt) -> None:
        for node in ast.walk(statement):
            for start, end, after in self._places(node):
                before = self.source[start:end].decode()
                self.found.append(Change(start, end, self._line_of(start), before, after))

    def _places(self, node: ast.AST) -> Iterator[tuple[int, int, str]]:
        match node:
            case ast.Compare():
                yield from self._comparisons(node)
            case ast.BoolOp(values=values, op=op):
                words = ("and", "or") if isinstance(op, ast.And) else ("or", "and")
                for left, right in pairwise(values):
                    yield from self._between(left, right, *words)
            case ast.BinOp(left=left, right=right, op=op) if type(op) in ARITHMETIC:
                yield from self._between(left, right, *ARITHMETIC[type(op)])
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield self._start(node), self._start(operand), ""
            case ast.Constant(value=bool(value)):
                yield self._start(node), self._end(node), str(not value)
            case ast.Constant(value=int(value)):
                yield self._start(node), self._end(node), str(value + 1)
            case ast.Return(value=ast.expr() as value) if not _is_nothing(value):
                yield self._start(value), self._end(value), "None"
            case ast.Expr(value=ast.Call()):
                yield self._start(node), self._end(node), "pass"

    def _comparisons(self, node: ast.Compare) -> Iterator[tuple[int, int, str]]:
        for (left, right), op in zip(pairwise([node.left, *node.comparators]), node.ops, strict=True):
            yield from self._between(left, right, *COMPARISONS[type(op)])

    def _between(self, left: ast.expr, right: ast.expr, before: str, after: str) -> Iterator[tuple[int, int, str]]:
        """The operator between its sides, without brackets and line ends."""
        start, end = self._end(left), self._start(right)
        at = self.source.find(before.encode(), start, end)
        if at >= 0:
            yield at, at + len(before), after

    def _start(self, node: ast.AST) -> int:
        return int(self.starts[node.lineno - 1] + node.col_offset)  # type: ignore[attr-defined]

    def _end(self, node: ast.AST) -> int:
        return int(self.starts[node.end_lineno - 1] + node.end_col_offset)  # type: ignore[attr-defined]

    def _line_of(self, place: int) -> int:
        return self.source.count(b"\n", 0, place) + 1


def _is_nothing(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value in {None, True, False}
