// The list of tables: a search in names, labels, and in the names and labels of columns.
"use strict";

(() => {
  const { element, text } = crf2tlf;
  const MATCHES = 6;

  const search = document.getElementById("search");
  const rows = Array.from(document.querySelectorAll(".tables tbody tr"));
  const own = new Map(rows.map((row) => [row, fold(Array.from(row.children, (cell) => cell.textContent).join(" "))]));
  let columns = null; // by table: [name, label, both folded]

  function fold(words) {
    return words.normalize("NFKC").toLowerCase();
  }

  async function loadColumns() {
    if (columns) return;
    const study = await crf2tlf.load("study");
    columns = new Map(
      study.tables.map((table) => [
        table.name,
        table.columns.map(({ name, label }) => [name, label, fold(`${name} ${label}`)]),
      ]),
    );
  }

  async function filter() {
    const wanted = fold(search.value.trim());
    if (wanted) await loadColumns();
    if (wanted !== fold(search.value.trim())) return; // typed on meanwhile
    let shown = 0;
    for (const row of rows) {
      const found = wanted ? (columns.get(row.dataset.name) || []).filter(([, , folded]) => folded.includes(wanted)) : [];
      row.hidden = Boolean(wanted) && !own.get(row).includes(wanted) && !found.length;
      shown += row.hidden ? 0 : 1;
      showMatches(row, found);
    }
    for (const section of document.querySelectorAll(".tables")) {
      section.hidden = !section.querySelector("tbody tr:not([hidden])");
    }
    document.getElementById("nothing").hidden = shown > 0;
    document.getElementById("found").textContent = wanted ? text("datasets.found", { n: shown }) : "";
  }

  function showMatches(row, found) {
    const place = row.querySelector(".matches");
    place.hidden = !found.length;
    crf2tlf.fill(
      place,
      found.slice(0, MATCHES).map(([name, label]) => [
        element("a", { href: crf2tlf.datasetPage(row.dataset.name, { column: name }) }, name),
        ` ${label}`,
        element("br"),
      ]),
      found.length > MATCHES ? crf2tlf.label("datasets.more_columns", { n: found.length - MATCHES }) : null,
    );
  }

  search.addEventListener("input", () => crf2tlf.start(filter));
  crf2tlf.onLanguage(() => crf2tlf.start(filter));
  const asked = crf2tlf.query("search");
  if (asked) {
    search.value = asked;
    crf2tlf.start(filter);
  }
})();
