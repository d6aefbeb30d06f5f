// The list of all comments on the page of findings: filter, edit, delete, query lists, files for other reviewers.
"use strict";

(() => {
  const { element, text, fill, comments } = crf2tlf;
  const place = (id) => document.getElementById(id);
  const fold = (words) => words.normalize("NFKC").toLowerCase();
  const tabs = ["findings", "comments"];

  function openTab(name, focus) {
    for (const one of tabs) {
      const tab = place(`tab-${one}`);
      tab.setAttribute("aria-selected", String(one === name));
      tab.tabIndex = one === name ? 0 : -1;
      place(`panel-${one}`).hidden = one !== name;
    }
    if (focus) place(`tab-${name}`).focus();
  }

  for (const name of tabs) {
    place(`tab-${name}`).addEventListener("click", () => {
      history.replaceState(null, "", name === "comments" ? "#comments" : location.pathname + location.search);
      openTab(name);
    });
    place(`tab-${name}`).addEventListener("keydown", (event) => {
      if (event.key === "ArrowRight" || event.key === "ArrowLeft") openTab(tabs[1 - tabs.indexOf(name)], true);
    });
  }
  const fromAddress = () => openTab(location.hash === "#comments" ? "comments" : "findings");
  window.addEventListener("hashchange", fromAddress);

  function shown() {
    const words = fold(place("comment-search").value.trim());
    const kind = place("comment-kind").value;
    const by = place("comment-by").value;
    return comments.all().filter((one) => {
      const told = [one.text, one.author, one.id, comments.address(one.place, one.about).label, one.place.cell || "", String(one.about.value ?? "")].join(" ");
      return (!kind || one.category === kind) && (!by || one.author === by) && (!words || fold(told).includes(words));
    });
  }

  function choices(select, given, said) {
    const before = select.value;
    fill(select, element("option", { value: "" }, text("findings.any")), given.map((one) => element("option", { value: one }, said(one))));
    select.value = given.includes(before) ? before : "";
  }

  function show() {
    const all = comments.all();
    choices(place("comment-kind"), ["query", "remark"], (one) => text(`comments.${one}`));
    choices(place("comment-by"), [...new Set(all.map((one) => one.author))].sort(), (one) => one);
    const found = shown();
    place("comments-total").textContent = crf2tlf.number(all.length);
    fill(place("comments-found"), all.length ? text("comments.found", { n: found.length, all: all.length }) : text("comments.none"));
    fill(place("comments-rows"), found.map(row));
    for (const id of ["queries-excel", "queries-csv", "comments-save"]) place(id).disabled = !all.length;
  }

  function row(one) {
    const { href, label } = comments.address(one.place, one.about);
    return element(
      "tr",
      { "data-id": one.id },
      element("td", {}, element("a", { href }, label), element("div", { class: "soft small" }, one.id)),
      element("td", { class: "words" }, String(one.about.value ?? "")),
      element("td", { class: "words" }, one.text),
      element("td", {}, element("span", { class: "badge" }, text(`comments.${one.category}`))),
      element("td", {}, one.author),
      element("td", { class: "code" }, comments.shownDate(one.changed)),
      element(
        "td",
        { class: "row-actions" },
        element("button", { type: "button", class: "tool", "aria-label": `${text("comments.edit")}: ${label}`, onclick: () => comments.edit(one.place, one) }, text("comments.edit")),
        " ",
        comments.deleteButton({ class: "tool", "aria-label": `${text("comments.delete")}: ${label}` }, () => forget(one)),
      ),
    );
  }

  function forget(one) {
    comments.remove(one.id);
    crf2tlf.announce(text("comments.deleted"));
    place("tab-comments").focus();
  }

  const WIDTHS = { TEXT: 50, VALUE: 24, SUBJECT: 24, CELL: 30, KEYS: 40, RECORD: 40, DATE: 22, RELEASE: 32 };

  function exportList(kind) {
    const rows = comments.queryRows(shown());
    const name = `queries-${comments.fileName(document.documentElement.dataset.study)}`;
    const done = () => crf2tlf.announce(text("comments.exported", { n: rows.length - 1 }));
    if (kind === "csv") {
      crf2tlf.download(`${name}.csv`, crf2tlf.csv(rows), "text/csv");
      done();
      return;
    }
    crf2tlf.start(() => comments.excelFile(`${name}.xlsx`, "Queries", rows, WIDTHS).then(done));
  }

  async function takeIn() {
    const input = place("comments-file");
    const [file] = input.files;
    if (!file) return;
    try {
      const taken = comments.takeIn(await file.text());
      crf2tlf.announce(text("comments.taken", { n: taken }));
      fill(place("comments-found"), text("comments.taken", { n: taken }));
    } catch (error) {
      crf2tlf.fail(error instanceof SyntaxError ? text("comments.no_file") : error.message);
    }
    input.value = "";
  }

  place("comment-filters").addEventListener("input", show);
  place("comment-filters").addEventListener("submit", (event) => event.preventDefault());
  place("queries-excel").addEventListener("click", () => exportList("excel"));
  place("queries-csv").addEventListener("click", () => exportList("csv"));
  place("comments-save").addEventListener("click", comments.saveFile);
  place("comments-file").addEventListener("change", () => crf2tlf.start(takeIn));
  comments.onChange(show);
  crf2tlf.onLanguage(show);
  fromAddress();
  show();
})();
