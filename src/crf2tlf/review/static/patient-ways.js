// The ways between the values of a patient's records: what a value was made from, and what it reaches.
//
// A variable's rule uses columns of the records it was made from, other variables of its record, and what it looked up
// in other records (piece `study`: `uses` and `reads` of a column; piece `subjects`: `sources` and `reads` of a record).
"use strict";

crf2tlf.patientWays = (() => {
  class Ways {
    constructor(patient) {
      this.patient = patient;
      this.users = null; // by value: the values made from it
    }

    /** What the value of a variable was made from: calls `found(record, column)`. */
    madeFrom(record, column, found) {
      const { patient } = this;
      for (const use of column.uses) {
        const at = use.lastIndexOf(".");
        const table = at < 0 ? use : use.slice(0, at);
        const name = at < 0 ? null : use.slice(at + 1);
        if (table === record.table.name && name !== null && record.places.has(name)) found(record, columnOf(record, name));
        for (const [source, number] of record.sources) {
          const from = source === table ? patient.record(source, number) : null;
          if (from && from !== record) found(from, name === null ? null : columnOf(from, name));
        }
      }
      const read = record.reads.find((one) => one.variable === column.name);
      for (const [table, number] of read ? read.references : []) {
        const from = patient.record(table, number);
        for (const name of from ? (column.reads || {})[table] || [] : []) found(from, columnOf(from, name));
      }
    }

    /** The collected values behind a record's values: record → names of the columns. `skip`: variables left out. */
    collected(record, skip) {
      const seen = new Set();
      const pending = record.table.columns.filter((column, at) => record.row[at] !== null && !skip(column)).map((column) => [record, column]);
      const found = new Map();
      while (pending.length) {
        const [one, column] = pending.pop();
        this.madeFrom(one, column, (from, name) => {
          if (!name || seen.has(valueKey(from, name))) return;
          seen.add(valueKey(from, name));
          if (from.table.kind === "raw" || from.table.kind === "design") found.set(from, [...(found.get(from) || []), name.name]);
          else pending.push([from, name]);
        });
      }
      return found;
    }

    /** The records with a value that any value of this record reaches. */
    reached(record) {
      if (!this.users) this.turn();
      const seen = new Set();
      const records = new Set([record]);
      const pending = record.table.columns.map((column) => valueKey(record, column));
      while (pending.length) {
        for (const [user, column] of this.users.get(pending.pop()) || []) {
          const key = valueKey(user, column);
          if (seen.has(key)) continue;
          seen.add(key);
          records.add(user);
          pending.push(key);
        }
      }
      return records;
    }

    /** Turn the ways round, once: from each value to those made from it. */
    turn() {
      this.users = new Map();
      for (const record of this.patient.byKey.values()) {
        for (const column of record.table.kind === "raw" || record.table.kind === "design" ? [] : record.table.columns) {
          this.madeFrom(record, column, (from, name) => {
            if (!name) return;
            const key = valueKey(from, name);
            if (!this.users.has(key)) this.users.set(key, []);
            this.users.get(key).push([record, column]);
          });
        }
      }
    }
  }

  const valueKey = (record, column) => `${record.table.name} ${record.number} ${column.name}`;

  /** The column of a record, also one that is in no file (USUBJID of a form): then null. */
  function columnOf(record, name) {
    const place = record.places.get(name);
    return place === undefined ? null : record.table.columns[place];
  }

  return { of: (patient) => new Ways(patient) };
})();
