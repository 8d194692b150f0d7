"""A contract of import-linter that finds the files it speaks of by their names, wherever they are.

Import-linter's own wildcards stand for a whole name. Here `*_form` is every file whose name ends so.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

import grimp
from importlinter import Contract, ContractCheck, fields, output


class ByNameContract(Contract):
    """Files of some names are imported by files of some names alone.

    `names` are patterns of a file's own name, `importers` patterns of a whole dotted name. Files in `except_in`
    are not meant. `ignore_imports` lists single imports, and each must exist.
    """

    type_name = "by_name"

    names = fields.ListField(subfield=fields.StringField())
    importers = fields.ListField(subfield=fields.StringField())
    except_in = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    ignore_imports = fields.ListField(subfield=fields.StringField(), required=False, default=[])

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        """Every import of such a file from elsewhere."""
        ignored = set(self.ignore_imports)
        found = {
            f"{importer} -> {one}"
            for one in sorted(self.meant(graph.modules))
            for importer in sorted(graph.find_modules_that_directly_import(one))
            if not _is_like(importer, self.importers)
        }
        stale = sorted(ignored - found)
        return ContractCheck(
            kept=not (found - ignored or stale), metadata={"illegal": sorted(found - ignored), "stale": stale}
        )

    def meant(self, modules: Iterable[str]) -> set[str]:
        """The files that the contract speaks of."""
        return {
            one
            for one in modules
            if _is_like(one.rpartition(".")[2], self.names) and not _is_like(one, self.except_in)
        }

    def render_broken_contract(self, check: ContractCheck) -> None:
        """What breaks it."""
        for line in check.metadata["illegal"]:
            output.print_error(f"{line}: not allowed by the names of these files", bold=False)
        for line in check.metadata["stale"]:
            output.print_error(f"{line}: listed in ignore_imports, and there is no such import", bold=False)


def _is_like(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
