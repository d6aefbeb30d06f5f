"""What names mean in the rules of hints: columns of the record, columns of other forms, the subject's time line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from crf2tlf.build.form_rules import FormNames
from crf2tlf.findings import nearest
from crf2tlf.rules.node import Column
from crf2tlf.rules.parse import RuleError
from crf2tlf.rules.scope import Ref

if TYPE_CHECKING:
    from crf2tlf.simulate.world import World


class HintNames(FormNames):
    """Names in a hint: those of the record's form first (hidden values too), then raw.form.COLUMN, timeline.START …"""

    def __init__(self, world: World, table: str) -> None:
        self.world = world
        self.dataset = table
        self._constants = world.study.constants

    def bare(self, name: str) -> Column:
        return self.member(self.dataset, name, "source")

    source = bare

    def table(self, parts: tuple[str, ...]) -> str | None:
        name = ".".join(parts[:2]) if parts[0] in ("raw", "study") else parts[0]
        return name if name in self.world.tables else None

    def tables(self) -> Iterable[str]:  # type: ignore[override]
        return tuple(self.world.tables)

    def member(self, table: str, variable: str, where: Any = "other") -> Column:
        known = self.world.members(table)
        if variable not in known:
            shown = "" if table == self.dataset else f"{table}."
            raise RuleError("RULE_NAME", f"unknown name {shown}{variable}{nearest(variable, known)}")
        kind, formats = known[variable]
        return Column(Ref(table, variable), where, kind, formats)
