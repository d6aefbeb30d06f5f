// What differs from an older cut: by output, by patient, by table. A patient's changes are loaded when opened.
"use strict";

(() => {
  const { element, fill, label, text } = crf2tlf;
  const SHOWN = 100; // patients at once
  const place = (id) => document.getElementById(id);
  let changes = null;
  let shown = SHOWN;

  const said = (key, values) => label(`changes.${key}`, values);

  async function run() {
    changes = await crf2tlf.load("changes");
    place("changes-none").hidden = changes.given;
    place("changes").hidden = !changes.given;
    if (!changes.given) return;
    const [old, now] = changes.size;
    fill(place("changes-lead"), said("lead", { old: changes.old, before: old, now }));
    fill(place("changes-outputs"), changes.outputs.length ? changes.outputs.map(outputPanel) : nothing("no_outputs"));
    fill(place("changes-tables"), changes.tables.length ? tablesTable() : nothing("no_tables"));
    place("changes-search").value = crf2tlf.query("subject") || "";
    place("changes-search").addEventListener("input", listAnew);
    place("changes-sort").addEventListener("change", listAnew);
    place("changes-more").addEventListener("click", showMore);
    crf2tlf.translate(place("changes"));
    listPatients();
    const asked = place("changes-patients").querySelector("details");
    if (crf2tlf.query("subject") && asked) asked.open = true;
  }

  const nothing = (key) => element("p", { class: "soft" }, said(key));

  function counts(added, removed, changed) {
    return [
      added ? element("span", { class: "badge good" }, said("n_added", { n: added })) : null,
      removed ? element("span", { class: "badge bad" }, said("n_removed", { n: removed })) : null,
      changed ? element("span", { class: "badge warn" }, said("n_changed", { n: changed })) : null,
    ];
  }

  /** A table in a box that scrolls by itself; headers are keys of texts. */
  function grid(name, headers, rows) {
    const head = headers.map((key) => element("th", { scope: "col" }, said(key)));
    return element(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": name },
      element(
        "table",
        { class: "grid changes-grid" },
        element("thead", {}, element("tr", {}, head)),
        element("tbody", {}, rows),
      ),
    );
  }

  function value(given) {
    return given === null ? element("span", { class: "soft" }, said("missing")) : given;
  }

  // ---- outputs -----------------------------------------------------------------------------------------------------

  function outputPanel(output) {
    const rows = output.rows || [0, 0, 0];
    const title = output.gone
      ? [output.title, " ", element("span", { class: "badge bad" }, said("gone_output"))]
      : output.title;
    const cells = output.cells.length
      ? element("span", { class: "badge warn" }, said("n_cells", { n: output.cells.length }))
      : null;
    return element(
      "details",
      { class: "card changes-panel" },
      element("summary", {}, title, " ", cells, ...counts(...rows)),
      output.gone ? null : element("p", {}, element("a", { href: crf2tlf.outputPage(output.id) }, said("open_output"))),
      output.rows ? element("p", { class: "soft" }, said("rows_below")) : null,
      output.cells.length
        ? grid(output.title, ["where", "older", "now"], output.cells.map((cell) => cellRow(output, cell)))
        : null,
    );
  }

  function cellRow(output, [cell, where, older, now]) {
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, cell ? element("a", { href: crf2tlf.outputPage(output.id, cell) }, where) : where),
      element("td", {}, value(older)),
      element("td", {}, value(now)),
    );
  }

  // ---- patients ----------------------------------------------------------------------------------------------------

  function chosen() {
    const searched = place("changes-search").value.trim().toLowerCase();
    const found = changes.subjects.filter(([subject]) => subject.toLowerCase().includes(searched));
    if (place("changes-sort").value !== "most") return found;
    const total = ([, added, removed, changed]) => added + removed + changed;
    return [...found].sort((one, other) => total(other) - total(one));
  }

  function listAnew() {
    shown = SHOWN;
    listPatients();
  }

  function showMore() {
    const before = shown;
    shown += SHOWN;
    listPatients();
    const first = place("changes-patients").children[before];
    if (first) first.querySelector("summary").focus();
  }

  function listPatients() {
    const found = chosen();
    fill(place("changes-count"), said("shown", { shown: Math.min(shown, found.length), all: found.length }));
    fill(place("changes-patients"), found.slice(0, shown).map(patientPanel));
    place("changes-more").hidden = found.length <= shown;
  }

  function patientPanel([subject, added, removed, changed, state, piece]) {
    const inside = element("div", {});
    const panel = element(
      "details",
      { class: "card changes-panel" },
      element(
        "summary",
        {},
        element("span", { class: "changes-subject" }, subject || said("no_subject")),
        " ",
        state ? element("span", { class: `badge ${state === "new" ? "good" : "bad"}` }, said(state)) : null,
        counts(added, removed, changed),
      ),
      inside,
    );
    const open = async () => {
      if (!panel.open || inside.firstChild) return;
      const all = await crf2tlf.load(`changes/${piece}`);
      if (inside.firstChild) return;
      delete panel.dataset.lazy;
      const link = subject && state !== "gone"
        ? element("p", {}, element("a", { href: crf2tlf.patientPage(subject) }, said("open_patient")))
        : null;
      fill(inside, link, all[subject].tables.map((table) => recordsOf(subject, table)));
    };
    panel.dataset.lazy = "";
    panel.addEventListener("toggle", () => crf2tlf.start(open));
    return panel;
  }

  function recordsOf(subject, table) {
    const rows = [
      ...table.added.map(([number, keys]) => recordRow(subject, table, "added", number, keys)),
      ...table.removed.map(([number, keys]) => recordRow(subject, table, "removed", number, keys)),
      ...table.changed.flatMap(([number, , keys, values]) => changedRows(subject, table, number, keys, values)),
    ];
    const name = `${table.name} (${text(`changes.${table.layer}`)})`;
    return [
      element("h3", {}, table.name, " ", element("span", { class: "soft" }, said(table.layer))),
      grid(name, ["what", "record", "variable", "older", "now"], rows),
    ];
  }

  function recordName(subject, table, kind, number, keys) {
    const named = table.keys
      .map((key, at) => (keys[at] === null ? null : `${key} ${keys[at]}`))
      .filter((part) => part !== null)
      .join(" · ");
    const counted = said(table.layer === "raw" ? "line" : table.layer === "listing" ? "row" : "number", { n: number });
    const there = kind !== "removed" && subject !== "";
    const href = table.layer === "listing" ? crf2tlf.outputPage(table.name) : crf2tlf.patientPage(subject, table.name, number);
    return [there ? element("a", { href }, counted) : counted, " ", named];
  }

  function recordRow(subject, table, kind, number, keys) {
    return element(
      "tr",
      {},
      element("td", {}, element("span", { class: `badge ${kind === "added" ? "good" : "bad"}` }, said(kind))),
      element("th", { scope: "row" }, recordName(subject, table, kind, number, keys)),
      element("td", {}),
      element("td", {}),
      element("td", {}),
    );
  }

  /** The changed values of a record, a row each; the first row names the record. */
  function changedRows(subject, table, number, keys, values) {
    return values.map(([variable, older, now], at) =>
      element(
        "tr",
        {},
        at ? null : element("td", { rowspan: values.length }, element("span", { class: "badge warn" }, said("changed"))),
        at
          ? null
          : element(
              "th",
              { scope: "rowgroup", rowspan: values.length },
              recordName(subject, table, "changed", number, keys),
            ),
        element("td", {}, element("span", { class: "code" }, variable)),
        element("td", {}, value(older)),
        element("td", {}, value(now)),
      ),
    );
  }

  // ---- tables ------------------------------------------------------------------------------------------------------

  function tablesTable() {
    const count = (n) => element("td", { class: "number" }, crf2tlf.number(n));
    const rows = changes.tables.map((table) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, element("a", { href: crf2tlf.datasetPage(table.name) }, table.name)),
        element("td", {}, said(table.layer)),
        count(table.added),
        count(table.removed),
        count(table.changed),
        element("td", {}, variablesOf(table)),
      ),
    );
    const headers = ["table", "layer", "records_added", "records_removed", "records_changed", "values_changed"];
    return grid(text("changes.tables"), headers, rows);
  }

  function variablesOf(table) {
    const named = Object.entries(table.values).map(([variable, n]) => `${variable} ${crf2tlf.number(n)}`);
    const most = Math.max(0, ...Object.values(table.values));
    return [
      named.join(" · "),
      most > table.kept ? [" ", said("only_first", { n: table.kept })] : null,
      table.onlyOld.length ? [" ", said("only_old", { names: table.onlyOld.join(", ") })] : null,
      table.onlyNew.length ? [" ", said("only_new", { names: table.onlyNew.join(", ") })] : null,
    ];
  }

  document.addEventListener("DOMContentLoaded", () => crf2tlf.start(run));
})();
