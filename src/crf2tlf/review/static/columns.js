// A table as columns of codes into distinct values, loaded column by column: searched, filtered and sorted by whole
// columns, so that a million records stay usable.
"use strict";

(() => {
  const ARRAYS = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array };
  const fold = (value) => String(value).normalize("NFKC").toLowerCase();

  class Column {
    constructor({ values, codes, width }) {
      const bytes = crf2tlf.fromBase64(codes);
      this.values = values;
      this.codes = new ARRAYS[width](bytes.buffer, 0, bytes.length / width); // little-endian, as all browsers' machines are
      this.missing = 2 ** (8 * width) - 1;
    }

    /** The value of a record, null if missing. */
    at(row) {
      const code = this.codes[row];
      return code === this.missing ? null : this.values[code];
    }

    get folded() {
      this.foldedValues ??= this.values.map(fold);
      return this.foldedValues;
    }

    /** How many records have each value, and how many none. */
    counts() {
      const counts = new Array(this.values.length).fill(0);
      let missing = 0;
      for (const code of this.codes) {
        if (code === this.missing) missing += 1;
        else counts[code] += 1;
      }
      return { counts, missing };
    }
  }

  class Store {
    /** A table of the piece `study`. */
    constructor(table) {
      this.name = table.name;
      this.size = table.size;
      this.names = table.columns.map((column) => column.name);
      if (table.kind === "raw") this.names.push("@fate");
      this.loaded = new Map();
    }

    async column(name) {
      if (!this.loaded.has(name)) {
        this.loaded.set(name, crf2tlf.load(`columns/${this.name}/${name}`).then((data) => new Column(data)));
      }
      return this.loaded.get(name);
    }

    async columns(names) {
      const found = await Promise.all(names.map((name) => this.column(name)));
      return new Map(names.map((name, i) => [name, found[i]]));
    }

    /**
     * The positions of the records that hold all words of `search` in any column, pass the `filters` (by column), and
     * are among `only` (positions, or null for all), sorted by `sorts` ([{field, dir}], the first weighs most).
     */
    async select({ search = "", filters = [], sorts = [], only = null }) {
      const kept = new Uint8Array(this.size).fill(only ? 0 : 1);
      for (const row of only || []) kept[row] = 1;
      for (const word of search.split(/\s+/).filter(Boolean)) await this.keepWord(kept, fold(word));
      for (const { field, value } of filters) {
        const column = await this.column(field);
        const wanted = condition(value);
        if (wanted) keep(kept, column, column.values.map((given, i) => wanted(given, column.folded[i])), wanted(null, ""));
      }
      let count = 0;
      for (const one of kept) count += one;
      let rows = new Int32Array(count);
      for (let row = 0, next = 0; row < this.size; row += 1) if (kept[row]) rows[next++] = row;
      for (const { field, dir } of sorts.slice().reverse()) {
        if (field === "@number") rows = dir === "desc" ? rows.sort((a, b) => b - a) : rows.sort((a, b) => a - b);
        else rows = sorted(rows, await this.column(field), dir === "desc");
      }
      return rows;
    }

    /** Keep the records that have a word in any column: looked for among the distinct values, then by code. */
    async keepWord(kept, word) {
      const hit = new Uint8Array(this.size);
      for (const column of (await this.columns(this.names)).values()) {
        const found = column.folded.map((value) => value.includes(word));
        if (!found.includes(true)) continue;
        const { codes } = column;
        for (let row = 0; row < codes.length; row += 1) if (found[codes[row]]) hit[row] = 1;
      }
      for (let row = 0; row < kept.length; row += 1) kept[row] &= hit[row];
    }
  }

  function keep(kept, column, wanted, missing) {
    const { codes } = column;
    for (let row = 0; row < kept.length; row += 1) {
      if (kept[row] && !(codes[row] === column.missing ? missing : wanted[codes[row]])) kept[row] = 0;
    }
  }

  /** Stable, by counting; missing values stand last in both directions. */
  function sorted(rows, column, descending) {
    const last = column.values.length;
    const place = (row) => {
      const code = column.codes[row];
      return code === column.missing ? last : descending ? last - 1 - code : code;
    };
    const starts = new Int32Array(last + 2);
    for (const row of rows) starts[place(row) + 1] += 1;
    for (let i = 1; i < starts.length; i += 1) starts[i] += starts[i - 1];
    const result = new Int32Array(rows.length);
    for (const row of rows) result[starts[place(row)]++] = row;
    return result;
  }

  /**
   * What a filter says of a value: `word` (is in it), `=exact`, `!word` or `!=exact` (not so), `=` (missing), `!=`
   * (present), `>5`, `>=`, `<`, `<=` (numbers as numbers, else as texts: dates), `a|b` (one of them). Null for no filter.
   */
  function condition(filter) {
    const parts = fold(filter).split("|").map((part) => part.trim());
    const tests = parts.filter((part) => part !== "").map(test);
    return tests.length ? (value, folded) => tests.some((one) => one(value, folded)) : null;
  }

  function test(part) {
    const [, sign, rest] = /^(!=|>=|<=|=|!|>|<)?\s*(.*)$/s.exec(part);
    if (sign === "=") return rest === "" ? (value) => value === null : (value, folded) => value !== null && folded === rest;
    if (sign === "!=") return rest === "" ? (value) => value !== null : (value, folded) => value === null || folded !== rest;
    if (sign === "!") return (value, folded) => value === null || !folded.includes(rest);
    if (!sign || rest === "") return (value, folded) => value !== null && folded.includes(part);
    const number = Number(rest);
    const than = (value, folded) => {
      if (typeof value === "number") return Number.isNaN(number) ? NaN : value - number;
      return folded < rest ? -1 : folded > rest ? 1 : 0;
    };
    return (value, folded) => {
      if (value === null) return false;
      const difference = than(value, folded);
      return { ">": difference > 0, ">=": difference >= 0, "<": difference < 0, "<=": difference <= 0 }[sign];
    };
  }

  crf2tlf.Store = Store;
})();
