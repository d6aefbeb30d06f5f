// The page of one table: its facts, the grid of its records, its columns. `dataset.html?name=AE` with, if asked,
// `record` (numbers, parted by commas), `subject`, `output` and `set` (the records behind a number), `column`, `search`.
"use strict";

crf2tlf.start(async () => {
  const { element, label, text } = crf2tlf;
  const MOST_COLUMNS = 40; // shown at first
  const MOST_OF_LARGE = 12; // in a table of very many records
  const LARGE = 200000;
  const SEARCH_DELAY = 250;
  const CSV_ROWS = 20000; // put together at a time
  const NUMBERS = { raw: "dataset.line", design: "dataset.line" };
  const byId = (id) => document.getElementById(id);

  const study = await crf2tlf.load("study");
  const name = crf2tlf.query("name");
  const table = study.tables.find((one) => one.name === name);
  if (!table) {
    crf2tlf.fill(byId("name"), label("dataset.unknown", { name: name || "" }));
    for (const node of document.querySelectorAll(".tabs, #records, #variables, #facts")) node.hidden = true;
    return;
  }

  const store = new crf2tlf.Store(table);
  const hasLines = table.kind in NUMBERS;
  const fate = table.kind === "raw" ? [{ name: "@fate", label: text("dataset.fate"), type: "text" }] : [];
  const columns = [...table.columns, ...fate];
  const empty = new Set();
  const shown = new Set(kept() || (await usual()));
  const lines = hasLines ? await store.column("@line") : null;
  const subjects = await subjectsOf();
  const restrictions = await restricted();
  let search = crf2tlf.query("search") || "";
  let last = { filters: [], sorts: [], rows: null, key: null };

  const numberOf = (row) => (lines ? lines.at(row) : row + 1);

  // ---- the head ------------------------------------------------------------------------------------------------

  byId("name").textContent = table.name;
  byId("label").textContent = table.label;
  crf2tlf.title(table.name);
  crf2tlf.onLanguage(() => crf2tlf.title(table.name));
  crf2tlf.start(showFacts);

  async function showFacts() {
    const fact = (key, ...content) => element("div", {}, label(key, null, "dt"), element("dd", {}, content));
    const place = byId("facts");
    crf2tlf.fill(
      place,
      fact("dataset.kind", label(`datasets.kind_${table.kind}`)),
      table.class ? fact("dataset.class", table.class) : null,
      table.keys.length ? fact("datasets.keys", element("span", { class: "code" }, table.keys.join(", "))) : null,
      fact("datasets.records", crf2tlf.number(table.size)),
      fact("datasets.columns", crf2tlf.number(table.columns.length)),
      table.file ? fact("datasets.file", element("span", { class: "code" }, table.file)) : null,
      table.place ? fact("dataset.spec", element("span", { class: "code" }, table.place)) : null,
    );
    const { nodes, edges } = await crf2tlf.load("lineage");
    const here = nodes.findIndex(([id, , layer]) => id === table.name && layer < 3);
    const links = (found, end) =>
      found.map((edge, i) => {
        const [id, , layer] = nodes[edge[end]];
        return [i ? ", " : "", element("a", { href: layer === 3 ? crf2tlf.outputPage(id) : crf2tlf.datasetPage(id) }, id)];
      });
    const groups = [
      ["lineage.made_from", edges.filter(([, end, records]) => end === here && records !== 0), 0],
      ["lineage.looks_up", edges.filter(([, end, records]) => end === here && records === 0), 0],
      ["lineage.used_by", edges.filter(([start]) => start === here), 1],
    ];
    for (const [key, found, end] of groups) if (found.length) place.append(fact(key, links(found, end)));
  }

  // ---- which records -------------------------------------------------------------------------------------------

  async function subjectsOf() {
    if (!table.subject) return null;
    const [numbers, list] = await Promise.all([store.column("@subject"), crf2tlf.load("subjects")]);
    return { at: (row) => (numbers.at(row) === null ? null : list.rows[numbers.at(row)][0]), list, numbers };
  }

  /** What the address asks to see only: [{text, rows}]. */
  async function restricted() {
    const found = [];
    const records = crf2tlf.query("record");
    if (records) {
      const wanted = new Set(records.split(",").map(Number));
      found.push({ key: "dataset.only_records", values: { records: records.replace(/,/g, ", ") }, rows: rowsOf(wanted) });
    }
    const subject = crf2tlf.query("subject");
    if (subject && subjects) {
      const wanted = Array.from({ length: table.size }, (_, row) => row).filter((row) => subjects.at(row) === subject);
      found.push({ key: "dataset.only_subject", values: { subject }, rows: wanted });
    }
    const [output, set] = [crf2tlf.query("output"), crf2tlf.query("set")];
    if (output && set) {
      const { sets } = await crf2tlf.load(`output/${output}`);
      const held = sets[set];
      if (held && held.dataset === table.name) {
        let sum = 0;
        const wanted = new Set(held.records.map((step) => (sum += step)));
        const given = study.outputs.find((one) => one.id === output);
        found.push({ key: "dataset.only_set", values: { output: given ? given.title : output }, rows: rowsOf(wanted) });
      }
    }
    return found;
  }

  function rowsOf(numbers) {
    if (!lines) return Array.from(numbers, (number) => number - 1).filter((row) => row >= 0 && row < table.size);
    return Array.from({ length: table.size }, (_, row) => row).filter((row) => numbers.has(lines.at(row)));
  }

  function onlyRows() {
    if (!restrictions.length) return null;
    return restrictions.map(({ rows }) => rows).reduce((all, rows) => {
      const among = new Set(rows);
      return all.filter((row) => among.has(row));
    });
  }

  async function selected({ filters, sorts }) {
    const key = JSON.stringify([search, filters.map(({ field, value }) => [field, value]), sorts, restrictions.length]);
    if (last.key !== key) {
      const given = { search, filters, only: onlyRows(), sorts: sorts.map(({ field, dir }) => ({ field, dir })) };
      last = { key, filters, sorts, rows: await store.select(given) };
      showCount();
    }
    return last.rows;
  }

  function showCount() {
    const { rows, filters } = last;
    const all = rows.length === table.size;
    crf2tlf.fill(
      byId("count"),
      label(all ? "dataset.count_all" : "dataset.count", { n: rows.length, all: table.size }),
    );
    byId("clear").hidden = !search && !filters.length && !restrictions.length;
    crf2tlf.fill(byId("filters"), filters.map(({ field, value }) => filterChip(field, value)));
  }

  /** A filter of a column that is on, with a button that takes it away. */
  function filterChip(field, value) {
    const clear = () => {
      grid.setHeaderFilterValue(field, ""); // loads the records anew by itself
      byId("search").focus();
    };
    return element(
      "span",
      { class: "chip" },
      element("span", { class: "code" }, field === "@fate" ? label("dataset.fate") : field),
      ` ${value} `,
      element("button", { type: "button", "aria-label": { key: "dataset.clear_filter", values: { name: field } }, onclick: clear }, "×"),
    );
  }

  // ---- the grid ------------------------------------------------------------------------------------------------

  const grid = crf2tlf.grid.grid(byId("grid"), {
    columns: columns.map((column) => ({ ...column, hidden: !shown.has(column.name) })),
    numberLabel: NUMBERS[table.kind] || "dataset.record",
    info: (column) => open(column),
    suggest: async (column) => (await store.column(column)).values,
    record: (row) => {
      const subject = subjects && subjects.at(row);
      const number = numberOf(row);
      const says = { key: "dataset.to_patient", values: { subject } };
      return subject
        ? element("a", { href: crf2tlf.patientPage(subject, table.name, number), title: says }, number)
        : element("a", { href: crf2tlf.datasetPage(table.name, { record: number }) }, number);
    },
    page: async ({ first, size, filters, sorts }) => {
      const rows = await selected({ filters, sorts });
      const held = await store.columns(columns.map((column) => column.name).filter((column) => shown.has(column)));
      const cut = Array.from(rows.subarray(first, first + size));
      return {
        count: rows.length,
        rows: cut.map((row) => {
          const cells = Array.from(held, ([column, values]) => [column, values.at(row)]);
          return [row, Object.fromEntries(cells)];
        }),
      };
    },
  });

  await new Promise((resolve) => grid.on("renderComplete", resolve));

  function refresh() {
    return grid.setPage(1).then(() => crf2tlf.announce(byId("count").textContent));
  }

  byId("search").value = search;
  let typing = null;
  byId("search").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      search = byId("search").value.trim();
      crf2tlf.start(refresh);
    }, SEARCH_DELAY);
  });
  byId("clear").addEventListener("click", () => {
    byId("search").value = search = "";
    restrictions.length = 0;
    showRestrictions();
    if (grid.getHeaderFilters().length) grid.clearHeaderFilter(); // loads the records anew by itself
    else crf2tlf.start(refresh);
    byId("search").focus();
  });

  function showRestrictions() {
    crf2tlf.fill(
      byId("restrictions"),
      restrictions.map((restriction) =>
        element(
          "span",
          { class: "chip" },
          label(restriction.key, restriction.values),
          element(
            "button",
            {
              type: "button",
              "aria-label": { key: "dataset.show_all" },
              onclick: () => {
                restrictions.splice(restrictions.indexOf(restriction), 1);
                showRestrictions();
                crf2tlf.start(refresh);
                byId("search").focus();
              },
            },
            "×",
          ),
        ),
      ),
    );
  }
  showRestrictions();

  /** The columns shown at first: those with values, without what is the same everywhere in the study's datasets. */
  async function usual() {
    const names = columns.map((column) => column.name).filter((one) => one !== "STUDYID" && one !== "DOMAIN");
    const some = names.slice(0, table.size > LARGE ? MOST_OF_LARGE : MOST_COLUMNS);
    for (const [one, held] of await store.columns(some)) if (!held.values.length) empty.add(one);
    const found = some.filter((one) => !empty.has(one));
    return found.length ? found : columns.map((column) => column.name);
  }

  // ---- which columns -------------------------------------------------------------------------------------------

  function kept() {
    try {
      const names = JSON.parse(crf2tlf.store(`columns/${name}`) || "null");
      const found = Array.isArray(names) ? names.filter((one) => columns.some((column) => column.name === one)) : [];
      return found.length ? found : null;
    } catch {
      return null;
    }
  }

  function showChooser() {
    const boxes = new Map(
      columns.map((column) => [
        column.name,
        element("input", {
          type: "checkbox",
          checked: shown.has(column.name),
          onchange: (event) => crf2tlf.start(() => choose([column.name], event.target.checked)),
        }),
      ]),
    );
    const every = (checked) => () => {
      for (const box of boxes.values()) box.checked = checked;
      crf2tlf.start(() => choose(Array.from(boxes.keys()), checked));
    };
    crf2tlf.fill(
      document.querySelector("#chooser .menu-panel"),
      element(
        "p",
        { class: "menu-buttons" },
        element("button", { type: "button", class: "tool", onclick: every(true), text: { key: "dataset.all" } }),
        element("button", { type: "button", class: "tool", onclick: every(false), text: { key: "dataset.no_column" } }),
      ),
      element(
        "ul",
        {},
        columns.map((column) =>
          element(
            "li",
            {},
            element(
              "label",
              {},
              boxes.get(column.name),
              element("span", { class: "code" }, column.name === "@fate" ? "" : column.name),
              element("span", { class: "soft" }, column.label),
              empty.has(column.name) ? element("span", { class: "badge", text: { key: "dataset.empty" } }) : null,
            ),
          ),
        ),
      ),
    );
    countChosen();
  }

  function countChosen() {
    byId("chosen").textContent = `(${shown.size}/${columns.length})`;
  }

  async function choose(names, visible) {
    for (const one of names) {
      if (visible) shown.add(one);
      else shown.delete(one);
    }
    crf2tlf.store(`columns/${name}`, JSON.stringify(Array.from(shown)));
    countChosen();
    grid.blockRedraw();
    for (const one of names) {
      if (visible) grid.showColumn(one);
      else grid.hideColumn(one);
    }
    grid.restoreRedraw();
    if (visible) await grid.setPage(grid.getPage());
    if (visible) for (const one of names) await crf2tlf.grid.offer(byId("grid"), one, async () => (await store.column(one)).values);
  }

  showChooser();
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#chooser")) byId("chooser").open = false;
  });
  byId("chooser").addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    byId("chooser").open = false;
    byId("chooser").querySelector("summary").focus();
  });

  // ---- the columns' rules --------------------------------------------------------------------------------------

  const dialog = byId("variable");
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  function open(column) {
    const found = table.columns.find((one) => one.name === column);
    return found && crf2tlf.start(() => crf2tlf.variables.panel(dialog, table, study, found, store));
  }

  crf2tlf.fill(byId("variables"), crf2tlf.variables.list(table, study, open));
  if (crf2tlf.query("column")) open(crf2tlf.query("column"));

  const tabs = [byId("tab-records"), byId("tab-variables")];
  function select(tab) {
    for (const one of tabs) {
      one.setAttribute("aria-selected", String(one === tab));
      one.tabIndex = one === tab ? 0 : -1;
      byId(one.getAttribute("aria-controls")).hidden = one !== tab;
    }
  }
  for (const tab of tabs) {
    tab.addEventListener("click", () => select(tab));
    tab.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      const other = tabs.find((one) => one !== tab);
      select(other);
      other.focus();
    });
  }

  // ---- paper: a plain table, whose rows go on over pages -----------------------------------------------------------

  window.addEventListener("beforeprint", () => {
    const printed = columns.filter((column) => shown.has(column.name));
    const number = text(NUMBERS[table.kind] || "dataset.record");
    crf2tlf.fill(
      byId("printed"),
      element(
        "table",
        { class: "grid" },
        element(
          "thead",
          {},
          element("tr", {}, [number, ...printed.map((one) => one.label)].map((head) => element("th", { scope: "col" }, head))),
        ),
        element(
          "tbody",
          {},
          grid.getData().map((record) =>
            element(
              "tr",
              {},
              element("th", { scope: "row" }, record["@element"].textContent),
              printed.map((one) => element("td", {}, record[one.name])),
            ),
          ),
        ),
      ),
    );
  });
  window.addEventListener("afterprint", () => byId("printed").replaceChildren());

  // ---- download ------------------------------------------------------------------------------------------------

  byId("csv").addEventListener("click", () =>
    crf2tlf.start(async () => {
      const { rows } = last;
      const names = columns.map((column) => column.name).filter((column) => shown.has(column));
      const held = await store.columns(names);
      const head = ["USUBJID", text(NUMBERS[table.kind] || "dataset.record"), ...names];
      const first = subjects && !table.columns.some((column) => column.name === "USUBJID") ? 0 : 1;
      const parts = [crf2tlf.csv([head.slice(first)])];
      for (let start = 0; start < rows.length; start += CSV_ROWS) {
        const cut = Array.from(rows.subarray(start, start + CSV_ROWS));
        const made = cut.map((row) =>
          [subjects ? subjects.at(row) : null, numberOf(row), ...names.map((column) => held.get(column).at(row))].slice(first),
        );
        parts.push(crf2tlf.csv(made).slice(1)); // without the mark of UTF-8, which stands at the very first
      }
      crf2tlf.download(`${name.replace(/\./g, "_")}.csv`, new Blob(parts, { type: "text/csv;charset=utf-8" }));
      crf2tlf.announce(text("dataset.downloaded", { n: rows.length }));
    }),
  );
});
