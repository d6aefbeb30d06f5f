// The timeline: groups of rows on one axis of study days and dates, drawn as SVG whose marks are links to records.
"use strict";

crf2tlf.patientTimeline = (() => {
  const { element, text } = crf2tlf;
  const FEW = 8; // rows of a group that are shown at first; groups of the course of the study show all
  const ROW = 22;
  const CHARACTER = 6.4; // the usual width of a character of the labels
  const PAPER = 860; // wide enough for the labels, and still readable on a page of A4 or Letter upright
  let patient = null;
  const open = new Set();

  function show(shown) {
    patient = shown;
    const place = document.getElementById("timeline");
    let width = 0;
    new ResizeObserver(() => {
      if (Math.abs(place.clientWidth - width) > 2) {
        width = place.clientWidth;
        draw(place);
      }
    }).observe(place);
    crf2tlf.onLanguage(() => draw(place));
    width = place.clientWidth;
    draw(place);
    window.addEventListener("beforeprint", () => draw(place, PAPER));
    window.addEventListener("afterprint", () => draw(place));
  }

  function draw(place, width = place.clientWidth) {
    const found = crf2tlf.patientEvents.groups(patient);
    if (!found.groups.length) {
      crf2tlf.fill(place, element("p", { class: "soft", text: { key: "patient.no_timeline" } }));
      return;
    }
    const scale = scaleOf(found.groups, width);
    const status = element("p", { class: "timeline-status", id: "timeline-status" }, text("patient.timeline_hint"));
    crf2tlf.fill(
      place,
      legend(found.groups),
      status,
      element("div", { class: "timeline-axis" }, axis(scale)),
      found.groups.map((group) => groupOf(group, scale, place, status)),
      undated(found.undated),
      table(found.groups),
    );
  }

  // ---- the scale -----------------------------------------------------------------------------------------------

  function scaleOf(groups, width) {
    const all = groups.flatMap((group) => group.rows.flatMap((row) => row.entries));
    const core = groups.filter((group) => group.core).flatMap((group) => group.rows.flatMap((row) => row.entries));
    const starts = (core.length ? core : all).map((one) => (one.start || one.end).from);
    const ends = all.flatMap((one) => [one.start, one.end].filter((range) => range).map((range) => (range.partial ? range.from : range.to)));
    const reference = crf2tlf.patientFacts.reference(patient);
    const first = Math.min(...starts, ...(reference === null ? [] : [reference]));
    const last = Math.max(...ends, first + 7);
    const margin = Math.max(1, Math.round((last - first) * 0.015));
    const narrow = width < 640;
    const label = narrow ? 0 : Math.min(280, Math.round(width * 0.26));
    const left = label + 20;
    const right = Math.max(width - 18, left + 60);
    const [from, to] = [first - margin, last + margin];
    const death = groups.map((group) => group.death).find((range) => range) || null;
    return { from, to, width, narrow, label, left, right, reference, death, x: (day) => left + ((day - from) / (to - from)) * (right - left) };
  }

  function ticks(scale) {
    const wanted = Math.max(2, Math.floor((scale.right - scale.left) / 70));
    if (scale.reference === null) return [];
    const step = crf2tlf.dates.step(scale.to - scale.from, wanted);
    const found = [];
    for (let at = Math.ceil((scale.from - scale.reference) / step) * step; scale.reference + at <= scale.to; at += step) {
      found.push({ day: scale.reference + at, label: String(crf2tlf.dates.studyDay(scale.reference + at, scale.reference)) });
    }
    return found;
  }

  function axis(scale) {
    const wanted = Math.max(2, Math.floor((scale.right - scale.left) / 80));
    const every = [1, 2, 3, 6, 12, 24, 60, 120].find((size) => (scale.to - scale.from) / 30.4 / size <= wanted) || 120;
    // A label stands under its tick, but neither over the axis' name nor beyond the drawing.
    const line = (tick, y, class_) => {
      const x = scale.x(tick.day);
      const half = (tick.label.length * CHARACTER) / 2;
      const [anchor, at] = x - half < scale.label ? ["start", scale.label] : x + half > scale.width ? ["end", scale.width] : ["middle", x];
      return [
        element("svg:line", { x1: x, x2: x, y1: y + 4, y2: y + 9, class: "tick" }),
        element("svg:text", { x: at, y, class: class_, "text-anchor": anchor }, tick.label),
      ];
    };
    const name = (key, y) => (scale.narrow ? null : element("svg:text", { x: scale.label - 12, y, class: "axis-name", "text-anchor": "end" }, text(key)));
    const dates = crf2tlf.dates.months(scale.from, scale.to, every);
    return element(
      "svg:svg",
      { width: scale.width, height: 44, viewBox: `0 0 ${scale.width} 44`, "aria-hidden": "true", focusable: "false" },
      hatch(),
      ticks(scale).map((tick) => line(tick, 13, "axis-day")),
      dates.map((tick) => line(tick, 33, "axis-date")),
      scale.reference === null ? null : name("patient.axis_day", 13),
      name("patient.axis_date", 33),
    );
  }

  // ---- groups and rows -----------------------------------------------------------------------------------------

  function groupOf(group, scale, place, status) {
    const id = group.key || group.table.name;
    const all = group.core || open.has(id) || group.rows.length <= FEW + 2;
    const rows = all ? group.rows : group.rows.slice(0, FEW);
    const title = group.key ? text(group.key) : `${group.table.name} ${group.table.label}`;
    const more = all
      ? null
      : element("button", {
          type: "button",
          class: "tool no-print",
          onclick: () => {
            open.add(id);
            draw(place);
          },
          text: { key: "patient.show_all", values: { count: group.rows.length } },
        });
    return element("section", { class: "timeline-group", "aria-label": title }, element("div", { class: "timeline-title" }, element("h3", null, title), more), rowsSvg(rows, scale, title, status));
  }

  function rowsSvg(rows, scale, title, status) {
    const height = scale.narrow ? ROW + 14 : ROW;
    const tall = rows.length * height + 4;
    const grid = ticks(scale).map((tick) =>
      element("svg:line", { x1: scale.x(tick.day), x2: scale.x(tick.day), y1: 0, y2: tall, class: tick.day === scale.reference ? "grid-first" : "grid" }),
    );
    const death = scale.death && !scale.death.partial
      ? element("svg:line", { x1: scale.x(scale.death.from), x2: scale.x(scale.death.from), y1: 0, y2: tall, class: "death-line" })
      : null;
    const svg = element(
      "svg:svg",
      { width: scale.width, height: tall, viewBox: `0 0 ${scale.width} ${tall}`, role: "group", "aria-label": title, class: "timeline-rows" },
      grid,
      death,
      rows.map((row, at) => rowOf(row, at * height + 2, height, scale)),
    );
    roving(svg, status);
    return svg;
  }

  function hatch() {
    const lines = element("svg:path", { d: "M-1,5 L5,-1 M3,7 L7,3", class: "hatch" });
    return element("svg:defs", null, element("svg:pattern", { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse" }, lines));
  }

  function rowOf(row, top, height, scale) {
    const middle = top + height - ROW / 2 - 2;
    const shown = fitting(row.label, scale.narrow ? scale.width - 12 : scale.label - 8);
    const label = scale.narrow
      ? element("svg:text", { x: 2, y: top + 11, class: "row-label" }, shown)
      : element("svg:text", { x: scale.label, y: middle + 4, class: "row-label", "text-anchor": "end" }, shown);
    if (shown !== row.label) label.append(element("svg:title", null, row.label));
    const boxes = row.entries.map((one) => boxOf(one, scale));
    return element(
      "svg:g",
      null,
      element("svg:line", { x1: scale.left, x2: scale.right, y1: middle, y2: middle, class: "row-line" }),
      label,
      row.entries.map((one, at) => markOf(one, boxes[at], boxes.slice(0, at), boxes.slice(at + 1), middle, scale)),
    );
  }

  const measure = document.createElement("canvas").getContext("2d");

  /** As much of a label as is no wider than that many pixels: capitals and Japanese are wider than other letters. */
  function fitting(label, wide) {
    measure.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    if (measure.measureText(label).width <= wide) return label;
    let kept = label.length - 1;
    while (kept > 1 && measure.measureText(`${label.slice(0, kept)}…`).width > wide) kept -= 1;
    return `${label.slice(0, kept)}…`;
  }

  /** Where an entry stands: from and to, its sure part, and whether it goes beyond the axis. */
  function boxOf(one, scale) {
    const start = one.start || { from: scale.from, to: scale.from };
    const last = scale.death && !scale.death.partial && scale.death.from > start.to ? scale.death.from : scale.to;
    const end = one.end || (one.ongoing ? { from: last, to: last } : start);
    const inside = (day) => Math.min(Math.max(day, scale.from), scale.to);
    const [from, to] = [scale.x(inside(start.from)), scale.x(inside(Math.max(end.to, start.from) + (one.kind === "bar" && !one.ongoing ? 1 : 0)))];
    return {
      from,
      to: Math.max(to, from + (one.kind === "bar" ? 5 : 0)),
      sure: [scale.x(inside(start.to)), scale.x(inside(end.from + 1))],
      left: start.from < scale.from || one.before,
      right: (Boolean(one.ongoing) && last === scale.to) || end.from > scale.to,
      partial: Boolean((one.start && one.start.partial) || (one.end && one.end.partial)),
    };
  }

  function markOf(one, box, before, later, middle, scale) {
    const shown = lettering(one, box, before, later, middle, scale);
    const shape = one.kind === "bar" ? bar(one, box, middle) : shown.pill ? [shown.pill] : point(one, box, middle);
    // What is written on a mark is in its name, so that people who say what they see reach it (WCAG 2.5.3).
    const written = shown.letters ? shown.letters.textContent : "";
    const name = one.sentence.includes(written) && written.length > 2 ? one.sentence : [one.sentence, written].filter((part) => part).join(" · ");
    const link = element("svg:a", { href: `#${one.record.anchor}`, class: `mark ${one.tone}`, tabindex: -1, "aria-label": name }, element("svg:title", null, one.sentence), shape);
    if (shown.letters) link.append(shown.letters);
    return link;
  }

  function bar(one, box, middle) {
    const [y, height] = [middle - 7, 14];
    const parts = [element("svg:rect", { x: box.from, y, width: Math.max(box.to - box.from, 4), height, rx: 2, class: box.partial ? "bar soft-bar" : "bar" })];
    if (box.partial) {
      parts.push(element("svg:rect", { x: box.from, y, width: Math.max(box.to - box.from, 4), height, rx: 2, fill: "url(#hatch)" }));
      if (box.sure[1] > box.sure[0]) parts.push(element("svg:rect", { x: box.sure[0], y, width: Math.min(box.sure[1], box.to) - box.sure[0], height, class: "bar" }));
    }
    if (box.right) parts.push(element("svg:path", { d: `M${box.to},${middle - 10} l10,10 l-10,10 z`, class: "bar" }));
    if (box.left) parts.push(element("svg:path", { d: `M${box.from},${middle - 8} l-7,8 l7,8 z`, class: "bar" }));
    return parts;
  }

  function point(one, box, middle) {
    const x = (box.from + box.to) / 2;
    const parts = [];
    if (box.partial) parts.push(element("svg:rect", { x: box.from, y: middle - 4, width: Math.max(box.to - box.from, 4), height: 8, fill: "url(#hatch)", class: "range" }));
    if (box.left) parts.push(element("svg:path", { d: `M${x},${middle - 7} l-9,7 l9,7 z`, class: "point" }));
    else if (one.tone === "death") parts.push(element("svg:path", { d: `M${x - 6},${middle - 6} l12,12 m0,-12 l-12,12`, class: "cross" }), element("svg:rect", { x: x - 8, y: middle - 8, width: 16, height: 16, class: "target" }));
    else if (one.tone === "visit") parts.push(element("svg:rect", { x: x - 1.5, y: middle - 7, width: 3, height: 14, class: "point" }));
    else if (one.mark) parts.push(element("svg:circle", { cx: x, cy: middle, r: 4.5, class: "point" }));
    else parts.push(element("svg:path", { d: `M${x},${middle - 6} l6,6 l-6,6 l-6,-6 z`, class: "point" }));
    return parts;
  }

  /**
   * The text of a mark, the longest of its texts that has room: in its bar, as a point of its own (a pill), or beside
   * it up to the neighbours of the row. `before` and `later` are the boxes of the row's other entries.
   */
  function lettering(one, box, before, later, middle, scale) {
    const left = Math.max(scale.left - 8, ...before.map((other) => other.to)) + 3;
    const right = Math.min(scale.width, ...later.map((other) => other.from)) - 3;
    const letter = (shown, x, class_, anchor) => element("svg:text", { x, y: middle + 4, class: class_, "text-anchor": anchor, "aria-hidden": "true" }, shown);
    for (const shown of one.mark ? [one.mark, ...(one.shorter || [])] : []) {
      const wide = shown.length * 6.9;
      if (one.kind === "bar") {
        const inside = box.partial && box.sure[1] - box.sure[0] > wide ? box.sure : [box.from, box.to];
        if (inside[1] - inside[0] > wide + 2) return { letters: letter(shown, (inside[0] + inside[1]) / 2, "inside", "middle") };
        if (box.to + (box.right ? 12 : 3) + wide <= right) return { letters: letter(shown, box.to + (box.right ? 12 : 3), "beside", "start") };
        if (box.from - 3 - wide >= left) return { letters: letter(shown, box.from - 3, "beside", "end") };
      } else if (!box.left) {
        const x = (box.from + box.to) / 2;
        const half = wide / 2 + 4;
        if (!box.partial && x - half >= left + 2 && x + half <= right - 2) {
          const pill = element("svg:rect", { x: x - half, y: middle - 8, width: half * 2, height: 16, rx: 8, class: "point" });
          return { pill, letters: letter(shown, x, "inside", "middle") };
        }
        if (x + 7 + wide <= right) return { letters: letter(shown, x + 7, "beside", "start") };
      }
    }
    return {};
  }

  /** One stop of the tab key a group; arrows lead from mark to mark. */
  function roving(svg, status) {
    const marks = Array.from(svg.querySelectorAll("a.mark"));
    if (!marks.length) return;
    marks[0].setAttribute("tabindex", "0");
    const say = (event) => {
      const mark = event.target.closest("a.mark");
      if (mark) status.textContent = mark.getAttribute("aria-label");
    };
    svg.addEventListener("mouseover", say);
    svg.addEventListener("focusin", say);
    svg.addEventListener("keydown", (event) => {
      const at = marks.indexOf(event.target.closest("a.mark"));
      const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: marks.length - 1 }[event.key];
      if (at < 0 || to === undefined || !marks[to]) return;
      event.preventDefault();
      marks[at].setAttribute("tabindex", "-1");
      marks[to].setAttribute("tabindex", "0");
      marks[to].focus();
    });
  }

  // ---- beside the drawing --------------------------------------------------------------------------------------

  function legend(groups) {
    const grades = new Map();
    for (const group of groups.filter((one) => one.graded)) {
      for (const row of group.rows) for (const one of row.entries) if (one.mark) grades.set(one.tone, one);
    }
    const sample = (class_, ...shape) => element("svg:svg", { width: 26, height: 16, "aria-hidden": "true", class: "sample" }, element("svg:g", { class: `mark ${class_}` }, shape));
    const box = (more) => element("svg:rect", { x: 2, y: 2, width: 20, height: 12, rx: 2, ...more });
    const entries = Array.from(grades.keys()).sort().filter((tone) => tone !== "plain").map((tone) => {
      const entry = grades.get(tone);
      return [sample(tone, box({ class: "bar" }), element("svg:text", { x: 12, y: 12, class: "inside", "text-anchor": "middle" }, entry.mark.replace("*", ""))), crf2tlf.patientEvents.grade(entry.record).long];
    });
    const signs = [
      [sample("plain", box({ class: "bar soft-bar" }), box({ fill: "url(#hatch)" })), text("patient.partial")],
      [sample("plain", element("svg:rect", { x: 2, y: 4, width: 13, height: 8, class: "bar" }), element("svg:path", { d: "M14,1 l8,7 l-8,7 z", class: "bar" })), text("patient.ongoing")],
    ];
    if (Array.from(grades.values()).length) signs.push([element("span", { class: "sample" }, "*"), text("patient.serious")]);
    return element("ul", { class: "timeline-legend", "aria-label": text("patient.legend") }, [...entries, ...signs].map(([sign, words]) => element("li", null, sign, words)));
  }

  function undated(records) {
    if (!records.length) return null;
    return element("p", { class: "soft timeline-undated" }, element("span", { text: { key: "patient.undated" } }), " ", records.slice(0, 30).map((record) => [element("a", { href: `#${record.anchor}` }, `${record.table.name} ${record.number}`), " "]));
  }

  /** The same as a table: for those who cannot see the drawing. */
  function table(groups) {
    const rows = groups.flatMap((group) =>
      group.rows.flatMap((row) => row.entries.map((one) => [group.key ? text(group.key) : group.table.label, row.label, one])),
    );
    rows.sort((a, b) => (a[2].start || a[2].end).from - (b[2].start || b[2].end).from);
    const head = ["patient.col_group", "patient.col_what", "patient.col_details"].map((key) => element("th", { scope: "col" }, text(key)));
    const body = rows.map(([group, label, one]) =>
      element("tr", null, element("td", null, group), element("td", null, label), element("td", null, element("a", { href: `#${one.record.anchor}` }, one.sentence))),
    );
    return element("details", { class: "timeline-table" }, element("summary", null, text("patient.as_table")), element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": text("patient.as_table") }, element("table", { class: "grid" }, element("thead", null, element("tr", null, head)), element("tbody", null, body))));
  }

  return { show };
})();
