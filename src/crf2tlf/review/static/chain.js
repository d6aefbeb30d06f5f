// The chain behind a number: its rules, the records that it is made of, and their way back to the raw lines.
"use strict";

crf2tlf.chain = (() => {
  const { element, text } = crf2tlf;
  const IN_A_LIST = 20;
  const NAMES = /[A-Z][A-Z0-9_]*/g;

  // ---- sets of records -----------------------------------------------------------------------------------------

  /** Numbers kept as the first one and then the differences. */
  function summed(differences) {
    let number = 0;
    return differences.map((difference) => (number += difference));
  }

  const decoded = new WeakMap();

  /** A set of an output's piece with its record and subject numbers; null for none. */
  function setOf(piece, number) {
    const found = number === null || number === undefined ? null : piece.sets[String(number)];
    if (!found || found.constants) return found || null;
    if (!decoded.has(found)) {
      decoded.set(found, {
        dataset: found.dataset,
        records: summed(found.records),
        subjects: summed(found.subjects).filter((subject) => subject >= 0),
      });
    }
    return decoded.get(found);
  }

  // ---- one record ----------------------------------------------------------------------------------------------

  const named = (table, number) => `${table.replace(/^(raw|study)\./, "")} ${number}`;

  function kindOf(table) {
    return element("span", { class: `badge kind-${table.kind}`, text: { key: `chain.${table.kind}` } });
  }

  /** Where a record stands: file and line of a raw table or of the design, else its dataset and number. */
  function placeOf(record) {
    const { table, number } = record;
    if (table.kind === "raw" || table.kind === "design") return `${table.file}:${number}`;
    return named(table.name, number);
  }

  /**
   * The first words that tell a record from others: its keys' values but the study's and the subject's. A bare number
   * reads as a grade or a result, so that sequence numbers and identifiers have their names.
   */
  function gist(record) {
    const names = record.table.keys.filter((name) => !["STUDYID", "DOMAIN", "USUBJID", "RDOMAIN"].includes(name));
    const shown = names.map((name) => [name, crf2tlf.patientData.value(record, name)]).filter(([, value]) => value !== null);
    const plain = ([name, value]) => !/(SEQ|ID)$/.test(name) && !/^[\d.]+$/.test(value);
    return shown.slice(0, 3).map((found) => (plain(found) ? found[1] : found.join(" "))).join(" · ");
  }

  /** Variables that an element shows first: those asked for that the table has, then its keys. */
  function chosen(record, asked) {
    const { table } = record;
    const hidden = new Set(["STUDYID", "DOMAIN", "USUBJID", "RDOMAIN"]); // said above the records already
    const wanted = table.columns.filter((column) => asked.has(column.name) && !hidden.has(column.name));
    const keys = table.columns.filter((column) => table.keys.includes(column.name) && !hidden.has(column.name));
    const found = table.columns.filter((column) => wanted.includes(column) || keys.includes(column));
    return found.length ? found : table.columns.filter((column, at) => record.row[at] !== null);
  }

  /** The variables of a table that variables of a record were made from, also by way of others of the record's own. */
  function used(table, columns, of) {
    const names = new Set();
    const seen = new Set(columns);
    const pending = Array.from(columns);
    while (pending.length) {
      for (const use of pending.pop().uses || []) {
        const dot = use.lastIndexOf(".");
        const name = use.slice(dot + 1);
        if (use.slice(0, dot) === of) names.add(name);
        if (use.slice(0, dot) !== table.name) continue;
        const own = table.columns.find((column) => column.name === name);
        if (own && !seen.has(own)) {
          seen.add(own);
          pending.push(own);
        }
      }
    }
    return names;
  }

  function valueOf(patient, record, column) {
    const found = record.row[record.places.get(column.name)];
    if (found === null || found === undefined) return element("span", { class: "soft", text: { key: "site.missing" } });
    const decode = crf2tlf.patientData.decode(patient, column, found);
    return [element("span", { class: "value" }, String(found)), decode ? element("span", { class: "soft" }, ` ${decode}`) : null];
  }

  function rulesOf(record, column) {
    const from = new Set(record.sources.map(([table]) => table));
    const rules = column.rules || [];
    const fitting = rules.filter(([source]) => !source || from.has(source) || from.size === 0);
    return (fitting.length ? fitting : rules).map(([, rule, place]) =>
      element("div", { class: "rule" }, element("code", {}, rule), place ? element("span", { class: "place" }, ` ${place}`) : null),
    );
  }

  function readsOf(patient, record, column) {
    const read = record.reads.find((found) => found.variable === column.name);
    if (!read) return null;
    return read.references.slice(0, IN_A_LIST).map(([table, number]) => {
      const other = patient.record(table, number);
      const name = other ? placeOf(other) : named(table, number);
      const summary = element("summary", { text: { key: "chain.read", values: { record: name } } });
      return other
        ? lazily(element("details", { class: "read" }, summary), () => card(patient, other, used(record.table, [column], table), true))
        : element("div", { class: "soft", text: { key: "chain.source_elsewhere", values: { record: name } } });
    });
  }

  function valuesTable(patient, record, columns) {
    const raw = record.table.kind === "raw" || record.table.kind === "design";
    const head = ["chain.variable", raw ? "chain.collected" : "chain.value", raw ? null : "chain.how"].filter(Boolean);
    const rows = columns.map((column) =>
      element(
        "tr",
        {},
        element(
          "th",
          { scope: "row" },
          element("span", { class: "code" }, column.name),
          element("span", { class: "label" }, column.header && column.header !== column.name ? column.header : column.label),
        ),
        element("td", {}, valueOf(patient, record, column)),
        raw ? null : element("td", {}, rulesOf(record, column), readsOf(patient, record, column)),
      ),
    );
    return element(
      "div",
      { class: "scroll" },
      element(
        "table",
        { class: "values" },
        element("thead", {}, element("tr", {}, head.map((key) => element("th", { scope: "col", text: { key } })))),
        element("tbody", {}, rows),
      ),
    );
  }

  /** Fill a `details` element when it is opened first; on paper it is closed until then, or (`printed`) filled. */
  function lazily(details, make, printed = false) {
    const once = () => {
      if (!details.open || details.dataset.filled) return;
      details.dataset.filled = "true";
      delete details.dataset.lazy;
      details.append(make());
    };
    details.dataset.lazy = printed ? "printed" : "";
    details.addEventListener("toggle", once);
    details.fillNow = once;
    return details;
  }

  function opened(details) {
    details.open = true;
    details.fillNow();
    return details;
  }

  /** A record with the values asked for, their rules, and the records that it was made from, each one a card too. */
  function card(patient, record, asked, inside) {
    const columns = chosen(record, asked);
    const others = record.table.columns.filter((column) => !columns.includes(column));
    const body = [record.fate ? element("p", { class: "soft" }, record.fate) : null, valuesTable(patient, record, columns)];
    if (others.length) {
      const summary = element("summary", { text: { key: "chain.all_values", values: { n: record.table.columns.length } } });
      const all = element("details", { class: "all-values" }, summary);
      body.push(lazily(all, () => valuesTable(patient, record, record.table.columns)));
    }
    body.push(sourcesOf(patient, record, columns));
    return element("div", { class: "record", "data-record": `${record.table.name} ${record.number}` }, inside ? null : titleOf(record), body);
  }

  function titleOf(record) {
    const link = record.own
      ? crf2tlf.patientPage(recordSubject(record), record.table.name, record.number)
      : crf2tlf.datasetPage(record.table.name, { record: record.number });
    return element(
      "p",
      { class: "record-title" },
      kindOf(record.table),
      element("a", { href: link }, placeOf(record)),
      element("span", { class: "soft" }, gist(record)),
    );
  }

  const subjects = new WeakMap(); // by record: whose page it is on

  const recordSubject = (record) => subjects.get(record);

  function sourcesOf(patient, record, columns) {
    if (record.table.kind === "raw" || record.table.kind === "design") return null;
    if (!record.sources.length) return element("p", { class: "soft", text: { key: "chain.no_source" } });
    const key = record.sources.length === 1 ? "chain.one_source" : "chain.made_from";
    const few = record.sources.length <= 2;
    const made = ([table, number]) => {
      const other = patient.record(table, number);
      if (!other) {
        const name = named(table, number);
        return element("li", { class: "soft", text: { key: "chain.source_elsewhere", values: { record: name } } });
      }
      subjects.set(other, patient.subject);
      const summary = element("summary", {}, titleLine(other));
      const details = lazily(element("details", { class: "source" }, summary), () => card(patient, other, used(record.table, columns, table), false));
      return element("li", {}, few ? opened(details) : details);
    };
    return element(
      "div",
      { class: "sources" },
      element("p", { class: "sources-title", text: { key, values: { n: record.sources.length } } }),
      paged(record.sources, made, "ul"),
    );
  }

  function titleLine(record) {
    return [element("span", { class: "code" }, placeOf(record)), " ", element("span", { class: "soft" }, gist(record))];
  }

  // ---- lists in parts ------------------------------------------------------------------------------------------

  /** A list of which as many items are shown as fit, with buttons to go on. */
  function paged(items, make, tag = "ul", size = IN_A_LIST) {
    const list = element(tag, { class: "list" });
    const shown = element("span", { class: "soft" });
    let start = 0;
    const back = element("button", { type: "button", class: "tool", "aria-label": { key: "chain.previous_name" } }, "‹");
    const next = element("button", { type: "button", class: "tool", "aria-label": { key: "chain.next_name" } }, "›");
    const show = (from) => {
      start = from;
      crf2tlf.fill(list, items.slice(start, start + size).map(make));
      const values = { from: start + 1, to: Math.min(start + size, items.length), n: items.length };
      crf2tlf.fill(shown, element("span", { text: { key: "chain.shown", values } }));
      back.disabled = start === 0;
      next.disabled = start + size >= items.length;
    };
    back.addEventListener("click", () => show(Math.max(0, start - size)));
    next.addEventListener("click", () => show(start + size));
    show(0);
    return items.length > size ? element("div", {}, list, element("div", { class: "pager no-print" }, back, shown, next)) : list;
  }

  // ---- for other pages -----------------------------------------------------------------------------------------

  /** The subject's number of a record of a table, or null. */
  async function subjectOf(table, number) {
    const [subject, line] = await Promise.all([
      crf2tlf.load(`columns/${table}/@subject`),
      table.startsWith("raw.") ? crf2tlf.load(`columns/${table}/@line`) : null,
    ]);
    const at = line ? codesOf(line).findIndex((code) => line.values[code] === number) : number - 1;
    const code = codesOf(subject)[at];
    return code === undefined || code >= subject.values.length ? null : subject.values[code];
  }

  function codesOf(column) {
    const bytes = crf2tlf.fromBase64(column.codes).buffer;
    return new { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array }[column.width](bytes);
  }

  /**
   * The chain of one record as an element: its values with their rules, and the records that it was made from, down to
   * the raw lines. `patient` is what `crf2tlf.patientData.load` gave, or a subject's name; without it the subject is
   * looked up. Null where there is no such record. `asked`: names of the variables shown first.
   */
  async function record(table, number, patient = null, asked = []) {
    let whose = patient;
    if (whose === null) {
      const [rows, of] = await Promise.all([crf2tlf.load("subjects"), subjectOf(table, number)]);
      if (of === null) return null;
      whose = rows.rows[of][0];
    }
    if (typeof whose === "string") whose = await crf2tlf.patientData.load(whose);
    const found = whose && whose.record(table, number);
    if (!found) return null;
    subjects.set(found, whose.subject);
    return card(whose, found, new Set(asked), false);
  }

  /** The names of variables that rules speak of. */
  function namesIn(rules) {
    return Array.from(new Set(rules.flatMap(([, rule]) => rule.match(NAMES) || [])));
  }

  return { record, setOf, paged, namesIn, lazily, opened };
})();
