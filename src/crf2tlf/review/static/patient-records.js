// All records of a patient, table by table: what was collected, tabulations, analysis datasets.
"use strict";

crf2tlf.patientRecords = (() => {
  const { element, text } = crf2tlf;
  const PARTS = [
    ["raw", (table) => table.kind === "raw"],
    ["sdtm", (table) => table.kind === "sdtm" && !table.helper],
    ["adam", (table) => table.kind === "adam" && !table.helper],
    ["helper", (table) => table.helper],
  ];
  let patient = null;
  const panels = new Map(); // by table: its details element

  const anchorOf = (table) => table.name.replace(/\./g, "_");

  function show(shown) {
    patient = shown;
    const place = document.getElementById("records");
    const parts = PARTS.map(([part, takes]) => ({ part, tables: patient.tables.filter(takes) })).filter(({ tables }) => tables.length);
    crf2tlf.fill(
      place,
      element("div", { class: "records-tools no-print" }, filterBox(), parts.map(jumps)),
      parts.map(({ part, tables }) => [element("h3", { text: { key: `patient.part_${part}` } }), tables.map(panelOf)]),
    );
    window.addEventListener("hashchange", follow);
    window.addEventListener("beforeprint", () => panels.forEach((panel) => panel.open && fillPanel(panel)));
    follow();
  }

  function jumps({ part, tables }) {
    const links = tables.map((table) => element("li", null, element("a", { class: "chip", href: `#${anchorOf(table)}`, title: table.label }, table.name, element("span", { class: "soft" }, ` ${patient.records(table.name).length}`))));
    return element("ul", { class: "chips", "aria-label": { key: `patient.part_${part}` } }, links);
  }

  // ---- a table -------------------------------------------------------------------------------------------------

  function panelOf(table) {
    const count = patient.records(table.name).length;
    const panel = element(
      "details",
      { class: "table-panel", id: anchorOf(table), ontoggle: () => panel.open && fillPanel(panel) },
      element("summary", null, element("span", { class: "table-name" }, table.name), ` ${table.label} `, element("span", { class: "badge" }, crf2tlf.number(count))),
    );
    panels.set(table.name, panel);
    panel.dataset.table = table.name;
    return panel;
  }

  /** Make the rows of a table when it is opened first. */
  function fillPanel(panel) {
    if (panel.dataset.filled) return;
    panel.dataset.filled = "yes";
    const table = patient.described.get(panel.dataset.table);
    const records = patient.records(table.name);
    const shown = new Set(table.columns.filter((_, at) => records.some((record) => record.row[at] !== null)).map((column) => column.name));
    const columns = table.columns.map((column, at) => ({ column, at })).filter(({ column }) => shown.has(column.name) && !isSubject(table, column.name) && !records.every((record) => patient.isCopied(record, column.name)));
    const hidden = table.columns.length - columns.length;
    const head = element(
      "tr",
      null,
      element("th", { scope: "col" }, element("span", { text: { key: table.kind === "raw" ? "patient.col_line" : "patient.col_record" } })),
      table.kind === "raw" ? element("th", { scope: "col", text: { key: "patient.col_fate" } }) : null,
      columns.map(({ column }) => element("th", { scope: "col", title: column.label }, column.name, element("span", { class: "column-label" }, column.label))),
    );
    const width = columns.length + (table.kind === "raw" ? 2 : 1);
    const body = element("tbody", null, records.map((record) => rowOf(record, columns, width)));
    panel.append(
      element("p", { class: "soft table-note" }, hidden ? element("span", { text: { key: "patient.columns_hidden", values: { count: hidden } } }) : null, " ", element("a", { href: crf2tlf.datasetPage(table.name, { subject: patient.subject }), text: { key: "patient.open_dataset" } })),
      element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${table.name} ${table.label}` }, element("table", { class: "grid records-table" }, element("caption", { class: "visually-hidden" }, `${table.name} ${table.label}`), element("thead", null, head), body)),
    );
    filterRows(panel);
  }

  const isSubject = (table, name) => name === table.subject || name === "STUDYID" || name === "DOMAIN";

  function rowOf(record, columns, width) {
    const button = element(
      "button",
      { type: "button", class: "link record-button", "aria-expanded": "false", onclick: () => toggle(record) },
      element("span", { class: "visually-hidden", text: { key: "patient.trace_record", values: { table: record.table.name } } }),
      ` ${record.number}`,
    );
    const row = element(
      "tr",
      { id: record.anchor, class: isLeftOut(record) ? "left-out" : null },
      element("th", { scope: "row" }, button),
      record.table.kind === "raw" ? element("td", { class: "fate-cell" }, fateOf(record)) : null,
      columns.map(({ column, at }) => element("td", { class: column.type === "number" && record.table.kind !== "raw" ? "number" : null }, record.row[at] === null ? "" : String(record.row[at]))),
    );
    row.dataset.width = String(width);
    return row;
  }

  const isLeftOut = (record) => Boolean(record.fate && record.fate.startsWith("left out"));

  function fateOf(record) {
    const class_ = isLeftOut(record) ? "badge warn" : record.fate === "unused" ? "badge bad" : "badge good";
    return element("span", { class: `${class_} fate` }, record.fate || "");
  }

  // ---- one record ----------------------------------------------------------------------------------------------

  /** Open or close what is told of a record, under its row. */
  function toggle(record, wanted) {
    const row = document.getElementById(record.anchor);
    const button = row.querySelector(".record-button");
    const below = row.nextElementSibling && row.nextElementSibling.classList.contains("record-below") ? row.nextElementSibling : null;
    const open = wanted === undefined ? !below : wanted;
    button.setAttribute("aria-expanded", String(open));
    if (!open && below) below.remove();
    if (open && !below) {
      const cell = element("td", { colspan: row.dataset.width });
      row.after(element("tr", { class: "record-below" }, cell));
      crf2tlf.fill(cell, crf2tlf.patientRecord.details(patient, record));
    }
  }

  /** Go to the record or table that the address names. */
  function follow() {
    const name = decodeURIComponent(location.hash.slice(1));
    if (!name) return;
    const [, table, number] = /^(.*?)(?:-(\d+))?$/.exec(name);
    const panel = Array.from(panels.values()).find((one) => one.id === table);
    if (!panel) return;
    panel.open = true;
    fillPanel(panel);
    for (const marked of document.querySelectorAll(".highlighted")) marked.classList.remove("highlighted");
    const record = number ? patient.record(panel.dataset.table, Number(number)) : null;
    const row = record ? document.getElementById(record.anchor) : null;
    if (!row) {
      panel.scrollIntoView({ block: "start" });
      panel.querySelector("summary").focus({ preventScroll: true });
      return;
    }
    row.hidden = false;
    row.classList.add("highlighted");
    toggle(record, true);
    row.scrollIntoView({ block: "center" });
    row.querySelector(".record-button").focus({ preventScroll: true });
    crf2tlf.announce(text("patient.at_record", { table: record.table.name, record: record.number }));
  }

  // ---- finding a text in all records ---------------------------------------------------------------------------

  let wanted = "";

  function filterBox() {
    const input = element("input", { type: "search", id: "records-filter", placeholder: { key: "patient.filter_hint" } });
    let waiting = null;
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => filter(input.value.trim().toLowerCase()), 150);
    });
    return element("label", { class: "field" }, crf2tlf.label("patient.filter"), input);
  }

  const matches = (record) => !wanted || record.row.some((cell) => cell !== null && String(cell).toLowerCase().includes(wanted));

  /** Open the tables with matching records, and show only those. */
  function filter(asked) {
    wanted = asked;
    let count = 0;
    for (const [name, panel] of panels) {
      const found = patient.records(name).filter(matches).length;
      count += found;
      panel.hidden = Boolean(wanted) && found === 0;
      if (wanted && found) panel.open = true;
      if (!wanted) panel.open = false;
      filterRows(panel);
    }
    if (wanted) crf2tlf.announce(text("patient.filtered", { count }));
  }

  function filterRows(panel) {
    if (!panel.dataset.filled) return;
    for (const record of patient.records(panel.dataset.table)) {
      const row = document.getElementById(record.anchor);
      row.hidden = !matches(record);
      if (row.hidden) toggle(record, false);
    }
  }

  return { show };
})();
