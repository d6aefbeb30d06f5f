// The list of patients: a grid of all subjects, searched and sorted, that leads to the patients' pages.
"use strict";

(() => {
  const { element, text } = crf2tlf;
  let data = null;
  let grid = null;

  async function run() {
    data = withChanges(await crf2tlf.load("subjects"), await crf2tlf.load("changes"));
    const rows = data.rows.map((row) => {
      const shown = Object.fromEntries(row.map((value, at) => [`c${at}`, value]));
      shown.found = row.filter((value, at) => value !== null && !isCount(at)).join("\u0000").toLowerCase();
      return shown;
    });
    grid = new Tabulator("#patients-grid", {
      data: rows,
      columns: columns(),
      maxHeight: "72vh",
      layout: "fitDataFill",
      renderHorizontal: "virtual",
      columnDefaults: { headerSortTristate: true, vertAlign: "middle" },
      placeholder: text("patients.none"),
    });
    grid.on("dataFiltered", (_, shown) => count(shown.length));
    await new Promise((built) => grid.on("tableBuilt", built));
    ready();
  }

  /** With an older cut given: how many records of each subject are new, gone or changed, in a column of its own. */
  function withChanges(subjects, changes) {
    if (!changes.given) return subjects;
    const changed = new Map(changes.subjects.map(([subject, added, removed, differing]) => [subject, added + removed + differing]));
    const column = { name: "n:changes", label: "", type: "number" };
    const [id, ...others] = subjects.columns;
    const rows = subjects.rows.map(([subject, ...values]) => [subject, changed.get(subject) || null, ...values]);
    return { ...subjects, columns: [id, column, ...others], rows };
  }

  const OWN = { "n:findings": ["site.findings", "patients.findings"], "n:changes": ["site.changes", "patients.changes"] };
  const isCount = (at) => data.columns[at].name.startsWith("n:");
  const heading = (column) => {
    if (OWN[column.name]) return text(OWN[column.name][0]);
    return column.name.startsWith("n:") ? column.name.slice(2) : column.name;
  };
  const explained = (column) => {
    if (OWN[column.name]) return text(OWN[column.name][1]);
    return column.name.startsWith("n:") ? text("patients.records_of", { label: column.label }) : column.label;
  };

  function columns() {
    return data.columns.map((column, at) => ({
      title: heading(column),
      titleFormatter: () => titled(column),
      field: `c${at}`,
      headerTooltip: explained(column),
      frozen: at === 0 && window.innerWidth > 640,
      sorter: column.type === "number" ? "number" : "string",
      hozAlign: column.type === "number" ? "right" : "left",
      headerHozAlign: column.type === "number" ? "right" : "left",
      formatter: at === 0 ? subject : column.name === "n:changes" ? changed : plain,
    }));
  }

  const titled = (column) =>
    element("span", { class: "patients-head" }, heading(column), column.name.startsWith("n:") ? null : element("span", { class: "column-label" }, column.label));

  const subject = (cell) => asCell(cell, element("a", { href: crf2tlf.patientPage(cell.getValue()) }, cell.getValue()));
  const changed = (cell) =>
    asCell(cell, cell.getValue() === null ? "" : element("a", { href: `changes.html?subject=${encodeURIComponent(cell.getData().c0)}` }, crf2tlf.number(cell.getValue())));
  const plain = (cell) => asCell(cell, document.createTextNode(cell.getValue() === null ? "" : String(cell.getValue())));

  function asCell(cell, content) {
    cell.getElement().setAttribute("role", "cell");
    return content;
  }

  /** A table for screen readers: nothing in it is edited, and links are reached with Tab. */
  function asTable() {
    const node = document.getElementById("patients-grid");
    node.setAttribute("role", "table");
    node.setAttribute("aria-label", text("site.patients"));
    for (const body of node.querySelectorAll(".tabulator-tableholder")) body.removeAttribute("tabindex");
    for (const column of node.querySelectorAll("[aria-title]")) column.removeAttribute("aria-title");
  }

  function ready() {
    asTable();
    count(data.rows.length);
    const search = document.getElementById("patients-search");
    const sort = document.getElementById("patients-sort");
    const direction = document.getElementById("patients-direction");
    crf2tlf.fill(sort, data.columns.map((column, at) => element("option", { value: `c${at}` }, at === 0 || !isCount(at) ? `${column.name} – ${column.label}` : explained(column))));
    const resort = () => grid.setSort(sort.value, direction.getAttribute("aria-pressed") === "true" ? "desc" : "asc");
    sort.addEventListener("change", resort);
    direction.addEventListener("click", () => {
      direction.setAttribute("aria-pressed", String(direction.getAttribute("aria-pressed") !== "true"));
      resort();
    });
    let waiting = null;
    search.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        const words = search.value.trim().toLowerCase().split(/\s+/).filter((word) => word);
        if (words.length) grid.setFilter((row) => words.every((word) => row.found.includes(word)));
        else grid.clearFilter();
      }, 120);
    });
    document.getElementById("patients-csv").addEventListener("click", () => {
      const shown = grid.getData("active").map((row) => data.columns.map((_, at) => row[`c${at}`]));
      crf2tlf.download("patients.csv", crf2tlf.csv([data.columns.map(heading), ...shown]), "text/csv");
    });
    crf2tlf.onLanguage(() => {
      grid.setColumns(columns());
      asTable();
      count(grid.getDataCount("active"));
    });
  }

  function count(shown) {
    document.getElementById("patients-count").textContent = text("patients.shown", { shown, all: data.rows.length });
  }

  document.addEventListener("DOMContentLoaded", () => crf2tlf.start(run));
})();
