// Dates of ISO 8601, whole or partial, as ranges of days, and study days.
"use strict";

crf2tlf.dates = (() => {
  const DAY = 86400000;
  const numberOf = (year, month, day) => Math.round(Date.UTC(year, month - 1, day) / DAY);

  /**
   * The days that a date may be: {from, to, partial}, as days since 1970. A date without day or month is a range
   * (2016-12: all of December); null without a year.
   */
  function range(text) {
    const found = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?/.exec(text === null || text === undefined ? "" : String(text));
    if (!found) return null;
    const [year, month, day] = found.slice(1).map((part) => (part === undefined ? null : Number(part)));
    if (month === null) return { from: numberOf(year, 1, 1), to: numberOf(year, 12, 31), partial: true };
    if (day === null) return { from: numberOf(year, month, 1), to: numberOf(year, month + 1, 0), partial: true };
    const exact = numberOf(year, month, day);
    return { from: exact, to: exact, partial: false };
  }

  const iso = (day) => new Date(day * DAY).toISOString().slice(0, 10);

  /** The study day: the reference day is 1, the day before it -1 (SDTMIG 4.4.4). */
  const studyDay = (day, reference) => (day >= reference ? day - reference + 1 : day - reference);

  /** A day in words: the date as it stands in the data, and the study day where there is a reference. */
  function shown(text, reference) {
    const found = range(text);
    if (!found || reference === null || found.partial) return String(text ?? "");
    return crf2tlf.text("patient.date_day", { date: String(text), day: String(studyDay(found.from, reference)) });
  }

  /** Round steps for an axis of that many days, so that there are about `wanted` ticks. */
  function step(days, wanted) {
    const steps = [1, 2, 5, 7, 14, 28, 56, 84, 168, 336, 728, 1456, 2912, 5824];
    return steps.find((size) => days / size <= wanted) || steps[steps.length - 1];
  }

  /** The first days of months (every `every` months) between two days. */
  function months(from, to, every) {
    const first = new Date(from * DAY);
    const found = [];
    let at = first.getUTCFullYear() * 12 + first.getUTCMonth();
    at += (every - (at % every)) % every;
    for (; ; at += every) {
      const day = numberOf(Math.floor(at / 12), (at % 12) + 1, 1);
      if (day > to) return found;
      if (day >= from) found.push({ day, label: iso(day).slice(0, every % 12 ? 7 : 4) });
    }
  }

  return { range, iso, studyDay, shown, step, months };
})();
