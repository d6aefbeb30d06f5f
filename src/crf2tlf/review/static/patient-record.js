// What is told of a record: where it comes from, what uses it, the rule of each value, and the cells that show it.
"use strict";

crf2tlf.patientRecord = (() => {
  const { element, text } = crf2tlf;
  const MANY = 24; // links of a list that are shown at first
  const FEW = 6; // lines of the CRF that are shown unasked

  function details(patient, record) {
    return element(
      "div",
      { class: "record-details" },
      head(patient, record),
      element("div", { class: "record-ways" }, madeFrom(patient, record), usedBy(patient, record), cells(patient, record)),
      values(patient, record),
    );
  }

  function head(patient, record) {
    const place = { subject: patient.subject, table: record.table.name, record: record.number };
    const comment = crf2tlf.comments.button(place);
    return element("p", { class: "record-head" }, element("strong", null, `${record.table.name} ${record.number}`), " ", element("span", { class: "soft" }, record.table.kind === "raw" ? `${record.table.file}:${record.number}` : record.table.label), " ", record.fate ? element("span", { class: "soft" }, record.fate) : null, " ", comment);
  }

  function way(key, ...content) {
    return element("section", { class: "record-way" }, element("h4", { text: { key } }), content);
  }

  const none = (key) => element("p", { class: "soft", text: { key } });

  // ---- links to records ----------------------------------------------------------------------------------------

  /** What a record says of itself in a few words, for links to it. */
  function gist(record) {
    const names = ["--DECOD", "--TERM", "--TRT", "PARAM", "--TEST", "--TESTCD", "QNAM", "VISIT", "AVISIT", "--STDTC", "--DTC", "ADT", "ASTDT", "AVALC", "AVAL", "--STRESC", "QVAL"];
    const found = names.map((name) => crf2tlf.patientData.value(record, name)).filter((part) => part !== null);
    const told = found.length ? found : record.table.kind === "raw" || record.table.kind === "design" ? record.row.slice(1).filter((part) => part !== null) : [];
    return Array.from(new Set(told.map(String))).slice(0, 3).join(" · ");
  }

  /** A link to a record of the subject, of nobody, or (found when it is needed) of another subject. */
  function link(patient, table, number, more = null) {
    const record = patient.record(table, number);
    const name = table.startsWith("raw.") || table.startsWith("study.") ? `${table}:${number}` : `${table} ${number}`;
    const href = record && record.own ? `#${record.anchor}` : crf2tlf.datasetPage(table, { record: number });
    const made = element("a", { href }, name);
    if (!record) elsewhere(patient, table, number, made);
    return element("li", null, made, record ? element("span", { class: "soft" }, ` ${gist(record)}`) : null, more);
  }

  async function elsewhere(patient, table, number, made) {
    const described = patient.described.get(table);
    if (!described || !described.subject) return;
    const decoded = async (column) => crf2tlf.columns ? null : decode(await crf2tlf.load(`columns/${table}/${column}`));
    const subjects = await decoded("@subject");
    const at = described.kind === "raw" ? (await decoded("@line")).indexOf(number) : number - 1;
    const found = subjects ? patient.subjects.rows[subjects[at]] : null;
    if (found) {
      made.href = crf2tlf.patientPage(found[0], table, number);
      made.append(` (${found[0]})`);
    }
  }

  /** The values of a stored column, null where missing. */
  function decode(column) {
    const bytes = crf2tlf.fromBase64(column.codes);
    const view = new DataView(bytes.buffer);
    const read = { 1: (at) => view.getUint8(at), 2: (at) => view.getUint16(at * 2, true), 4: (at) => view.getUint32(at * 4, true) }[column.width];
    return Array.from({ length: bytes.length / column.width }, (_, at) => column.values[read(at)] ?? null);
  }

  /** A list of which a part is shown, with a button for the rest. */
  function list(made) {
    const place = element("ul", { class: "ways" }, made.slice(0, MANY).map((one) => one()));
    if (made.length <= MANY) return place;
    const button = element("button", { type: "button", class: "tool", text: { key: "patient.show_all", values: { count: made.length } } });
    button.addEventListener("click", () => {
      crf2tlf.fill(place, made.map((one) => one()));
      button.remove();
    });
    return [place, button];
  }

  // ---- from and to ---------------------------------------------------------------------------------------------

  function madeFrom(patient, record) {
    if (record.table.kind === "raw" || record.table.kind === "design") return way("patient.made_from", none("patient.collected"));
    if (!record.sources.length) return way("patient.made_from", none("patient.no_source"));
    const direct = new Set(record.sources.map(([table, number]) => `${table} ${number}`));
    const behind = patient.collected(record);
    const further = behind.filter((found) => !direct.has(`${found.table.name} ${found.number}`));
    const values = patient.ways.collected(record, (column) => patient.isCopied(record, column.name));
    const looked = Array.from(values.keys()).filter((found) => !behind.includes(found));
    return way(
      "patient.made_from",
      list(record.sources.map(([table, number]) => () => link(patient, table, number))),
      folded("patient.lines_behind", further, further.length <= FEW, patient),
      folded("patient.lines_looked_up", looked, false, patient, values),
    );
  }

  /** Collected records behind a record, folded where they are many; with `values` the columns that matter. */
  function folded(key, found, open, patient, values) {
    if (!found.length) return null;
    found.sort((a, b) => a.table.name.localeCompare(b.table.name) || a.number - b.number);
    const columns = (one) => (values ? element("span", { class: "soft" }, ` (${values.get(one).join(", ")})`) : null);
    return element("details", { open }, element("summary", { text: { key, values: { count: found.length } } }), list(found.map((one) => () => link(patient, one.table.name, one.number, columns(one)))));
  }

  function usedBy(patient, record) {
    const uses = patient.usedBy(record);
    const made = uses.filter((use) => use.made);
    const read = uses.filter((use) => use.variables.length && !use.made);
    if (!uses.length) return way("patient.used_by", none(record.fate && record.fate.startsWith("left out") ? "patient.left_out" : "patient.no_user"));
    const entry = (use) => () => link(patient, use.record.table.name, use.record.number, use.variables.length ? element("span", { class: "soft" }, ` (${use.variables.join(", ")})`) : null);
    return way(
      "patient.used_by",
      made.length ? list(made.map(entry)) : null,
      read.length ? [element("h5", { text: { key: "patient.looked_up_by" } }), list(read.map(entry))] : null,
    );
  }

  /** The cells whose numbers the record is in, itself or through records made of it. */
  function cells(patient, record) {
    const place = element("div", null, element("p", { class: "soft" }, "…"));
    Promise.all([crf2tlf.load("sets"), crf2tlf.load("cells")]).then(([sets, labels]) => {
      const { direct, looked } = patient.reached(record);
      const counted = cellsOf(sets, direct, "numerator");
      const based = cellsOf(sets, direct, "denominator");
      const further = [...cellsOf(sets, looked, "numerator"), ...cellsOf(sets, looked, "denominator")];
      const folded = (key, found) =>
        found.length ? element("details", null, element("summary", null, text(key, { count: found.length })), outputs(patient, found, labels)) : null;
      crf2tlf.fill(
        place,
        counted.length ? outputs(patient, counted, labels) : none("patient.no_cell"),
        folded("patient.cells_denominator", based),
        folded("patient.cells_looked_up", further),
      );
    });
    return way("patient.cells", place);
  }

  function cellsOf(sets, numbers, role) {
    const found = new Map();
    for (const number of numbers) {
      for (const [output, cell, part] of sets[number]) if (part === role) found.set(`${output} ${cell}`, [output, cell]);
    }
    return Array.from(found.values());
  }

  function outputs(patient, found, labels) {
    const by = new Map();
    for (const [output, cell] of found) by.set(output, [...(by.get(output) || []), cell]);
    return Array.from(by.entries(), ([output, those]) => {
      const described = patient.study.outputs.find((one) => one.id === output);
      const title = described ? described.title : output;
      const named = those.filter((cell) => cell !== null);
      return element(
        "div",
        { class: "output-cells" },
        element("a", { href: crf2tlf.outputPage(output), class: "output-title" }, title),
        list(named.map((cell) => () => element("li", null, element("a", { href: crf2tlf.outputPage(output, cell) }, ((labels[output] || {})[cell] || [cell]).join(" · "))))),
      );
    });
  }

  // ---- values and their rules ----------------------------------------------------------------------------------

  function values(patient, record) {
    const derived = record.table.kind !== "raw" && record.table.kind !== "design";
    const reads = new Map(record.reads.map((read) => [read.variable, read.references]));
    const heads = derived ? ["col_variable", "col_value", "col_rule", "col_looked_up"] : ["col_variable", "col_value"];
    const own = (column) => (patient.isCopied(record, column.name) ? 1 : 0);
    const there = record.table.columns.map((column, at) => ({ column, shown: record.row[at] })).filter(({ shown }) => shown !== null).sort((a, b) => own(a.column) - own(b.column));
    const rows = there.map(({ column, shown }) => {
      const meaning = crf2tlf.patientData.decode(patient, column, shown);
      return element(
        "tr",
        null,
        element("th", { scope: "row" }, column.name, element("span", { class: "column-label" }, column.label)),
        element("td", null, String(shown), meaning ? element("span", { class: "soft" }, ` ${meaning}`) : null),
        derived ? element("td", null, rules(column, record), column.origin ? element("span", { class: "origin soft" }, column.origin) : null) : null,
        derived ? element("td", null, reads.has(column.name) ? list(reads.get(column.name).map(([table, number]) => () => link(patient, table, number))) : null) : null,
      );
    });
    const table = element("table", { class: "grid values" }, element("thead", null, element("tr", null, heads.map((key) => element("th", { scope: "col", text: { key: `patient.${key}` } })))), element("tbody", null, rows));
    return element("details", { open: derived }, element("summary", { text: { key: derived ? "patient.values_and_rules" : "patient.values" } }), table);
  }

  /** The rule that made a value: of several, the one of the record. */
  function rules(column, record) {
    const chosen = record.rules[column.name];
    const those = chosen === undefined ? column.rules || [] : column.rules.slice(chosen, chosen + 1);
    return those.map(([, rule, place]) => element("div", { class: "rule" }, element("code", null, rule), place ? element("span", { class: "soft" }, ` ${place}`) : null));
  }

  return { details };
})();
