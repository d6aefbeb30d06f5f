// The page of an output: numbers and elements of figures open their chain at the side; long listings in parts.
"use strict";

(() => {
  const { element, text } = crf2tlf;
  const page = document.getElementById("output");
  const panel = document.getElementById("chain");
  const header = document.querySelector(".site-header");
  const output = page.dataset.output;
  let opener = null;
  let shown = ""; // the state that the panel shows

  const load = () => crf2tlf.load(`output/${output}`);

  // ---- what is open: in the address, so that back and forward work -------------------------------------------------

  function state() {
    const hash = location.hash.includes("=") ? new URLSearchParams(location.hash.slice(1)) : new URLSearchParams();
    const given = (name) => hash.get(name) || (location.hash ? null : crf2tlf.query(name));
    const patient = hash.get("patient");
    return { cell: given("cell"), mark: given("mark"), patient: patient === null ? null : Number(patient) };
  }

  function open(values) {
    const search = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== null));
    const depth = (history.state && history.state.depth) || 0;
    history.pushState({ depth: depth + 1 }, "", `#${search}`);
    crf2tlf.start(show);
  }

  function close() {
    const depth = (history.state && history.state.depth) || 0;
    if (depth > 0) history.go(-depth);
    else {
      history.replaceState(null, "", location.pathname + "#output");
      crf2tlf.start(show);
    }
  }

  async function show() {
    const now = state();
    const key = JSON.stringify(now);
    if (!now.cell && !now.mark) return hide();
    shown = key;
    const piece = await load();
    const what = now.cell ? ofCell(piece, now.cell) : ofMark(piece, now.mark);
    if (!what) return hide();
    const content = now.patient === null ? chainOf(piece, what, now) : await ofPatient(piece, what, now);
    if (shown !== key) return undefined; // another was opened meanwhile
    const fresh = panel.hidden;
    crf2tlf.fill(panel, content);
    panel.hidden = false;
    document.body.classList.add("chain-open");
    narrow();
    for (const other of page.querySelectorAll(".open")) other.classList.remove("open");
    const place = placeOf(now);
    if (place) {
      place.classList.add("open");
      (place.closest("tr, .stated li") || place).classList.add("open");
      if (fresh && !page.inert) place.scrollIntoView({ block: "nearest" });
    }
    if (fresh) opener = place;
    panel.scrollTop = 0;
    document.getElementById("chain-title").focus({ preventScroll: false });
    return undefined;
  }

  function placeOf(now) {
    const name = now.cell ? `[data-cell="${CSS.escape(now.cell)}"]` : `.place[data-mark="${CSS.escape(now.mark)}"]`;
    return page.querySelector(name);
  }

  function hide() {
    shown = "";
    if (panel.hidden) return;
    panel.hidden = true;
    panel.replaceChildren();
    document.body.classList.remove("chain-open");
    narrow();
    for (const other of page.querySelectorAll(".open")) other.classList.remove("open");
    if (opener) opener.focus();
  }

  /** Where the panel covers the page, the page behind it is out of reach. */
  function narrow() {
    const covered = !panel.hidden && matchMedia("(max-width: 700px)").matches;
    page.inert = covered;
    header.inert = covered;
    panel.setAttribute("aria-modal", String(covered));
    below();
  }

  /** Beside the page the panel leaves the page's header free; on a phone it has the header's buttons itself. */
  function below() {
    panel.style.top = page.inert ? "0" : `${Math.max(0, header.getBoundingClientRect().bottom)}px`;
  }

  // ---- what a cell or an element is --------------------------------------------------------------------------------

  function ofCell(piece, id) {
    const cell = piece.cells[id];
    if (!cell) return null;
    const title = [cell.row, cell.column].filter(Boolean).join(", ");
    return { title, text: cell.text, results: cell.results, set: null, published: piece.reconciliation[id], place: { output, cell: id } };
  }

  function markName(piece, mark) {
    const set = crf2tlf.chain.setOf(piece, mark.set);
    return text(`output.mark.${mark.kind}`, { ...mark.values, n: set ? set.records.length : 0 });
  }

  function ofMark(piece, key) {
    const mark = piece.marks[key];
    if (!mark) return null;
    return { title: markName(piece, mark), text: "", results: mark.results, set: mark.set, curve: mark.curve, published: null, place: { output, cell: `mark:${key}` } };
  }

  // ---- the chain of a number ---------------------------------------------------------------------------------------

  function head(what, under) {
    const comment = crf2tlf.comments ? crf2tlf.comments.button({ ...what.place, label: what.title }) : null;
    const button = element("button", { type: "button", class: "tool close", onclick: close, text: { key: "site.close" } });
    return element(
      "header",
      { class: "chain-head" },
      element("div", { class: "chain-tools" }, element("span", { class: "soft", text: { key: "chain.title" } }), ofHeader(), comment, button),
      element("h2", { id: "chain-title", tabindex: "-1" }, what.title),
      what.text ? element("p", { class: "chain-text" }, what.text) : null,
      under,
    );
  }

  /** The header's buttons, for screens on which the panel covers the header. */
  function ofHeader() {
    const [name, lang] = crf2tlf.language() === "en" ? ["日本語", "ja"] : ["English", "en"];
    return element(
      "span",
      { class: "narrow-only" },
      element("button", { type: "button", class: "tool", "data-action": "language", lang }, name),
      element("button", { type: "button", class: "tool", "data-action": "print", text: { key: "site.print" } }),
    );
  }

  function chainOf(piece, what, now) {
    return [
      head(what, null),
      what.published ? published(what.published) : null,
      what.curve ? rulesPart(piece.rules[piece.results[what.curve].rules]) : null,
      what.set === null ? null : setPart(piece, what.set, "chain.behind", now),
      grouped(piece, what.results).map((group) => groupPart(piece, group, now)),
    ];
  }

  function published(found) {
    const kind = { agrees: "good", noted: "good", explained: "warn", differs: "bad" }[found.status];
    const sign = { agrees: "✓", noted: "✓※", explained: "※", differs: "≠" }[found.status];
    const line = (key, value) => (value ? [element("dt", { text: { key } }), element("dd", {}, value)] : null);
    return element(
      "section",
      { class: "published" },
      element("p", {}, element("span", { class: `badge ${kind}` }, `${sign} `, element("span", { text: { key: `output.${found.status}` } }))),
      element("dl", {}, line("output.published", found.published), line("output.computed", found.computed), line("output.note", found.note)),
    );
  }

  /** Results with the same rules and sets together. */
  function grouped(piece, ids) {
    const groups = new Map();
    for (const id of ids) {
      const result = piece.results[id];
      const key = JSON.stringify([result.numerator, result.denominator, result.rules]);
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push({ id, ...result });
    }
    return Array.from(groups.values());
  }

  /** What a result's set is called: only of "how many of how many" there is a numerator and a denominator. */
  function role(result, side) {
    if (result.ratio) return `chain.${side}`;
    return side === "numerator" ? "chain.made_of" : "chain.analysed";
  }

  function groupPart(piece, results, now) {
    const [first] = results;
    const rows = results.map((result) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, element("span", { class: "code" }, result.statistic), element("span", { class: "label" }, result.id)),
        element("td", { class: "number" }, result.value === null ? element("span", { class: "soft", text: { key: "site.missing" } }) : String(result.value)),
        element("td", { class: "number" }, result.text),
      ),
    );
    const columns = ["chain.statistic", "chain.value", "chain.text"];
    return element(
      "section",
      { class: "statistics" },
      table("statistics-table", columns, rows),
      rulesPart(piece.rules[first.rules]),
      first.numerator === first.denominator
        ? setPart(piece, first.numerator, "chain.made_of", now)
        : [setPart(piece, first.numerator, role(first, "numerator"), now), setPart(piece, first.denominator, role(first, "denominator"), now, first.numerator)],
    );
  }

  function table(kind, columns, rows) {
    const heads = columns.map((key) => element("th", { scope: "col", text: { key } }));
    const made = element("table", { class: kind }, element("thead", {}, element("tr", {}, heads)), element("tbody", {}, rows));
    return element("div", { class: "scroll" }, made);
  }

  function rulesPart(rules) {
    if (!rules.length) return null;
    const lines = rules.map(([what, rule, place]) => [
      element("dt", {}, what),
      element("dd", {}, element("code", {}, rule), place ? element("span", { class: "place" }, ` ${place}`) : null),
    ]);
    return element("div", { class: "rules" }, element("h3", { text: { key: "chain.rules" } }), element("dl", {}, lines));
  }

  function setPart(piece, number, key, now, without = null) {
    const set = crf2tlf.chain.setOf(piece, number);
    const title = element("h3", { text: { key } });
    if (!set) return element("div", { class: "set" }, title, element("p", { text: { key: "chain.no_set" } }));
    if (set.constants) return element("div", { class: "set constants" }, title, constants(set.constants));
    if (!set.records.length) {
      const empty = key === "chain.numerator" ? "chain.empty" : "chain.empty_set";
      return element("div", { class: "set empty" }, title, element("p", { class: "empty-set", text: { key: empty, values: { dataset: set.dataset } } }));
    }
    const values = { records: set.records.length, dataset: set.dataset, subjects: set.subjects.length };
    const link = now.cell // the datasets' page knows the sets of results, not those of steps of a curve
      ? element("a", { href: crf2tlf.datasetPage(set.dataset, { output, set: number }), text: { key: "chain.in_dataset" } })
      : null;
    const counts = element("p", {}, element("span", { text: { key: "chain.counts", values } }), " ", link);
    return element("div", { class: "set" }, title, counts, without !== null ? others(piece, set, without, now, key) : patients(set.subjects, now));
  }

  /** Those in the denominator, or analysed, who are not in the numerator. */
  function others(piece, set, without, now, key) {
    const of = key === "chain.analysed" ? "_analysed" : "";
    const inside = crf2tlf.chain.setOf(piece, without);
    const counted = new Set(inside && !inside.constants ? inside.subjects : []);
    const left = set.subjects.filter((subject) => !counted.has(subject));
    if (!left.length) return element("p", { class: "soft", text: { key: `chain.nobody_else${of}` } });
    const summary = element("summary", { text: { key: `chain.others${of}`, values: { n: left.length } } });
    return crf2tlf.chain.lazily(element("details", { class: "others" }, summary), () => patients(left, now), true);
  }

  function constants(items) {
    const rows = items.map(([name, value, place]) =>
      element(
        "tr",
        {},
        element("th", { scope: "row", class: "code" }, name),
        element("td", { class: "number" }, String(value)),
        element("td", { class: "place" }, place || element("span", { text: { key: "chain.stated_there" } })),
      ),
    );
    return [element("p", { text: { key: "chain.constants" } }), table("values", ["chain.variable", "chain.value", "chain.place"], rows)];
  }

  function patients(numbers, now) {
    if (!numbers.length) return element("p", { class: "soft", text: { key: "chain.no_subject" } });
    const place = element("div", { class: "patients", "aria-label": { key: "chain.patients" }, role: "group" });
    crf2tlf.load("subjects").then((subjects) => {
      const line = (number) =>
        element(
          "li",
          {},
          element(
            "button",
            { type: "button", class: "link patient", "data-patient": number, onclick: () => open({ cell: now.cell, mark: now.mark, patient: number }) },
            subjects.rows[number][0],
          ),
          " ",
          element("a", { class: "page-link", href: crf2tlf.patientPage(subjects.rows[number][0]), "aria-label": `${subjects.rows[number][0]}: ${text("chain.patient_page")}`, title: { key: "chain.patient_page" } }, "↗"),
        );
      place.append(crf2tlf.chain.paged(numbers, line));
    });
    return place;
  }

  // ---- a patient in the chain ------------------------------------------------------------------------------------------

  async function ofPatient(piece, what, now) {
    const subjects = await crf2tlf.load("subjects");
    const name = subjects.rows[now.patient][0];
    const patient = await crf2tlf.patientData.load(name);
    const back = element("button", {
      type: "button",
      class: "tool",
      onclick: () => open({ cell: now.cell, mark: now.mark, patient: null }),
      text: { key: "chain.back" },
    });
    const link = element("a", { class: "button", href: crf2tlf.patientPage(name), text: { key: "chain.patient_page" } });
    const under = element("p", { class: "chain-patient" }, element("strong", {}, name), " ", link, " ", back);
    const parts = [];
    for (const { key, number, names } of setsOf(piece, what)) {
      const set = crf2tlf.chain.setOf(piece, number);
      if (!set || set.constants) continue;
      const chosen = new Set(set.records);
      const records = patient.records(set.dataset).filter((record) => chosen.has(record.number));
      if (records.length) parts.push(await recordsPart(patient, records, key, names, parts.length === 0));
    }
    return [head(what, under), parts];
  }

  /** The sets behind a number, each once, with the variables that its rules speak of. */
  function setsOf(piece, what) {
    const found = new Map();
    const add = (key, number, names) => {
      if (number !== null && number !== undefined && !found.has(number)) found.set(number, { key, number, names });
    };
    add("chain.behind", what.set, what.curve ? crf2tlf.chain.namesIn(piece.rules[piece.results[what.curve].rules]) : []);
    for (const side of ["numerator", "denominator"]) {
      for (const id of what.results) {
        const result = piece.results[id];
        const same = result.numerator === result.denominator;
        const names = [...crf2tlf.chain.namesIn(piece.rules[result.rules]), result.variable];
        add(same ? "chain.made_of" : role(result, side), result[side], names);
      }
    }
    return Array.from(found.values());
  }

  async function recordsPart(patient, records, key, names, first) {
    const cards = await Promise.all(
      records.slice(0, 50).map((record) => crf2tlf.chain.record(record.table.name, record.number, patient, names)),
    );
    const title = element("h3", { text: { key } });
    const count = element("p", { class: "soft", text: { key: "chain.of_patient", values: { n: records.length } } });
    if (first) return element("section", { class: "records" }, title, count, cards);
    const details = element("details", { class: "records" }, element("summary", {}, title), count, cards);
    return details;
  }

  // ---- figures -----------------------------------------------------------------------------------------------------------

  async function startFigure(place) {
    const piece = await load();
    const keys = Object.keys(piece.marks);
    for (const mark of page.querySelectorAll(".place")) {
      if (mark.getAttribute("role") === "button") {
        mark.addEventListener("click", () => open({ cell: null, mark: mark.dataset.mark, patient: null }));
        mark.addEventListener("keydown", (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          open({ cell: null, mark: mark.dataset.mark, patient: null });
        });
      }
    }
    const rename = () => {
      for (const mark of page.querySelectorAll(".place")) {
        const name = markName(piece, piece.marks[mark.dataset.mark]);
        mark.setAttribute("aria-label", name);
        mark.querySelector("title").textContent = name;
      }
      crf2tlf.fill(place, elements(piece, keys));
    };
    rename();
    crf2tlf.onLanguage(rename);
  }

  function elements(piece, keys) {
    const line = (key) => {
      const mark = piece.marks[key];
      const show = () => open({ cell: null, mark: key, patient: null });
      const name = element("button", { type: "button", class: "link", onclick: show, "data-mark": key }, markName(piece, mark));
      return element("li", {}, name);
    };
    return crf2tlf.chain.paged(keys, line, "ul", 25);
  }

  // ---- listings ------------------------------------------------------------------------------------------------------------

  function startListing(listing) {
    const size = Number(listing.dataset.size);
    const inPage = Number(listing.dataset.page);
    const inPiece = Number(listing.dataset.piece);
    const body = listing.querySelector("tbody");
    const classes = Array.from(body.rows[0].cells).slice(1).map((cell) => cell.classList[0]);
    const pages = Math.ceil(size / inPage);
    const field = element("input", { type: "number", min: 1, max: pages, value: 1, "aria-label": { key: "output.go_to_page" } });
    const where = element("span", { class: "soft", role: "status" });
    const button = (key, sign, by) =>
      element("button", { type: "button", class: "tool", "aria-label": { key }, onclick: () => go(Number(field.value) + by) }, sign);
    const back = button("chain.previous_name", "‹", -1);
    const next = button("chain.next_name", "›", 1);

    async function go(wanted) {
      const at = Math.min(pages, Math.max(1, Math.round(wanted) || 1));
      const start = (at - 1) * inPage;
      const rows = await crf2tlf.load(`listing/${output}/${Math.floor(start / inPiece)}`);
      crf2tlf.fill(body, rows.slice(start % inPiece, (start % inPiece) + inPage).map(row));
      describe(at);
    }

    function row([texts, rule, record, address]) {
      const name = record ? `${listing.dataset.dataset}\u00a0${record}` : "";
      return element(
        "tr",
        { class: rule ? "rule-above" : null },
        element("td", { class: "record-link" }, address ? element("a", { href: address }, name) : name),
        texts.map((cell, at) => element("td", { class: cell.length <= 14 ? `${classes[at]} short` : classes[at] }, cell)),
      );
    }

    function describe(at) {
      field.value = at;
      back.disabled = at === 1;
      next.disabled = at === pages;
      const values = { from: (at - 1) * inPage + 1, to: Math.min(at * inPage, size), n: size };
      crf2tlf.fill(where, element("span", { text: { key: "chain.shown", values } }));
    }

    field.addEventListener("change", () => crf2tlf.start(() => go(Number(field.value))));
    listing.before(element("div", { class: "pager no-print" }, back, field, next, where));
    describe(1);
  }

  // ---- start ---------------------------------------------------------------------------------------------------------------

  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-cell]");
    if (button) open({ cell: button.dataset.cell, mark: null, patient: null });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden && !event.defaultPrevented) close();
  });
  window.addEventListener("popstate", () => crf2tlf.start(show));
  window.addEventListener("resize", narrow);
  window.addEventListener("scroll", below, { passive: true });
  document.addEventListener("DOMContentLoaded", () =>
    crf2tlf.start(async () => {
      crf2tlf.onLanguage(() => (panel.hidden ? undefined : crf2tlf.start(show)));
      const elementsPlace = document.getElementById("elements");
      if (elementsPlace) await startFigure(elementsPlace);
      const listing = document.getElementById("listing");
      if (listing && listing.dataset.long) startListing(listing);
      await show();
    }),
  );
})();
