// Reviewers' comments: a button at a number, record or finding, an editor, and the browser's memory of them.
// crf2tlf.comments.button({output, cell} | {subject, table, record, column} | {finding}) gives the button.
"use strict";

crf2tlf.comments = (() => {
  const { element, text, fill } = crf2tlf;
  const STORE = `comments/${document.documentElement.dataset.release}`;
  const FORMAT = "crf2tlf-comments";
  const places = new WeakMap(); // button → place
  const listeners = [];
  let kept = null; // comments by id, those that were deleted too

  // ---- memory --------------------------------------------------------------------------------------------------

  function read() {
    if (kept) return kept;
    try {
      kept = new Map(JSON.parse(crf2tlf.store(STORE) || "[]").map((comment) => [comment.id, comment]));
    } catch {
      kept = new Map();
    }
    return kept;
  }

  function write() {
    if (crf2tlf.store(STORE, JSON.stringify([...read().values()])) === null) crf2tlf.fail(text("comments.not_kept"));
    changed();
  }

  function changed() {
    for (const button of document.querySelectorAll("button.comment")) mark(button);
    for (const link of document.querySelectorAll("[data-comments-count]")) count(link);
    for (const listener of listeners) listener();
  }

  window.addEventListener("storage", (event) => {
    if (event.key && !event.key.endsWith(STORE)) return;
    kept = null;
    changed();
  });

  /** All comments, the oldest first. */
  function all() {
    return [...read().values()].filter((comment) => !comment.deleted).sort((a, b) => (a.created < b.created ? -1 : 1));
  }

  function remove(id) {
    read().set(id, { id, deleted: true, changed: now() });
    write();
  }

  const now = () => new Date().toISOString().slice(0, 19) + "Z";

  /** What tells places apart. A record's comments on single columns belong to the record too. */
  function key(place) {
    if (place.finding) return `finding ${place.finding}`;
    if (place.output) return `cell ${place.output} ${place.cell}`;
    return `record ${place.table} ${place.record}`;
  }

  const at = (place) =>
    all().filter((one) => key(one.place) === key(place) && (!place.column || one.place.column === place.column));

  /** An identifier from the content: the same on every machine. */
  function identifier(content) {
    let high = 0xdeadbeef;
    let low = 0x41c6ce57;
    for (const character of content) {
      const code = character.codePointAt(0);
      high = Math.imul(high ^ code, 2654435761);
      low = Math.imul(low ^ code, 1597334677);
    }
    high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
    low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
    const hex = (number) => (number >>> 0).toString(16).padStart(8, "0");
    return `Q-${(hex(low) + hex(high)).slice(0, 12)}`;
  }

  // ---- what a comment is about ---------------------------------------------------------------------------------

  /** What stood at a place when the comment was written; it finds the place again when lines have moved. */
  async function captured(place) {
    const meta = await crf2tlf.load("queries");
    const about = { release: meta.cutoff ? `${meta.release}, ${meta.cutoff}` : meta.release };
    if (place.output) {
      const cell = (await crf2tlf.load(`output/${place.output}`)).cells[place.cell] || {};
      const label = place.label ?? [cell.row, cell.column].filter(Boolean).join(", ");
      return { ...about, output: place.output, cell: place.cell, label, value: place.text ?? cell.text ?? "" };
    }
    if (place.finding) {
      const found = await crf2tlf.findings.one(place.finding);
      if (!found) return about;
      const told = { finding: place.finding, value: found.message };
      const record = found.records.length ? { table: found.records[0][0], record: found.records[0][1] } : null;
      const held = record ? await recordAt({ ...record, subject: found.subjects[0] || "" }, meta) : {};
      return { ...about, output: found.output, cell: found.cell, ...held, ...told };
    }
    return { ...about, ...(await recordAt(place, meta)) };
  }

  async function recordAt(place, meta) {
    const study = await crf2tlf.load("study");
    const table = study.tables.find((one) => one.name === place.table);
    const held = table && (await tableOf(study, place));
    const row = held ? held.rows[held.numbers.indexOf(Number(place.record))] : null;
    const told = { subject: place.subject || "", table: place.table, line: String(place.record), column: place.column || "" };
    if (!row) return { ...told, value: "", keys: {}, record: {} };
    const record = Object.fromEntries(table.columns.map(({ name }, n) => [name, row[n] ?? ""]));
    const keys = Object.fromEntries((meta.keys[table.name] || []).map((name) => [name, record[name] ?? ""]));
    return { ...told, value: place.column ? String(record[place.column] ?? "") : "", keys, record };
  }

  async function tableOf(study, place) {
    if (!place.subject) return (await crf2tlf.load("shared")).tables[place.table];
    const subjects = await crf2tlf.load("subjects");
    const number = subjects.rows.findIndex((row) => row[0] === place.subject);
    if (number < 0) return null;
    const piece = Math.floor(number / study.shard);
    return (await crf2tlf.load(`subjects/${piece}`))[number - piece * study.shard].tables[place.table];
  }

  /** Where a place is: its page, and how people call it; `place.label` says a cell in words, else a comment's `about`. */
  function address(place, about = {}) {
    if (place.finding) return { href: `findings.html?finding=${place.finding}`, label: `${text("comments.finding")} ${place.finding}` };
    if (place.output) return { href: crf2tlf.outputPage(place.output, place.cell), label: `${place.output} · ${place.label || about.label || place.cell}` };
    const label = [place.subject, `${place.table.replace(/^raw\./, "")} ${place.record}`, place.column].filter(Boolean).join(" · ");
    const href = place.subject
      ? crf2tlf.patientPage(place.subject, place.table, place.record)
      : crf2tlf.datasetPage(place.table, { record: place.record });
    return { href, label };
  }

  // ---- the button ----------------------------------------------------------------------------------------------

  /** A button that opens the editor for a place and says how many comments there are. */
  function button(place) {
    const made = element("button", { type: "button", class: "comment", onclick: () => edit(place) }, bubble(), element("span", { class: "comment-count" }));
    places.set(made, place);
    mark(made);
    return made;
  }

  function bubble() {
    const path = "M2 3.5h12a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H7.5L4 14.5v-3H2a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1z";
    return element("svg:svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, element("svg:path", { d: path }));
  }

  function mark(made) {
    const place = places.get(made);
    if (!place) return;
    const n = at(place).length;
    const name = n ? text("comments.some", { n, place: address(place).label }) : text("comments.add", { place: address(place).label });
    made.setAttribute("aria-label", name);
    made.title = name;
    made.classList.toggle("has", n > 0);
    made.lastChild.textContent = n ? String(n) : "";
  }

  function count(link) {
    const n = all().length;
    link.hidden = !n;
    fill(link, text("comments.count", { n }));
  }

  // ---- the editor ----------------------------------------------------------------------------------------------

  let dialog = null;

  /** Open the editor for a place, or for a comment that is there. */
  async function edit(place, comment = null) {
    const opener = document.activeElement;
    dialog = dialog || document.body.appendChild(element("dialog", { class: "comment-editor", "aria-labelledby": "comment-title" }));
    const columns = place.table && !place.column ? await columnsOf(place.table) : [];
    show(place, comment, columns);
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("textarea").focus();
    dialog.onclose = () => opener && opener.focus && opener.focus();
  }

  async function columnsOf(table) {
    const found = (await crf2tlf.load("study")).tables.find((one) => one.name === table);
    return found ? found.columns : [];
  }

  function show(place, comment, columns) {
    const chosen = comment || { text: "", category: "query", author: crf2tlf.store("reviewer") || "", place };
    const words = element("textarea", { id: "comment-text", rows: 5, required: true, maxlength: 4000 });
    words.value = chosen.text;
    const author = element("input", { id: "comment-author", type: "text", required: true, autocomplete: "name", maxlength: 200 });
    author.value = chosen.author;
    const problem = element("p", { class: "problem", role: "alert", hidden: true });
    const column = columns.length ? columnChoice(columns, chosen.place.column || "") : null;
    const form = element(
      "form",
      { novalidate: true },
      element("h2", { id: "comment-title" }, text("comments.title")),
      element("p", { class: "comment-about" }, address(place, comment ? comment.about : {}).label),
      comment ? null : existing(place, columns),
      column ? field("comments.column", "comment-column", column) : null,
      field("comments.text", "comment-text", words),
      categories(chosen.category),
      field("comments.author", "comment-author", author),
      problem,
      element(
        "div",
        { class: "comment-actions" },
        element("button", { type: "submit", class: "primary" }, text("comments.save")),
        element("button", { type: "button", onclick: () => dialog.close() }, text("comments.cancel")),
      ),
      element("p", { class: "soft comment-kept" }, text("comments.kept"), " ", element("a", { href: "findings.html#comments" }, text("comments.to_list")), " ", element("button", { type: "button", class: "link", onclick: saveFile }, text("comments.save_file"))),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const missing = [[words, "comments.no_text"], [author, "comments.no_author"]].find(([input]) => !input.value.trim());
      if (missing) {
        problem.hidden = false;
        problem.textContent = text(missing[1]);
        missing[0].focus();
        return;
      }
      const category = form.querySelector('input[name="category"]:checked').value;
      const where = column ? { ...place, column: column.value || undefined } : place;
      save({ place: where, comment, text: words.value.trim(), category, author: author.value.trim() }).then(
        () => dialog.close(),
        (error) => {
          problem.hidden = false;
          problem.textContent = text("site.failed", { message: error.message });
        },
      );
    });
    fill(dialog, form);
  }

  const field = (label, id, input) =>
    element("p", { class: "field" }, element("label", { for: id }, text(label)), input);

  function columnChoice(columns, chosen) {
    const options = columns.map(({ name, label }) => element("option", { value: name }, label && label !== name ? `${name}: ${label}` : name));
    const made = element("select", { id: "comment-column" }, element("option", { value: "" }, text("comments.whole_record")), options);
    made.value = chosen;
    return made;
  }

  function categories(chosen) {
    const choice = (value) =>
      element(
        "label",
        {},
        element("input", { type: "radio", name: "category", value, checked: value === chosen }),
        " ",
        text(`comments.${value}`),
      );
    return element("fieldset", { class: "comment-category" }, element("legend", {}, text("comments.category")), choice("query"), choice("remark"));
  }

  function existing(place, columns) {
    const here = at(place);
    if (!here.length) return null;
    return element(
      "ul",
      { class: "comment-existing" },
      here.map((one) =>
        element(
          "li",
          {},
          element("span", { class: "badge" }, text(`comments.${one.category}`)),
          one.place.column ? element("code", {}, ` ${one.place.column}`) : null,
          element("p", { class: "comment-words" }, one.text),
          element("p", { class: "soft" }, `${one.author}, ${shownDate(one.changed)} `, element("button", { type: "button", class: "link", onclick: () => show(one.place, one, columns) }, text("comments.edit")), " ", deleteButton({ class: "link" }, () => forget(one, place, columns))),
        ),
      ),
    );
  }

  /** A button that deletes at the second press; the first one asks. */
  function deleteButton(attributes, action) {
    const made = element("button", { type: "button", ...attributes }, text("comments.delete"));
    let asked = false;
    made.addEventListener("click", () => {
      if (asked) return action();
      asked = true;
      made.textContent = text("comments.sure");
      made.removeAttribute("aria-label");
      made.classList.add("sure");
    });
    return made;
  }

  function forget(comment, place, columns) {
    remove(comment.id);
    crf2tlf.announce(text("comments.deleted"));
    show(place, null, columns);
  }

  const shownDate = (stamp) => new Date(stamp).toLocaleString(crf2tlf.language() === "ja" ? "ja-JP" : "en-GB", { dateStyle: "medium", timeStyle: "short" });

  async function save({ place, comment, text: words, category, author }) {
    crf2tlf.store("reviewer", author);
    const same = comment && JSON.stringify(comment.place) === JSON.stringify(plain(place));
    const about = same ? comment.about : await captured(place);
    const created = comment ? comment.created : now();
    const id = comment ? comment.id : identifier(JSON.stringify([plain(place), words, author, created]));
    const status = comment ? comment.status : "open";
    read().set(id, { id, place: plain(place), about, text: words, category, author, status, created, changed: now() });
    write();
    crf2tlf.announce(text("comments.saved"));
  }

  function plain(place) {
    const names = place.finding ? ["finding"] : place.output ? ["output", "cell"] : ["subject", "table", "record", "column"];
    return Object.fromEntries(names.filter((name) => place[name] !== undefined).map((name) => [name, place[name]]));
  }

  // ---- comments as a file, and as a query list -----------------------------------------------------------------

  /** Offer all comments as a file that another reviewer's browser can take in. */
  function saveFile() {
    const { study, release } = document.documentElement.dataset;
    const content = { format: FORMAT, version: 1, study, release, comments: [...read().values()] };
    crf2tlf.download(`comments-${fileName(study)}.json`, JSON.stringify(content, null, 1), "application/json");
  }

  const fileName = (study) => study.replace(/[^\w.-]+/g, "-");

  /** Take in a file of comments; of a comment that is on both sides the later one stays. Returns how many were new. */
  function takeIn(content) {
    const given = JSON.parse(content);
    if (given.format !== FORMAT || !Array.isArray(given.comments)) throw new Error(text("comments.no_file"));
    if (given.study !== document.documentElement.dataset.study) throw new Error(text("comments.other_study", { study: given.study }));
    let taken = 0;
    for (const one of given.comments) {
      if (!one || typeof one.id !== "string" || typeof one.changed !== "string") continue;
      const known = read().get(one.id);
      if (known && known.changed >= one.changed) continue;
      if (!one.deleted && !(one.place && one.about && typeof one.text === "string")) continue;
      read().set(one.id, one);
      taken += 1;
    }
    write();
    return taken;
  }

  const COLUMNS = [
    "QUERYID", "STATUS", "CATEGORY", "SUBJECT", "FORM", "LINE", "COLUMN", "VALUE", "OUTPUT", "CELL", "FINDING",
    "TEXT", "AUTHOR", "DATE", "RELEASE", "KEYS", "RECORD",
  ];

  /** Comments as rows of the query list that `crf2tlf queries` reads, the header first; every cell a text. */
  function queryRows(comments) {
    const json = (value) => (value && Object.keys(value).length ? JSON.stringify(value) : "");
    return [
      COLUMNS,
      ...comments.map(({ id, status, category, about, text: words, author, created }) => [
        id,
        status || "open",
        category,
        about.subject || "",
        (about.table || "").replace(/^raw\./, ""),
        about.line || "",
        about.column || "",
        about.value === undefined || about.value === null ? "" : String(about.value),
        about.output || "",
        about.cell || "",
        about.finding || "",
        words,
        author,
        created,
        about.release || "",
        json(about.keys),
        json(about.record),
      ]),
    ];
  }

  /** Rows of texts as an Excel file: texts stay texts, whatever they begin with. */
  async function excelFile(name, sheet, rows, widths = {}) {
    const cell = (value, bold) => {
      if (value === "" || value === null || value === undefined) return null;
      if (typeof value === "number") return { value, type: Number };
      return { value: String(value).slice(0, 32767), type: String, format: "@", ...(bold ? { fontWeight: "bold" } : {}) };
    };
    const cells = rows.map((row, n) => row.map((value) => cell(value, n === 0)));
    const columns = rows[0].map((column) => ({ width: widths[column] || 16 }));
    crf2tlf.download(name, await window.writeXlsxFile(cells, { columns, sheet, stickyRowsCount: 1 }));
  }

  crf2tlf.onLanguage(changed);
  document.addEventListener("DOMContentLoaded", () => changed());

  return {
    button,
    edit,
    all,
    at,
    remove,
    address,
    shownDate,
    deleteButton,
    saveFile,
    takeIn,
    queryRows,
    excelFile,
    fileName,
    onChange: (listener) => listeners.push(listener),
  };
})();
