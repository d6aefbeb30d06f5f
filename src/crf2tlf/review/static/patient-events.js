// What stands on a patient's timeline, told by the observation class of a domain and its general variables
// (--STDTC, --ENDTC, --DECOD …; SDTM 2.0), whatever the study.
"use strict";

crf2tlf.patientEvents = (() => {
  const { value, first, has } = crf2tlf.patientData;
  const { text } = crf2tlf;
  const SEVERITIES = { MILD: 1, MODERATE: 2, SEVERE: 3 };
  const ONGOING = new Set(["ONGOING", "AFTER", "DURING/AFTER", "COINCIDENT/AFTER"]);
  const UNRESOLVED = new Set(["NOT RECOVERED/NOT RESOLVED", "RECOVERING/RESOLVING"]);
  const RESPONSES = {
    CR: "best", PR: "good", "NON-CR/NON-PD": "steady", SD: "steady", "NON-PD": "steady", MR: "good",
    PD: "bad", uPD: "bad", iUPD: "bad", iCPD: "bad", UNEQUIVOCAL: "bad", NE: "unknown", NED: "best", NON: "steady",
  };
  const DOSING = new Set(["EX", "EC"]);

  /** The grade or severity of an event: {rank, short, long, tone}, or null. */
  function grade(record) {
    const toxicity = value(record, "--TOXGR");
    if (toxicity !== null && /^[0-5]$/.test(toxicity)) {
      const rank = Number(toxicity);
      return { rank, short: String(rank), long: text("patient.grade", { grade: rank }), tone: `grade-${rank}` };
    }
    const severity = value(record, "--SEV");
    if (severity === null) return null;
    const rank = SEVERITIES[severity.toUpperCase()] || 0;
    const words = severity.charAt(0) + severity.slice(1).toLowerCase();
    return { rank, short: words.length > 4 ? words.slice(0, 3) : words, long: words, tone: rank ? `grade-${rank}` : "plain" };
  }

  /** When a record is: start and end as ranges of days, and whether it goes on, or began before. */
  function time(record) {
    const start = crf2tlf.dates.range(first(record, "--STDTC", "--DTC"));
    const end = crf2tlf.dates.range(value(record, "--ENDTC"));
    const said = [value(record, "--ENRTPT"), value(record, "--ENRF"), value(record, "--ENTPT")];
    const goesOn = said.some((one) => ONGOING.has(one)) || (record.table.class === "Events" && UNRESOLVED.has(value(record, "--OUT")));
    const before = start === null && end !== null;
    return { start, end, ongoing: end === null && goesOn && start !== null, before };
  }

  /** An entry of a row; null where nothing says when it was. */
  function entry(record, more = {}) {
    const when = time(record);
    if (!when.start && !when.end) return null;
    return { record, ...when, kind: when.end || when.ongoing ? "bar" : "point", tone: "plain", mark: "", ...more };
  }

  const name = (record) => first(record, "--DECOD", "--TRT", "--TERM", "--MODIFY", "--TEST") || record.table.label;

  function sentence(patient, entry_, label) {
    const { record } = entry_;
    const from = crf2tlf.patientFacts.reference(patient);
    const dates = [first(record, "--STDTC", "--DTC"), value(record, "--ENDTC")];
    const parts = [`${record.table.name} ${record.number}`, label];
    if (entry_.detail) parts.push(entry_.detail);
    const shown = dates.map((date) => (date === null ? null : crf2tlf.dates.shown(date, from)));
    if (shown[1] !== null && shown[1] !== shown[0]) parts.push(text("patient.from_to", { from: shown[0] || "?", to: shown[1] }));
    else if (shown[0] !== null) parts.push(shown[0]);
    if (entry_.ongoing) parts.push(text("patient.ongoing"));
    if ((entry_.start && entry_.start.partial) || (entry_.end && entry_.end.partial)) parts.push(text("patient.partial"));
    return parts.join(" · ");
  }

  // ---- groups of rows ------------------------------------------------------------------------------------------

  /** The groups of the timeline with their rows; `undated` counts records that no date places. */
  function groups(patient) {
    const of = (class_, filter = () => true) => patient.tables.filter((table) => table.class === class_ && !table.helper && filter(table));
    const undated = [];
    const made = [
      milestones(patient, undated),
      treatment(patient, of("Interventions", (table) => DOSING.has(table.name)), undated),
      changes(patient, of("Interventions")),
      responses(patient, undated),
      ...of("Events", (table) => has(table, "--TOXGR") || has(table, "--SEV")).map((table) => adverse(patient, table, undated)),
      ...of("Interventions", (table) => !DOSING.has(table.name)).map((table) => plain(patient, table, undated)),
      ...of("Events", (table) => table.name !== "DS" && !has(table, "--TOXGR") && !has(table, "--SEV")).map((table) =>
        plain(patient, table, undated),
      ),
    ];
    const found = made.filter((group) => group && group.rows.length);
    for (const group of found) {
      for (const row of group.rows) for (const one of row.entries) one.sentence = sentence(patient, one, row.label);
    }
    return { groups: found, undated };
  }

  /** Rows of entries with the same label, in the order of their first day (or of `rank`, highest first). */
  function rowsOf(found, rank = () => 0) {
    const rows = new Map();
    for (const { label, entry: one } of found) {
      if (!rows.has(label)) rows.set(label, { label, entries: [] });
      rows.get(label).entries.push(one);
    }
    const begin = (row) => Math.min(...row.entries.map((one) => (one.start || one.end).from));
    const highest = (row) => Math.max(...row.entries.map(rank));
    for (const row of rows.values()) row.entries.sort((a, b) => (a.start || a.end).from - (b.start || b.end).from);
    return Array.from(rows.values()).sort((a, b) => highest(b) - highest(a) || begin(a) - begin(b));
  }

  function collect(records, undated, label, more = () => ({})) {
    const found = [];
    for (const record of records) {
      const one = entry(record, more(record));
      if (one) found.push({ label: label(record), entry: one });
      else if (value(record, "--OCCUR") !== "N") undated.push(record);
    }
    return found;
  }

  function milestones(patient, undated) {
    const found = collect(patient.records("SE"), [], () => text("patient.row_elements"), (record) => ({
      mark: first(record, "ELEMENT", "ETCD") || "",
      detail: first(record, "ELEMENT", "ETCD"),
      tone: "element",
    }));
    const visits = collect(patient.records("SV"), [], () => text("patient.row_visits"), (record) => ({
      kind: "point",
      detail: value(record, "VISIT"),
      tone: "visit",
    }));
    const events = collect(patient.records("DS"), undated, name, (record) => ({
      kind: "point",
      tone: /^(DEATH|DEAD)$/.test(value(record, "--DECOD") || "") ? "death" : "milestone",
      detail: value(record, "--TERM") === name(record) ? "" : value(record, "--TERM"),
    }));
    const death = crf2tlf.dates.range((patient.fact("DM.DTHDTC") || { value: null }).value);
    if (death && !events.some((one) => one.entry.tone === "death")) {
      const record = patient.first("DM");
      events.push({
        label: text("patient.row_death"),
        entry: { record, start: death, end: null, kind: "point", tone: "death", mark: "", detail: value(record, "DTHDTC") },
      });
    }
    const rows = [...rowsOf(found), ...rowsOf(visits), ...rowsOf(events)];
    return { key: "patient.group_course", rows, death, core: true };
  }

  const amount = (record) => value(record, "--DOSE") ?? value(record, "--DOSTXT");
  const words = (...parts) => parts.filter((part) => part !== null).join(" ");
  const dose = (record) => words(amount(record), value(record, "--DOSU"), value(record, "--DOSFRQ"));
  const shorterDoses = (record) => [words(amount(record), value(record, "--DOSU")), words(amount(record))];

  /** Whether nothing was given: said so, or a dose of 0 of what has other doses too (of placebo it is the usual one). */
  const notGiven = (record, records) =>
    value(record, "--OCCUR") === "N" ||
    (value(record, "--DOSE") === 0 && records.some((other) => name(other) === name(record) && value(other, "--DOSE") > 0));

  /** Doses as given (EX), and where that is missing as collected (EC). */
  function treatment(patient, tables, undated) {
    const table = tables.find((one) => one.name === "EX") || tables[0];
    if (!table) return null;
    const given = patient.records(table.name).filter((record) => value(record, "--OCCUR") !== "N");
    const found = collect(given, undated, name, (record) => ({ mark: dose(record), shorter: shorterDoses(record), detail: dose(record), tone: "dose" }));
    return { key: "patient.group_treatment", table, rows: rowsOf(found), core: true };
  }

  /** Doses changed, interrupted or not given: adjustments, --OCCUR of N, doses of 0. */
  function changes(patient, tables) {
    const dosing = tables.filter((table) => DOSING.has(table.name)).flatMap((table) => patient.records(table.name));
    const records = dosing.filter((record) => value(record, "--ADJ") !== null || notGiven(record, dosing));
    const found = collect(records, [], name, (record) => {
      const reason = first(record, "--ADJ", "--REASOC");
      const what = notGiven(record, dosing) ? text("patient.not_given") : dose(record);
      return { detail: [what, reason].filter((part) => part).join(", "), mark: what, shorter: what === dose(record) ? shorterDoses(record) : [], tone: "change" };
    });
    return { key: "patient.group_changes", rows: rowsOf(found), core: true };
  }

  function responses(patient, undated) {
    const records = patient.records("RS").filter((record) => first(record, "--STRESC", "--ORRES") !== null);
    const main = (record) => (value(record, "--TESTCD") === "OVRLRESP" ? 1 : 0);
    const label = (record) => [value(record, "--TEST"), value(record, "--EVAL")].filter((part) => part).join(", ");
    const found = collect(records, undated, label, (record) => {
      const result = first(record, "--STRESC", "--ORRES");
      return {
        kind: "point",
        mark: String(result),
        detail: [result, value(record, "VISIT")].filter((part) => part).join(", "),
        tone: RESPONSES[result] || "plain",
        rank: main(record),
      };
    });
    return { key: "patient.group_responses", rows: rowsOf(found, (one) => one.rank), core: true };
  }

  function adverse(patient, table, undated) {
    const found = collect(patient.records(table.name), undated, name, (record) => {
      const found_ = grade(record);
      const serious = value(record, "--SER") === "Y" ? text("patient.serious") : "";
      return {
        mark: (found_ ? found_.short : "") + (serious ? "*" : ""),
        serious: Boolean(serious),
        detail: [found_ ? found_.long : "", serious, value(record, "--OUT")].filter((part) => part).join(", "),
        tone: found_ ? found_.tone : "plain",
        rank: found_ ? found_.rank : 0,
      };
    });
    return { key: "patient.group_adverse", table, rows: rowsOf(found, (one) => one.rank), graded: true };
  }

  function plain(patient, table, undated) {
    const records = patient.records(table.name).filter((record) => value(record, "--OCCUR") !== "N");
    const found = collect(records, undated, name, (record) => ({
      detail: [dose(record), value(record, "--CAT"), value(record, "--INDC")].filter((part) => part).join(", "),
    }));
    return { table, rows: rowsOf(found) };
  }

  return { groups, grade };
})();
