// The grid of a table's records: Tabulator, which asks the column store for one page at a time.
"use strict";

(() => {
  const { element, text } = crf2tlf;
  const SIZES = [25, 50, 100, 250, 1000];
  const SUGGESTED = 60; // distinct values that a filter offers
  const WIDEST = 340;

  /**
   * A grid in a node. `columns`: [{name, label, type, hidden}]; `page(state)`: gives {rows: [[row, values]…], count} for
   * {first, size, filters, sorts}; `record(row)`: the element for the record's number; `info(name)`: opens a column's panel;
   * `suggest(name)`: the distinct values of a column.
   */
  function grid(node, { columns, page, record, info, suggest, numberLabel }) {
    // The controls stand outside of the table: a table holds rows only.
    const paginator = element("div", { class: "pages" });
    const counter = element("div", { class: "counter" });
    node.after(element("div", { class: "grid-footer" }, counter, paginator));
    let across = 0; // Tabulator goes back to the first column when rows are loaded: this is where the reader was
    const table = new Tabulator(node, {
      columns: [numberColumn(numberLabel), ...columns.map((column) => gridColumn(column, info))],
      ajaxURL: "columns",
      ajaxRequestFunc: (_url, _config, params) =>
        crf2tlf.start(async () => {
          const first = (params.page - 1) * params.size;
          across = scrolled(node).scrollLeft;
          const found = await page({ first, size: params.size, filters: params.filter, sorts: params.sort });
          crf2tlf.fill(counter, counted(first, Math.min(first + params.size, found.count), found.count));
          const rows = found.rows.map(([row, cells]) => ({ ...cells, "@element": record(row) }));
          return { last_page: Math.max(1, Math.ceil(found.count / params.size)), last_row: found.count, data: rows };
        }),
      pagination: true,
      paginationMode: "remote",
      paginationSize: 50,
      paginationSizeSelector: SIZES,
      paginationElement: paginator,
      sortMode: "remote",
      filterMode: "remote",
      headerSortTristate: true,
      columnHeaderSortMulti: true,
      nestedFieldSeparator: false,
      dataLoader: false,
      headerFilterLiveFilterDelay: 250,
      layout: "fitData",
      renderVertical: "basic",
      height: false,
      placeholder: () => element("p", { class: "empty" }, text("dataset.none")),
      langs: { en: words("en"), ja: words("ja") },
      locale: crf2tlf.language(),
    });
    table.on("tableBuilt", () => {
      asTable(node);
      for (const column of columns.filter(({ hidden }) => !hidden)) offer(node, column.name, suggest);
      crf2tlf.onLanguage((language) => {
        // The texts of the control that Tabulator draws once.
        table.setLocale(language);
        for (const title of node.querySelectorAll(".tabulator-col-title")) title.replaceChildren(title.lastChild); // Tabulator adds them again
        asTable(node);
      });
    });
    table.on("dataSorted", () => asTable(node));
    table.on("renderComplete", () => {
      scrolled(node).scrollLeft = across;
      asTable(node);
    });
    return table;
  }

  const scrolled = (node) => node.querySelector(".tabulator-tableholder") || node;

  function numberColumn(title) {
    return {
      field: "@number",
      title: "#",
      titleFormatter: () => head(text(title), "", null),
      formatter: (cell) => asCell(cell, cell.getRow().getData()["@element"]),
      frozen: true,
      headerSortTristate: true,
      hozAlign: "right",
      minWidth: 76,
      cssClass: "record-number",
    };
  }

  function gridColumn(column, info) {
    return {
      field: column.name,
      title: column.name,
      titleFormatter: () => head(column.name, column.label, () => info(column.name)),
      visible: !column.hidden,
      formatter: (cell) => asCell(cell, shown(cell.getValue())),
      variableHeight: true,
      maxInitialWidth: WIDEST,
      minWidth: 84,
      hozAlign: column.type === "number" ? "right" : "left",
      headerFilter: () => filter(column),
      headerFilterPlaceholder: " ",
    };
  }

  /** A header: a button that sorts (Tabulator listens to the click), and one that opens the column's panel. */
  function head(name, label, open) {
    return element(
      "div",
      { class: "head" },
      element(
        "button",
        { type: "button", class: "head-sort", title: { key: "dataset.sort" } },
        element("span", { class: "head-name" }, name),
        label && label !== name ? element("span", { class: "head-label" }, label) : null,
      ),
      open
        ? element(
            "button",
            {
              type: "button",
              class: "head-info",
              "aria-label": { key: "dataset.about_column", values: { name } },
              onclick: (event) => {
                event.stopPropagation();
                open();
              },
            },
            "i",
          )
        : null,
    );
  }

  function filter(column) {
    return element("input", {
      type: "search",
      class: "head-filter",
      autocomplete: "off",
      "data-column": column.name,
      "aria-label": { key: "dataset.filter_column", values: { name: column.name } },
    });
  }

  /** Offer the values of a column in its filter, if they are few. */
  async function offer(node, name, suggest) {
    const input = node.querySelector(`input.head-filter[data-column="${CSS.escape(name)}"]`);
    if (!input || input.list) return;
    const values = await suggest(name);
    if (!values || values.length > SUGGESTED || input.list) return;
    const id = `values-${name}`;
    input.after(element("datalist", { id }, values.map((value) => element("option", { value: `=${value}` }))));
    input.setAttribute("list", id);
  }

  const shown = (value) => (value === null || value === undefined ? "" : String(value));

  function asCell(cell, content) {
    cell.getElement().setAttribute("role", "cell");
    return content instanceof Node ? content : document.createTextNode(content);
  }

  /** A table for screen readers: nothing in it is edited, and no arrow keys are needed. */
  function asTable(node) {
    node.setAttribute("role", "table");
    node.setAttribute("aria-label", text("dataset.records"));
    node.removeAttribute("aria-owns");
    for (const column of node.querySelectorAll("[aria-title]")) column.removeAttribute("aria-title");
    for (const button of node.querySelectorAll(".head-info")) {
      const name = button.parentElement.querySelector(".head-name").textContent;
      button.setAttribute("aria-label", text("dataset.about_column", { name }));
    }
    for (const input of node.querySelectorAll(".head-filter")) {
      input.setAttribute("aria-label", text("dataset.filter_column", { name: input.dataset.column }));
    }
    for (const body of node.querySelectorAll(".tabulator-tableholder")) body.removeAttribute("tabindex");
  }

  function counted(before, last, all) {
    return all ? crf2tlf.label("dataset.page_counter", { first: before + 1, last, all }) : null;
  }

  function words(language) {
    const say = (key) => crf2tlf.textIn(language, `dataset.${key}`);
    return {
      data: { loading: say("loading"), error: say("failed") },
      pagination: {
        page_size: say("page_size"),
        page_title: say("page_title"),
        first: "«",
        first_title: say("first_page"),
        last: "»",
        last_title: say("last_page"),
        prev: "‹",
        prev_title: say("previous_page"),
        next: "›",
        next_title: say("next_page"),
        all: say("all"),
      },
      headerFilters: { default: "" },
    };
  }

  crf2tlf.grid = { grid, offer };
})();
