// What the columns of a table are: the list of all, and the panel of one with its rule, codelist and values.
"use strict";

(() => {
  const { element, label, text } = crf2tlf;
  const VALUES = 200;

  /** The address of what a rule uses: a column of a table, or a table. */
  function used(name, tables) {
    if (tables.has(name)) return crf2tlf.datasetPage(name);
    const dot = name.lastIndexOf(".");
    const table = name.slice(0, dot);
    return tables.has(table) ? crf2tlf.datasetPage(table, { column: name.slice(dot + 1) }) : null;
  }

  function uses(column, tables) {
    return column.uses.map((name, i) => {
      const href = used(name, tables);
      return [i ? ", " : "", href ? element("a", { href, class: "code" }, name) : element("span", { class: "code" }, name)];
    });
  }

  function rules(column) {
    const found = column.rules || (column.rule ? [["", column.rule, column.place]] : []);
    return found.map(([source, rule, place]) =>
      element(
        "div",
        { class: "rule" },
        source ? element("span", { class: "badge" }, source) : null,
        element("code", {}, rule),
        place ? element("span", { class: "place" }, place) : null,
      ),
    );
  }

  /** The list of all columns; `open` shows the panel of one. */
  function list(table, study, open) {
    const tables = new Set(study.tables.map(({ name }) => name));
    const heads = ["name", "label", "type", "origin", "codelist", "rule", "uses"];
    return element(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": { key: "dataset.variables" } },
      element(
        "table",
        { class: "grid variables" },
        element("thead", {}, element("tr", {}, heads.map((head) => element("th", { scope: "col", text: { key: `dataset.${head}` } })))),
        element(
          "tbody",
          {},
          table.columns.map((column) =>
            element(
              "tr",
              {},
              element(
                "th",
                { scope: "row" },
                element("button", { type: "button", class: "link code", onclick: () => open(column.name) }, column.name),
                table.keys.includes(column.name) ? [" ", element("span", { class: "badge", text: { key: "dataset.key" } })] : null,
              ),
              element("td", {}, column.label),
              element("td", {}, label(`dataset.type_${column.type}`)),
              element("td", {}, column.origin),
              element("td", {}, study.codelists[column.codelist] ? study.codelists[column.codelist].name : ""),
              element("td", {}, rules(column), column.method ? element("p", { class: "soft method" }, column.method) : null),
              element("td", {}, uses(column, tables)),
            ),
          ),
        ),
      ),
    );
  }

  /** The panel of a column, in a dialog. */
  async function panel(dialog, table, study, column, store) {
    const tables = new Set(study.tables.map(({ name }) => name));
    const fact = (key, ...content) => {
      const given = content.flat(Infinity).filter((part) => part !== "" && part !== null && part !== undefined);
      return given.length ? element("div", {}, label(`dataset.${key}`, null, "dt"), element("dd", {}, given)) : null;
    };
    crf2tlf.fill(
      dialog,
      element(
        "div",
        { class: "panel-head" },
        element("h2", { id: "variable-name" }, `${table.name}.${column.name}`),
        element("button", { type: "button", onclick: () => dialog.close(), text: { key: "site.close" } }),
      ),
      element("p", { class: "panel-label" }, column.label),
      element(
        "dl",
        { class: "facts stacked" },
        fact("type", label(`dataset.type_${column.type}`)),
        fact("header", column.header && column.header !== column.name ? element("code", {}, column.header) : ""),
        fact("origin", column.origin),
        fact("rule", rules(column)),
        fact("method", column.method),
        fact("uses", uses(column, tables)),
      ),
      element("div", { id: "variable-values" }),
    );
    dialog.showModal();
    const held = await store.column(column.name);
    crf2tlf.fill(dialog.querySelector("#variable-values"), values(held, study.codelists[column.codelist]));
  }

  function values(held, codelist) {
    const { counts, missing } = held.counts();
    const seen = new Map(held.values.map((value, i) => [String(value), counts[i]]));
    const rows = codelist
      ? codelist.terms.map(([value, decode]) => [value, decode || "", seen.get(String(value)) || 0])
      : held.values.slice(0, VALUES).map((value, i) => [value, null, counts[i]]);
    const known = new Set(rows.map(([value]) => String(value)));
    const others = codelist ? held.values.filter((value) => !known.has(String(value))) : [];
    rows.push(...others.map((value) => [value, text("dataset.not_listed"), seen.get(String(value))]));
    const cut = !codelist && held.values.length > VALUES;
    return [
      element("h3", {}, codelist ? [label("dataset.codelist"), ": ", codelist.name] : label("dataset.values")),
      cut ? element("p", { class: "soft" }, label("dataset.first_values", { n: VALUES, all: held.values.length })) : null,
      element(
        "table",
        { class: "grid" },
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            element("th", { scope: "col", text: { key: "dataset.value" } }),
            codelist ? element("th", { scope: "col", text: { key: "dataset.decode" } }) : null,
            element("th", { scope: "col", class: "number", text: { key: "datasets.records" } }),
          ),
        ),
        element(
          "tbody",
          {},
          rows.map(([value, decode, count]) =>
            element(
              "tr",
              { class: count ? null : "unused" },
              element("td", {}, value),
              codelist ? element("td", {}, decode) : null,
              element("td", { class: "number" }, crf2tlf.number(count)),
            ),
          ),
          missing
            ? element(
                "tr",
                {},
                element("td", { class: "soft" }, label("site.missing")),
                codelist ? element("td") : null,
                element("td", { class: "number" }, crf2tlf.number(missing)),
              )
            : null,
        ),
      ),
    ];
  }

  crf2tlf.variables = { list, panel };
})();
