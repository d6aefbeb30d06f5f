// The table of findings: filters, order, pages of rows, links to records, and export of what the filters leave.
"use strict";

crf2tlf.findings = (() => {
  const { element, text, fill, label } = crf2tlf;
  const PAGE = 100; // rows at once
  const SHOWN = 3; // records of a row; the others unfold
  const CHOICES = ["kind", "severity", "state", "domain", "topic"];
  const SEARCHED = ["code", "domain", "topic", "source", "message", "value", "expected", "note", "output", "cell", "place"];
  const WORDS = new Set(["kind", "severity", "state"]); // values that are words of the interface
  const HEAD = [
    ["severity", "severity"],
    ["kind", "kind"],
    ["domain", "domain"],
    ["subject", null],
    ["finding", "message"],
    ["records", "place"],
    ["state", "state"],
    ["comment", null],
  ];
  const RANKS = { severity: ["error", "warning", "note", ""], kind: ["check", "data", "build", "conformance", "reconciliation", "ledger"] };

  const place = (id) => document.getElementById(id);
  const fold = (words) => words.normalize("NFKC").toLowerCase();
  let data = null;
  let chosen = []; // rows that the filters leave, in order
  let from = 0;
  let order = { by: null, down: false };

  const value = (row, column) => data.columns[column].values[data.columns[column].codes[row]];
  const said = (column, given) => (WORDS.has(column) ? text(`findings.${column}.${(given || "none").replace(/ /g, "_")}`) : given);
  const subjectsOf = (row) => data.subjects[row].map((n) => data.names[n]);

  function recordsOf(row) {
    const flat = data.records[row];
    const found = [];
    for (let n = 0; n < flat.length; n += 2) found.push([data.tables[flat[n]], flat[n + 1]]);
    return found;
  }

  /** A finding by its identifier, null if there is none. */
  async function one(id) {
    data = data || (await crf2tlf.load("findings"));
    const row = data.ids.indexOf(id);
    if (row < 0) return null;
    const told = Object.fromEntries(Object.keys(data.columns).map((column) => [column, value(row, column)]));
    return { ...told, id, subjects: subjectsOf(row), records: recordsOf(row) };
  }

  // ---- filters -------------------------------------------------------------------------------------------------

  const asked = (name) => place(`filter-${name}`).value;

  /** For a coded column, which of its values pass. */
  function passing(column, test) {
    return Uint8Array.from(data.columns[column].values, (given) => (test(given) ? 1 : 0));
  }

  function filter() {
    const exact = CHOICES.filter((name) => asked(name) !== "").map((name) => [
      data.columns[name].codes,
      passing(name, (given) => given === (asked(name) === "-" ? "" : asked(name))),
    ]);
    const words = fold(asked("text").trim());
    const searched = words ? SEARCHED.map((name) => [data.columns[name].codes, passing(name, (given) => fold(given).includes(words))]) : [];
    const subject = fold(asked("subject").trim());
    const names = data.names.map(fold);
    const subjects = subject ? Uint8Array.from(names, (name) => (name.includes(subject) ? 1 : 0)) : null;
    const named = words ? Uint8Array.from(names, (name) => (name.includes(words) ? 1 : 0)) : null;
    const id = crf2tlf.query("finding");
    const only = id && !touched ? data.ids.indexOf(id) : -1;
    chosen = [];
    for (let row = 0; row < data.ids.length; row += 1) {
      if (only >= 0 && row !== only) continue;
      if (!exact.every(([codes, pass]) => pass[codes[row]])) continue;
      if (subjects && !data.subjects[row].some((n) => subjects[n])) continue;
      if (words && !searched.some(([codes, pass]) => pass[codes[row]]) && !data.subjects[row].some((n) => named[n])) {
        if (!fold(data.ids[row]).includes(words)) continue;
      }
      chosen.push(row);
    }
    sort();
    from = 0;
    show();
  }

  function sort() {
    if (!order.by) return;
    const { values, codes } = data.columns[order.by];
    const ranked = RANKS[order.by];
    const rank = ranked ? values.map((given) => ranked.indexOf(given)) : values.map((_, n) => n);
    const sign = order.down ? -1 : 1;
    chosen.sort((a, b) => sign * (rank[codes[a]] - rank[codes[b]]) || a - b);
  }

  // ---- showing -------------------------------------------------------------------------------------------------

  function show() {
    const rows = chosen.slice(from, from + PAGE);
    fill(place("findings-rows"), rows.map(shownRow));
    fill(place("found"), text("findings.found", { n: chosen.length, all: data.ids.length }));
    place("findings-total").textContent = crf2tlf.number(data.ids.length);
    showHead();
    showKinds();
    showPaging();
  }

  function showHead() {
    fill(
      place("findings-head"),
      HEAD.map(([name, column]) => {
        const words = text(`findings.${name}`);
        if (!column) return element("th", { scope: "col" }, words);
        const sorted = order.by === column ? (order.down ? "descending" : "ascending") : null;
        const arrow = sorted ? (order.down ? " ▼" : " ▲") : "";
        const button = element("button", { type: "button", class: "sort", onclick: () => sortBy(column) }, words, element("span", { "aria-hidden": "true" }, arrow));
        return element("th", { scope: "col", "aria-sort": sorted }, button);
      }),
    );
  }

  function sortBy(column) {
    order = order.by === column ? (order.down ? { by: null, down: false } : { by: column, down: true }) : { by: column, down: false };
    filter();
    const at = HEAD.findIndex(([, one]) => one === column);
    place("findings-head").children[at].querySelector("button").focus();
  }

  function shownRow(row) {
    const severity = value(row, "severity");
    const state = value(row, "state");
    const looks = { error: "bad", warning: "warn", open: "warn", differs: "bad", unused: "bad", agrees: "good" };
    const badge = (column, given) => (given ? element("span", { class: `badge ${looks[given] || ""}` }, said(column, given)) : "");
    return element(
      "tr",
      { id: data.ids[row] },
      element("td", {}, badge("severity", severity)),
      element("td", {}, said("kind", value(row, "kind")), value(row, "topic") ? element("div", { class: "soft" }, value(row, "topic")) : null),
      element("td", { class: "code" }, domain(row)),
      element("td", { class: "code" }, shortened(subjectsOf(row).map((name) => element("a", { href: crf2tlf.patientPage(name) }, name)))),
      element("td", { class: "told" }, told(row)),
      element("td", { class: "code" }, records(row)),
      element("td", {}, badge("state", state)),
      element("td", {}, crf2tlf.comments.button({ finding: data.ids[row] })),
    );
  }

  function domain(row) {
    const given = value(row, "domain");
    if (value(row, "output")) return element("a", { href: crf2tlf.outputPage(given) }, given);
    const kind = value(row, "kind");
    const table = tableNames.has(given) ? given : tableNames.has(`raw.${given}`) ? `raw.${given}` : null;
    if (table && kind !== "build") return element("a", { href: crf2tlf.datasetPage(table) }, given);
    return given;
  }

  function told(row) {
    const [shown, expected, note] = ["value", "expected", "note"].map((column) => value(row, column));
    const kind = value(row, "kind");
    const code = [value(row, "code"), value(row, "source")].filter(Boolean).join(" · ");
    const count = data.counts[row];
    return [
      element("p", {}, value(row, "message")),
      shown || expected ? compared(kind, shown, expected) : null,
      note ? element("p", { class: "note" }, note) : null,
      element("p", { class: "soft small" }, code, code ? " · " : "", count > 1 ? `${text("findings.count", { n: count })} · ` : "", element("a", { href: `findings.html?finding=${data.ids[row]}` }, data.ids[row])),
    ];
  }

  function compared(kind, shown, expected) {
    const [first, second] = kind === "reconciliation" ? ["generated", "published"] : ["there", "expected"];
    return element(
      "dl",
      { class: "values" },
      shown ? [element("dt", {}, text(`findings.${first}`)), element("dd", {}, shown)] : null,
      expected ? [element("dt", {}, text(`findings.${second}`)), element("dd", {}, expected)] : null,
    );
  }

  function records(row) {
    const where = value(row, "place");
    const cell = value(row, "cell");
    const subjects = subjectsOf(row);
    const links = recordsOf(row).map(([table, number]) => {
      const short = `${table.replace(/^raw\./, "")}:${number}`;
      const alone = subjects.length === 1;
      return element("a", { href: alone ? crf2tlf.patientPage(subjects[0], table, number) : crf2tlf.datasetPage(table, { record: number }) }, short);
    });
    return [
      cell ? element("div", {}, element("a", { href: crf2tlf.outputPage(value(row, "output"), cell) }, cell)) : null,
      links.length ? shortened(links) : null,
      where ? element("div", { class: "soft small" }, where) : null,
    ];
  }

  /** The first few of a list; the others are shown on demand. */
  function shortened(items) {
    const lines = items.map((item) => element("div", {}, item));
    if (lines.length <= SHOWN + 1) return lines;
    const rest = element("div", { hidden: true }, lines.slice(SHOWN));
    const more = element("button", { type: "button", class: "link", "aria-expanded": "false" }, text("findings.more", { n: lines.length - SHOWN }));
    more.addEventListener("click", () => {
      rest.hidden = !rest.hidden;
      more.setAttribute("aria-expanded", String(!rest.hidden));
      more.textContent = rest.hidden ? text("findings.more", { n: lines.length - SHOWN }) : text("findings.fewer");
    });
    return [lines.slice(0, SHOWN), rest, more];
  }

  function showKinds() {
    const { values, codes } = data.columns.kind;
    const open = passing("state", (state) => ["open", "differs", "unused"].includes(state));
    const counts = new Map(values.map((kind) => [kind, [0, 0]]));
    codes.forEach((code, row) => {
      const count = counts.get(values[code]);
      count[0] += 1;
      count[1] += open[data.columns.state.codes[row]];
    });
    fill(
      place("kinds"),
      RANKS.kind.filter((kind) => counts.has(kind)).map((kind) => {
        const [all, still] = counts.get(kind);
        const pressed = asked("kind") === kind;
        const standing = still ? element("span", { class: "badge warn" }, text("findings.open", { n: still })) : element("span", { class: "badge good" }, text("findings.none_open"));
        return element("button", { type: "button", class: "kind", "aria-pressed": String(pressed), onclick: () => choose("kind", pressed ? "" : kind) }, element("strong", {}, said("kind", kind)), element("span", {}, crf2tlf.number(all)), standing);
      }),
    );
  }

  function choose(name, wanted) {
    touched = true;
    place(`filter-${name}`).value = wanted;
    filter();
  }

  function showPaging() {
    const pages = Math.ceil(chosen.length / PAGE);
    const go = (to) => () => {
      from = to;
      show();
      place("found").scrollIntoView({ block: "nearest" });
    };
    const at = Math.floor(from / PAGE) + 1;
    fill(
      place("paging"),
      pages > 1
        ? [
            element("button", { type: "button", class: "tool", disabled: from === 0, onclick: go(from - PAGE) }, text("findings.previous")),
            element("span", {}, text("findings.page", { n: at, all: pages })),
            element("button", { type: "button", class: "tool", disabled: at === pages, onclick: go(from + PAGE) }, text("findings.next")),
          ]
        : null,
    );
  }

  // ---- the choices of the filters ------------------------------------------------------------------------------

  function showChoices() {
    for (const name of CHOICES) {
      const select = place(`filter-${name}`);
      const before = select.value;
      const ranked = RANKS[name] || data.columns[name].values;
      const given = ranked.filter((one) => data.columns[name].values.includes(one));
      fill(select, element("option", { value: "" }, text("findings.any")), given.map((one) => element("option", { value: one || "-" }, said(name, one) || text("findings.severity.none"))));
      select.value = before;
      select.closest("label").hidden = given.length < 2;
    }
    fill(place("subject-names"), data.names.slice(0, 2000).map((name) => element("option", { value: name })));
  }

  // ---- export --------------------------------------------------------------------------------------------------

  /** The rows that the filters leave, as a table for a sheet. */
  function exported() {
    const columns = ["severity", "kind", "topic", "domain", "code", "message", "value", "expected", "note", "state", "source", "output", "cell", "place"];
    const head = ["ID", ...columns.map((name) => name.toUpperCase()), "COUNT", "SUBJECTS", "RECORDS"];
    return [
      head,
      ...chosen.map((row) => [
        data.ids[row],
        ...columns.map((column) => value(row, column)),
        data.counts[row],
        subjectsOf(row).join("; "),
        recordsOf(row).map(([table, number]) => `${table}:${number}`).join("; "),
      ]),
    ];
  }

  function exportTo(kind) {
    const name = `findings-${crf2tlf.comments.fileName(document.documentElement.dataset.study)}`;
    const done = () => crf2tlf.announce(text("findings.exported", { n: chosen.length }));
    if (kind === "csv") {
      crf2tlf.download(`${name}.csv`, crf2tlf.csv(exported()), "text/csv");
      done();
      return;
    }
    const widths = { MESSAGE: 60, NOTE: 40, VALUE: 24, EXPECTED: 24, SUBJECTS: 24, RECORDS: 30, PLACE: 26, COUNT: 8 };
    crf2tlf.start(() => crf2tlf.comments.excelFile(`${name}.xlsx`, "Findings", exported(), widths).then(done));
  }

  // ---- start ---------------------------------------------------------------------------------------------------

  let touched = false; // whether the reader has filtered: then the address's finding no longer does
  let tableNames = new Set();

  async function run() {
    data = await crf2tlf.load("findings");
    const study = await crf2tlf.load("study");
    tableNames = new Set(study.tables.map((table) => table.name));
    showChoices();
    for (const name of [...CHOICES, "subject", "text"]) {
      const given = crf2tlf.query(name);
      if (given) place(`filter-${name}`).value = given;
    }
    let waiting = 0;
    place("filters").addEventListener("input", () => {
      touched = true;
      clearTimeout(waiting);
      waiting = setTimeout(filter, 120);
    });
    place("filters").addEventListener("submit", (event) => event.preventDefault());
    place("filters").addEventListener("reset", () => {
      touched = true;
      setTimeout(filter);
    });
    place("export-excel").addEventListener("click", () => exportTo("excel"));
    place("export-csv").addEventListener("click", () => exportTo("csv"));
    filter();
    crf2tlf.onLanguage(() => {
      showChoices();
      show();
    });
  }

  crf2tlf.start(run);
  return { one };
})();
