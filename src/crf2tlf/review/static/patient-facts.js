// The head of a patient's page: a sentence that tells the story, and the facts a reviewer asks for first.
"use strict";

crf2tlf.patientFacts = (() => {
  const { element, text } = crf2tlf;

  /** The day that study days count from, or null. */
  function reference(patient) {
    const found = patient.fact("DM.RFSTDTC", "ADSL.TRTSDT", "DM.RFXSTDTC");
    const range = found && crf2tlf.dates.range(found.value);
    return range && !range.partial ? range.from : null;
  }

  function facts(patient) {
    const from = reference(patient);
    const found = [];
    const fact = (key, ...names) => {
      const one = patient.fact(...names);
      if (one) found.push({ key, shown: shownValue(patient, one, from), record: one.record });
    };
    fact("patient.fact_arm", "ADSL.TRT01A", "ADSL.TRT01P", "DM.ACTARM", "DM.ARM");
    const age = patient.fact("ADSL.AGE", "DM.AGE");
    if (age) {
      const unit = patient.fact("DM.AGEU", "ADSL.AGEU");
      const years = !unit || unit.value === "YEARS";
      const shown = years ? text("patient.years", { age: age.value }) : `${age.value} ${unit.value}`;
      found.push({ key: "patient.fact_age", shown, record: age.record });
    }
    fact("patient.fact_sex", "ADSL.SEX", "DM.SEX");
    fact("patient.fact_race", "ADSL.RACE", "DM.RACE");
    fact("patient.fact_site", "ADSL.SITEID", "DM.SITEID");
    fact("patient.fact_country", "ADSL.COUNTRY", "DM.COUNTRY");
    fact("patient.fact_consent", "ADSL.RFICDT", "DM.RFICDTC");
    fact("patient.fact_first_dose", "ADSL.TRTSDT", "DM.RFXSTDTC", "DM.RFSTDTC");
    fact("patient.fact_last_dose", "ADSL.TRTEDT", "DM.RFXENDTC");
    fact("patient.fact_treatment", "ADSL.EOTSTT");
    fact("patient.fact_treatment_reason", "ADSL.DCTREAS");
    fact("patient.fact_study", "ADSL.EOSSTT");
    fact("patient.fact_study_reason", "ADSL.DCSREAS");
    fact("patient.fact_death", "ADSL.DTHDT", "DM.DTHDTC");
    fact("patient.fact_cause", "ADSL.DTHCAUS");
    return found;
  }

  function shownValue(patient, found, from) {
    const column = found.record.table.columns.find((one) => one.name === found.variable);
    if (column.type === "date") return crf2tlf.dates.shown(found.value, from);
    const decode = crf2tlf.patientData.decode(patient, column, found.value);
    return decode && String(found.value).length <= 3 ? `${decode} (${found.value})` : String(found.value);
  }

  /** Best responses and times to events, from datasets of those structures. */
  function parameters(patient) {
    const { value } = crf2tlf.patientData;
    const found = [];
    for (const table of patient.tables) {
      for (const record of patient.records(table.name)) {
        const name = value(record, "PARAM");
        if (table.class === "TTE" && value(record, "AVAL") !== null) {
          const censored = value(record, "CNSR");
          const why = censored ? value(record, "CNSDTDSC") || value(record, "EVNTDESC") : value(record, "EVNTDESC");
          const key = censored ? "patient.censored" : "patient.event";
          const amount = crf2tlf.number(value(record, "AVAL"), { maximumFractionDigits: 1 });
          // CNSR 0 need not be an event (the duration of follow-up ends with the last contact): the description says it.
          const shown = why || censored ? text(key, { value: amount, why: why || text("patient.no_reason") }) : amount;
          found.push({ label: name, shown, record });
        } else if (/^C?BOR/.test(value(record, "PARAMCD") || "") && value(record, "AVALC") !== null) {
          found.push({ label: name, shown: value(record, "AVALC"), record });
        }
      }
    }
    return found.sort((a, b) => (a.record.table.class === "TTE") - (b.record.table.class === "TTE"));
  }

  /** A sentence: who the patient is, the treatment, how it ended. */
  function story(patient) {
    const from = reference(patient);
    const parts = [];
    const said = (...names) => {
      const found = patient.fact(...names);
      return found ? found.value : null;
    };
    const who = [];
    const age = said("ADSL.AGE", "DM.AGE");
    if (age !== null) who.push(text("patient.years", { age }));
    const sex = said("ADSL.SEX", "DM.SEX");
    if (sex !== null) who.push({ M: text("patient.male"), F: text("patient.female") }[sex] || sex);
    const arm = said("ADSL.TRT01A", "ADSL.TRT01P", "DM.ACTARM", "DM.ARM");
    if (arm !== null) who.push(arm);
    if (who.length) parts.push(who.join(" · "));
    const start = crf2tlf.dates.range(said("ADSL.TRTSDT", "DM.RFXSTDTC"));
    const end = crf2tlf.dates.range(said("ADSL.TRTEDT", "DM.RFXENDTC"));
    if (start && end) parts.push(text("patient.story_treated", { days: end.to - start.from + 1, from: crf2tlf.dates.iso(start.from) }));
    const best = bestResponse(patient);
    if (best) parts.push(text("patient.story_best", { response: best }));
    const worst = worstEvent(patient);
    if (worst) parts.push(worst);
    const reason = said("ADSL.DCTREAS");
    if (reason !== null) parts.push(text("patient.story_stopped", { reason }));
    const death = said("ADSL.DTHDT", "DM.DTHDTC");
    if (death !== null) parts.push(text("patient.story_died", { date: crf2tlf.dates.shown(death, from) }));
    else if (said("ADSL.DTHFL", "DM.DTHFL") === "Y") parts.push(text("patient.story_died_some_day"));
    return parts.join(" — ");
  }

  /** The best overall response, with the confirmed one where that is another. */
  function bestResponse(patient) {
    const found = parameters(patient).filter((one) => one.record.table.class !== "TTE");
    const confirmed = found.find((one) => isConfirmed(one.record));
    const best = found.find((one) => !isConfirmed(one.record)) || confirmed;
    if (!best) return null;
    if (!confirmed || confirmed.shown === best.shown) return best.shown;
    return text("patient.story_confirmed", { response: best.shown, confirmed: confirmed.shown });
  }

  const isConfirmed = (record) => crf2tlf.patientData.value(record, "PARAMCD").startsWith("C");

  function worstEvent(patient) {
    const grades = patient.records("AE").map((record) => crf2tlf.patientEvents.grade(record)).filter((grade) => grade);
    if (!patient.records("AE").length) return null;
    const worst = grades.sort((a, b) => b.rank - a.rank)[0];
    const count = patient.records("AE").length;
    return worst
      ? text("patient.story_events_worst", { count, grade: worst.long })
      : text("patient.story_events", { count });
  }

  /** The patient's raw records that no dataset has, by reason and file: [{why, table, lines}]. */
  function leftOut(patient) {
    const groups = new Map();
    for (const table of patient.tables.filter((one) => one.kind === "raw")) {
      for (const record of patient.records(table.name)) {
        const why = reasonOf(record.fate || "");
        if (why === null) continue;
        const key = JSON.stringify([table.name, why]);
        if (!groups.has(key)) groups.set(key, { why, table, lines: [] });
        groups.get(key).lines.push(record);
      }
    }
    return Array.from(groups.values());
  }

  const LEFT_OUT = "left out: ";
  const reasonOf = (fate) => (fate.startsWith(LEFT_OUT) ? fate.slice(LEFT_OUT.length) : fate === "unused" ? text("patient.unused") : null);

  /** Links to records: those on lines that follow one another as one. */
  function lineLinks(records) {
    const runs = [];
    for (const record of [...records].sort((a, b) => a.number - b.number)) {
      const run = runs[runs.length - 1];
      if (run && record.number === run.last + 1) run.last = record.number;
      else runs.push({ first: record, last: record.number });
    }
    return runs.map(({ first, last }, at) => [
      at ? ", " : "",
      element("a", { href: `#${first.anchor}` }, last > first.number ? `${first.number}-${last}` : String(first.number)),
    ]);
  }

  function showLeftOut(patient) {
    const place = document.getElementById("patient-left-out");
    const groups = leftOut(patient);
    const count = groups.reduce((sum, { lines }) => sum + lines.length, 0);
    place.hidden = !count;
    crf2tlf.fill(
      place,
      text("patient.left_out_records", { count }),
      element("ul", null, groups.map(({ why, table, lines }) => element("li", null, `${why}: `, `${table.file || table.name}:`, lineLinks(lines)))),
    );
  }

  function show(patient) {
    showLeftOut(patient);
    document.getElementById("patient-story").textContent = story(patient);
    list("patient-facts", facts(patient));
    const endpoints = parameters(patient);
    list("patient-endpoint-facts", endpoints);
    document.getElementById("patient-endpoints").hidden = !endpoints.length;
    if (window.innerWidth < 640) document.getElementById("patient-endpoints").open = false;
  }

  function list(id, found) {
    crf2tlf.fill(
      document.getElementById(id),
      found.map(({ key, label, shown, record }) =>
        element(
          "div",
          null,
          key ? element("dt", { text: { key } }) : element("dt", null, label),
          element("dd", null, element("a", { href: `#${record.anchor}` }, shown)),
        ),
      ),
    );
  }

  return { show, reference };
})();
