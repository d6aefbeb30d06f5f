// A subject's records from all tables, with the ways between them.
"use strict";

crf2tlf.patientData = (() => {
  const key = (table, number) => `${table} ${number}`;

  /** Everything of a subject, or null for one that is not in the review. */
  async function load(name) {
    const [study, subjects] = await Promise.all([crf2tlf.load("study"), crf2tlf.load("subjects")]);
    const number = subjects.rows.findIndex((row) => row[0] === name);
    if (number < 0) return null;
    const piece = Math.floor(number / study.shard);
    const [shards, shared] = await Promise.all([crf2tlf.load(`subjects/${piece}`), crf2tlf.load("shared")]);
    return new Patient(study, subjects, number, shards[number - piece * study.shard], shared);
  }

  class Patient {
    constructor(study, subjects, number, shard, shared) {
      this.study = study;
      this.subjects = subjects;
      this.number = number;
      this.subject = shard.subject;
      this.codelists = study.codelists;
      this.tables = study.tables.filter((table) => shard.tables[table.name]);
      this.described = new Map(study.tables.map((table) => [table.name, table]));
      this.byKey = new Map();
      this.byTable = new Map();
      this.users = new Map();
      for (const table of study.tables) {
        const own = this.enter(table, shard.tables[table.name], true);
        this.enter(table, shared.tables[table.name], false);
        this.byTable.set(table.name, own);
      }
      for (const record of this.byKey.values()) this.enterUses(record);
    }

    enter(table, held, own) {
      if (!held) return [];
      const places = columnsOf(table);
      const prefix = table.name.replace(/^SUPP/, "").slice(0, 2);
      return held.numbers.map((number, at) => {
        const reads = Object.entries(held.reads || {})
          .map(([variable, lists]) => ({ variable, references: lists[at] }))
          .filter((read) => read.references.length);
        const record = {
          table,
          number,
          prefix,
          own,
          row: held.rows[at],
          places,
          fate: held.fates ? held.fates[at] : null,
          sources: held.sources ? held.sources[at] : [],
          sets: held.sets ? held.sets[at] : [],
          reads,
          rules: held.rules ? Object.fromEntries(Object.entries(held.rules).map(([name, chosen]) => [name, chosen[at]])) : {},
          anchor: crf2tlf.recordAnchor(table.name, number),
        };
        this.byKey.set(key(table.name, number), record);
        return record;
      });
    }

    enterUses(record) {
      const add = (reference, variable) => {
        const name = key(reference[0], reference[1]);
        if (!this.users.has(name)) this.users.set(name, new Map());
        const of = this.users.get(name);
        const user = key(record.table.name, record.number);
        if (!of.has(user)) of.set(user, { record, made: false, variables: [] });
        if (variable === null) of.get(user).made = true;
        else of.get(user).variables.push(variable);
      };
      for (const reference of record.sources) add(reference, null);
      for (const read of record.reads) for (const reference of read.references) add(reference, read.variable);
    }

    records(table) {
      return this.byTable.get(table) || [];
    }

    /** A record of the subject or of nobody; undefined for another subject's. */
    record(table, number) {
      return this.byKey.get(key(table, number));
    }

    /** The collected records that a record goes back to through its sources. */
    collected(record) {
      const found = this.follow(record, (one) => one.sources.map(([table, number]) => this.record(table, number)));
      return Array.from(found).filter((one) => one !== record && (one.table.kind === "raw" || one.table.kind === "design"));
    }

    /** A record and all that a step leads to, again and again; what a step does not know it gives as undefined. */
    follow(record, step) {
      const seen = new Set([record]);
      const pending = [record];
      while (pending.length) {
        for (const found of step(pending.pop())) {
          if (found && !seen.has(found)) {
            seen.add(found);
            pending.push(found);
          }
        }
      }
      return seen;
    }

    /** Who uses a record: {record, made: made from it, variables: whose rules looked into it}. */
    usedBy(record) {
      return Array.from((this.users.get(key(record.table.name, record.number)) || new Map()).values());
    }

    /** The sets that a record and those made of it are in, and further ones that its values reach by being looked up. */
    reached(record) {
      const made = this.follow(record, (one) => this.usedBy(one).filter((use) => use.made).map((use) => use.record));
      const direct = setsOf(made);
      const looked = new Set(Array.from(setsOf(this.ways.reached(record))).filter((set) => !direct.has(set)));
      return { direct, looked };
    }

    /** The ways between values; made when they are asked for first. */
    get ways() {
      this.ways_ = this.ways_ || crf2tlf.patientWays.of(this);
      return this.ways_;
    }

    /** Whether a variable only repeats what ADSL (or DM) says of the subject, as identifiers and flags do. */
    isCopied(record, variable) {
      const level = this.first("ADSL") || this.first("DM");
      if (!level || record.table === level.table || record.table.name === "DM" || record.table.kind === "raw") return false;
      if (["STUDYID", "USUBJID", "DOMAIN"].includes(variable)) return true;
      return level.places.has(variable) && value(level, variable) === value(record, variable);
    }

    /** The subject's first record of a table, or null. */
    first(table) {
      return this.records(table)[0] || null;
    }

    /** The first value that is there of `TABLE.VARIABLE` names. */
    fact(...names) {
      for (const name of names) {
        const [table, variable] = name.split(".");
        const record = this.first(table);
        const found = record ? value(record, variable) : null;
        if (found !== null) return { value: found, record, variable };
      }
      return null;
    }
  }

  const known = new WeakMap();

  function columnsOf(table) {
    if (!known.has(table)) known.set(table, new Map(table.columns.map((column, at) => [column.name, at])));
    return known.get(table);
  }

  function setsOf(records) {
    const found = new Set();
    for (const record of records) for (const set of record.sets) found.add(set);
    return found;
  }

  /** A value of a record by the variable's name, or its general name (`--STDTC`); null where it is missing. */
  function value(record, name) {
    const place = record.places.get(name.startsWith("--") ? record.prefix + name.slice(2) : name);
    return place === undefined ? null : record.row[place];
  }

  /** The first of several values that is there. */
  function first(record, ...names) {
    for (const name of names) {
      const found = value(record, name);
      if (found !== null) return found;
    }
    return null;
  }

  const has = (table, name) => columnsOf(table).has(name.startsWith("--") ? table.name.slice(0, 2) + name.slice(2) : name);

  /** What a coded value means, or null. */
  function decode(patient, column, shown) {
    const list = column.codelist ? patient.codelists[column.codelist] : null;
    const term = list && list.terms.find((found) => found[0] === String(shown));
    return term && term[1] && term[1] !== term[0] ? term[1] : null;
  }

  return { load, value, first, has, decode };
})();
