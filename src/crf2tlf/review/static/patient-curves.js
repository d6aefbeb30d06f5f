// Curves of numeric results over time: tumours, and any other Findings domain or analysis dataset with numbers.
"use strict";

crf2tlf.patientCurves = (() => {
  const { element, text } = crf2tlf;
  const PAPER = 690;
  const { value, first, has } = crf2tlf.patientData;
  const COLOURS = ["#0a5c8a", "#b3440b", "#146c43", "#7b3fa0", "#8a6d00", "#a3231f", "#3d4f8f", "#00707a", "#6b4a2b", "#5a5f66"];
  const SYMBOLS = ["circle", "rect", "triangle", "diamond", "pin", "arrow", "roundRect"];
  const DASHES = ["solid", "dashed", "dotted"];
  const TUMOURS = "TR";

  let patient = null;
  let chart = null;

  /** The choices: {id, label, measures: {name: variable}, series: [{label, points}]}; the tumours come first. */
  function choices() {
    const found = [];
    for (const table of patient.tables) {
      if (table.helper) continue;
      const records = patient.records(table.name);
      if (table.class === "Findings" && has(table, "--STRESN")) found.push(...ofFindings(table, records));
      if (table.class === "BDS" && table.columns.some((column) => column.name === "AVAL")) found.push(...ofParameters(table, records));
    }
    const order = (choice) => (choice.table === TUMOURS ? 0 : choice.tumour ? 1 : choice.kind === "sdtm" ? 2 : 3);
    return found.sort((a, b) => order(a) - order(b));
  }

  function ofFindings(table, records) {
    const numeric = records.filter((record) => value(record, "--STRESN") !== null && day(record, ["--DTC", "--STDTC"]) !== null);
    const measures = { "--STRESN": { label: "patient.measure_value" } };
    if (table.name === TUMOURS) return numeric.length ? [choice(table, table.label, numeric, measures, (record) => value(record, "--TEST"))] : [];
    return Array.from(grouped(numeric, (record) => value(record, "--TEST") || value(record, "--TESTCD")).entries(), ([test, those]) =>
      choice(table, test, those, measures, () => test),
    );
  }

  function ofParameters(table, records) {
    const numeric = records.filter((record) => value(record, "AVAL") !== null && day(record, ["ADT", "ADTM"]) !== null);
    const measures = {
      AVAL: { label: "patient.measure_value" },
      CHG: { label: "patient.measure_change" },
      PCHG: { label: "patient.measure_percent" },
      PCNSD: { label: "patient.measure_nadir" },
    };
    return Array.from(grouped(numeric, (record) => value(record, "PARAM")).entries(), ([parameter, those]) => {
      const there = Object.fromEntries(
        Object.entries(measures).filter(([name]) => those.some((record) => value(record, name) !== null)),
      );
      return { ...choice(table, parameter, those, there, () => parameter), tumour: /^(SUMDIAM|LDIAM|DIAMETER|SAXIS)/.test(value(those[0], "PARAMCD") || "") };
    }).filter((one) => new Set(one.records.map((record) => day(record, ["ADT", "ADTM"]))).size > 1 || one.tumour);
  }

  function choice(table, label, records, measures, name) {
    const split = ["--LNKID", "--LOC", "--EVAL", "--EVALID", "--METHOD", "--POS", "--LAT", "DTYPE", "PARQUAL"].filter(
      (variable) => new Set(records.map((record) => value(record, variable))).size > 1,
    );
    const series = grouped(records, (record) =>
      [name(record), ...split.slice(0, 2).map((variable) => value(record, variable))].filter((part) => part).join(", "),
    );
    const unit = first(records[0], "--STRESU") || "";
    return { id: `${table.name}/${label}`, table: table.name, kind: table.kind, label, unit, records, measures, series };
  }

  function grouped(records, key) {
    const found = new Map();
    for (const record of records) {
      const name = key(record);
      if (!found.has(name)) found.set(name, []);
      found.get(name).push(record);
    }
    return found;
  }

  function day(record, names) {
    const range = crf2tlf.dates.range(first(record, ...names));
    return range ? range.from : null;
  }

  const when = (record) => day(record, ["--DTC", "--STDTC", "ADT", "ADTM"]);

  // ---- the page ------------------------------------------------------------------------------------------------

  function show(shown) {
    patient = shown;
    const place = document.getElementById("curves");
    const found = choices();
    if (!found.length) {
      document.getElementById("curves-section").hidden = true;
      return;
    }
    const option = (one) => element("option", { value: one.id }, `${one.table} – ${one.label}`);
    const parts = [["patient.curves_tumour", (one) => one.table === TUMOURS || one.tumour], ["patient.curves_sdtm", (one) => one.kind === "sdtm" && one.table !== TUMOURS && !one.tumour], ["patient.curves_adam", (one) => one.kind === "adam" && !one.tumour]];
    const select = element("select", { id: "curves-choice" }, parts.map(([key, takes]) => {
      const those = found.filter(takes);
      return those.length ? element("optgroup", { label: text(key) }, those.map(option)) : null;
    }));
    const measure = element("select", { id: "curves-measure" });
    const drawing = element("div", { id: "curves-drawing", class: "curves-drawing", role: "img" });
    const below = element("div", { id: "curves-table" });
    const chosen = () => found.find((one) => one.id === select.value);
    const redraw = () => drawCurves(chosen(), measure.value, drawing, below);
    const choose = () => {
      const kept = measure.value;
      crf2tlf.fill(measure, Object.entries(chosen().measures).map(([name, { label }]) => element("option", { value: name, text: { key: label } })));
      if (chosen().measures[kept]) measure.value = kept;
      measure.closest("label").hidden = measure.options.length < 2;
      redraw();
    };
    crf2tlf.fill(place, element("div", { class: "controls" }, element("label", { class: "field" }, crf2tlf.label("patient.curves_choice"), select), element("label", { class: "field" }, crf2tlf.label("patient.curves_measure"), measure)), drawing, below);
    select.addEventListener("change", choose);
    measure.addEventListener("change", redraw);
    crf2tlf.onLanguage(redraw);
    // A canvas does not shrink with the paper: it is drawn anew, as wide as a page upright.
    window.addEventListener("beforeprint", () => chart && chart.resize({ width: PAPER }));
    window.addEventListener("afterprint", () => chart && chart.resize({ width: "auto" }));
    chart = window.echarts.init(drawing, null, { renderer: "canvas" });
    new ResizeObserver(() => chart.resize()).observe(drawing);
    const start = found.find((one) => one.measures.PCHG && one.tumour) || found[0];
    select.value = found[0].table === TUMOURS ? found[0].id : start.id;
    choose();
  }

  function drawCurves(one, measure, drawing, below) {
    const from = crf2tlf.patientFacts.reference(patient);
    const x = (record) => (from === null ? when(record) : crf2tlf.dates.studyDay(when(record), from));
    const lines = Array.from(one.series.entries(), ([label, records]) => ({
      label,
      records: records.filter((record) => value(record, measure) !== null).sort((a, b) => when(a) - when(b)),
    })).filter((line) => line.records.length);
    const label = text(one.measures[measure].label);
    const y = `${label}${measure === "--STRESN" && one.unit ? ` (${one.unit})` : ""}`;
    chart.setOption(optionsOf(lines, measure, x, y, from), true);
    drawing.setAttribute("aria-label", text("patient.curves_described", { label: one.label, lines: lines.length }));
    crf2tlf.fill(below, tableOf(lines, measure, y, from));
  }

  function optionsOf(lines, measure, x, y, from) {
    const wide = document.getElementById("curves-drawing").clientWidth > 640;
    const ink = "#1b2733";
    return {
      animation: false,
      color: COLOURS,
      grid: { left: 56, right: wide ? 24 : 12, top: 30, bottom: 44 + (wide ? 26 : 18 * Math.min(lines.length, 6)) },
      legend: { type: wide ? "scroll" : "scroll", bottom: 0, orient: wide ? "horizontal" : "vertical", textStyle: { color: ink }, height: wide ? undefined : 18 * Math.min(lines.length, 6) },
      tooltip: { trigger: "item", renderMode: "richText", formatter: (at) => at.data.shown },
      xAxis: {
        type: "value",
        name: from === null ? text("patient.axis_date") : text("patient.axis_day"),
        nameLocation: "middle",
        nameGap: 24,
        scale: true,
        axisLine: { onZero: false },
        axisLabel: { color: ink, formatter: (day) => (from === null ? crf2tlf.dates.iso(day) : String(day)) },
        splitLine: { show: false },
      },
      yAxis: { type: "value", name: y, nameTextStyle: { color: ink, align: "left" }, scale: !["--STRESN", "AVAL"].includes(measure), axisLine: { onZero: false }, axisLabel: { color: ink } },
      series: lines.map((line, at) => ({
        type: "line",
        name: line.label,
        symbol: SYMBOLS[at % SYMBOLS.length],
        symbolSize: 8,
        lineStyle: { width: 2, type: DASHES[Math.floor(at / COLOURS.length) % DASHES.length] },
        data: line.records.map((record) => ({
          value: [x(record), value(record, measure)],
          shown: `${line.label}\n${first(record, "AVISIT", "VISIT") || ""} ${dateOf(record, from)}\n${y}: ${value(record, measure)}`,
        })),
      })),
    };
  }

  const dateOf = (record, from) => crf2tlf.dates.shown(first(record, "--DTC", "--STDTC", "ADT", "ADTM"), from);

  function tableOf(lines, measure, y, from) {
    const head = [text("patient.col_what"), text("patient.col_visit"), text("patient.col_date"), y, text("patient.col_record")];
    const body = lines.flatMap((line) => line.records.map((record) => element("tr", null, element("th", { scope: "row" }, line.label), element("td", null, first(record, "AVISIT", "VISIT") || ""), element("td", null, dateOf(record, from)), element("td", { class: "number" }, String(value(record, measure))), element("td", null, element("a", { href: `#${record.anchor}` }, `${record.table.name} ${record.number}`)))));
    const table = element("table", { class: "grid" }, element("thead", null, element("tr", null, head.map((name) => element("th", { scope: "col" }, name)))), element("tbody", null, body));
    return element("details", null, element("summary", null, text("patient.as_table")), element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": text("patient.as_table") }, table));
  }

  return { show };
})();
