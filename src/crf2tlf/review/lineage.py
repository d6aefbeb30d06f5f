"""The piece ``lineage``: which tables and outputs are made from which, from the forms to the tables of the report."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from crf2tlf.analysis.results import Output, Table
from crf2tlf.build import BuildResult
from crf2tlf.build.lineage import record_lineage, variable_lineage
from crf2tlf.build.tables import FormTable, Link
from crf2tlf.review.model import Review
from crf2tlf.rules.parse import RuleError, dotted, parse
from crf2tlf.spec.model import Rule
from crf2tlf.spec.output import OutputSpec

NodeKind = Literal["raw", "design", "sdtm", "adam", "table", "listing", "figure"]
LAYERS: dict[NodeKind, int] = {"raw": 0, "design": 0, "sdtm": 1, "adam": 2, "table": 3, "listing": 3, "figure": 3}
SWEEPS = 6


@dataclass(frozen=True)
class Node:
    """A table or an output; ``layer`` is where it stands from left to right."""

    id: str
    kind: NodeKind
    label: str
    records: int | None = None

    @property
    def layer(self) -> int:
        """0 for what is collected or planned, then tabulations, analysis datasets, outputs."""
        return LAYERS[self.kind]


@dataclass(frozen=True)
class Edge:
    """From a node to one that is made from it, by their places in the list of nodes.

    ``records`` are how many of its records became records there (0: values are looked up in it, nothing else; None:
    an output shows or analyses it); ``variables`` are those whose rules use it.
    """

    start: int
    end: int
    records: int | None
    variables: tuple[str, ...] = ()


def lineage_piece(review: Review) -> dict[str, Any]:
    """Return nodes as ``[id, kind, layer, label, records]`` and edges as ``[from, to, records, variables]``.

    The nodes of a layer are in the order in which few edges cross.
    """
    nodes, edges = lineage_graph(review)
    order = _uncrossed(nodes, edges)
    place = {old: new for new, old in enumerate(order)}
    moved = sorted(((place[e.start], place[e.end], e) for e in edges), key=lambda edge: edge[:2])
    return {
        "nodes": [[nodes[i].id, nodes[i].kind, nodes[i].layer, nodes[i].label, nodes[i].records] for i in order],
        "edges": [[start, end, edge.records, list(edge.variables)] for start, end, edge in moved],
    }


def lineage_graph(review: Review) -> tuple[list[Node], list[Edge]]:
    """Return all tables and outputs of a study, and what is made from what."""
    build = review.build
    nodes = [*_tables(build), *(Node(o.id, o.kind, o.title) for o in review.results.outputs)]
    tables = {node.id: at for at, node in enumerate(nodes) if node.layer < LAYERS["table"]}
    edges = [*_dataset_edges(build, tables), *_output_edges(review, tables)]
    return nodes, edges


def _tables(build: BuildResult) -> Iterator[Node]:
    for name, table in build.tables.items():
        if isinstance(table, FormTable):
            form = build.study.forms.get(name.removeprefix("raw."))
            label = (form.label if form else None) or name.partition(".")[2]
            yield Node(name, "raw" if form and name.startswith("raw.") else "design", label, table.size)
    for dataset in build.datasets.values():
        yield Node(dataset.name, "sdtm" if dataset.sdtm else "adam", dataset.label, dataset.size)


def _dataset_edges(build: BuildResult, places: dict[str, int]) -> Iterator[Edge]:
    known: dict[str, list[Link]] = {}
    for dataset in build.datasets.values():
        records = {link.table: len(link.rows) for link in record_lineage(build, dataset, known) if len(link.rows)}
        used = defaultdict(list)
        for variable, names in variable_lineage(build, dataset).items():
            for table in dict.fromkeys(_table_of(name, places) for name in names):
                if table is not None and table != dataset.name:
                    used[table].append(variable)
        for table in dict.fromkeys([*records, *used]):
            yield Edge(places[table], places[dataset.name], records.get(table, 0), tuple(used[table]))


def _table_of(name: str, places: dict[str, int]) -> str | None:
    """Return the table of ``AE.AETERM`` or ``raw.ae.AETERM``, or the table that is named itself; else None."""
    return next((table for table in (name, name.rpartition(".")[0]) if table in places), None)


def _output_edges(review: Review, tables: dict[str, int]) -> Iterator[Edge]:
    """Yield edges from the datasets that the analyses of an output use, or whose records a listing shows."""
    displays = {display.id: display for submission in review.submissions for display in submission.displays}
    outputs = review.build.study.outputs
    first = len(tables)
    for at, output in enumerate(review.results.outputs):
        analysed = displays[output.id].results if output.id in displays else ()
        names = [used.dataset for result in analysed for used in result.datasets]
        names += _listed(output, outputs.get(output.id))
        for name in dict.fromkeys(name for name in names if name in tables):
            yield Edge(tables[name], first + at, None)


def _listed(output: Output, spec: OutputSpec | None) -> Iterator[str]:
    """Yield the dataset of a listing, and those in which its columns look values up."""
    if isinstance(output.body, Table) and output.body.dataset:
        yield output.body.dataset
    if spec is not None and spec.listing is not None:
        for column in spec.listing.columns:
            if column.value is not None:
                yield from _qualified(column.value)


def _qualified(rule: Rule) -> Iterator[str]:
    """Yield the tables that a rule names, as in ``ADSL.AGE``."""
    try:
        tree = parse(rule)
    except RuleError:
        return
    for node in ast.walk(tree):
        name = dotted(node) if isinstance(node, ast.Attribute) else None
        if name:
            yield ".".join(name[:-1])


def _uncrossed(nodes: list[Node], edges: Iterable[Edge]) -> list[int]:
    """Return the nodes by layer, each layer in the order of the middles of its neighbours (Sugiyama's barycentres)."""
    layers: list[list[int]] = [[], [], [], []]
    for at, node in enumerate(nodes):
        layers[node.layer].append(at)
    neighbours = defaultdict(list)
    for edge in edges:
        if edge.records != 0 and nodes[edge.start].layer != nodes[edge.end].layer:
            neighbours[edge.start].append(edge.end)
            neighbours[edge.end].append(edge.start)
    # Outputs stay in the order of the report.
    for _ in range(SWEEPS):
        for layer in (2, 1, 0, 1, 2):
            share = {node: at / len(row) for row in layers for at, node in enumerate(row)}
            layers[layer].sort(key=lambda node: _middle(node, neighbours[node], share))
    return [node for row in layers for node in row]


def _middle(node: int, neighbours: list[int], share: dict[int, float]) -> float:
    return sum(share[other] for other in neighbours) / len(neighbours) if neighbours else share[node]
