// A patient's page: loads the subject that the address names, and shows each part.
"use strict";

(() => {
  const { element } = crf2tlf;

  async function run() {
    const name = crf2tlf.query("subject");
    const patient = await crf2tlf.patientData.load(name);
    if (!patient) {
      crf2tlf.fail(crf2tlf.text("patient.unknown", { subject: name || "" }));
      for (const section of document.querySelectorAll("main section")) section.hidden = true;
      return;
    }
    document.getElementById("patient-name").textContent = patient.subject;
    delete document.documentElement.dataset.title;
    crf2tlf.title(patient.subject);
    steps(patient);
    crf2tlf.start(() => changed(patient));
    const demographics = patient.first("DM");
    if (demographics) {
      const place = { subject: patient.subject, table: "DM", record: demographics.number };
      document.getElementById("patient-comment").append(crf2tlf.comments.button(place));
    }
    crf2tlf.patientFacts.show(patient);
    crf2tlf.onLanguage(() => crf2tlf.patientFacts.show(patient));
    crf2tlf.patientTimeline.show(patient);
    crf2tlf.patientCurves.show(patient);
    crf2tlf.patientRecords.show(patient);
  }

  function steps(patient) {
    const step = (id, number) => {
      const row = patient.subjects.rows[number];
      const link = document.getElementById(id);
      if (!row) return;
      link.href = crf2tlf.patientPage(row[0]);
      link.hidden = false;
      link.append(element("span", { class: "soft" }, ` ${row[0]}`));
    };
    step("patient-previous", patient.number - 1);
    step("patient-next", patient.number + 1);
  }

  /** A link to what changed since the older cut, if one was given and anything of the patient did. */
  async function changed(patient) {
    const changes = await crf2tlf.load("changes");
    const link = document.getElementById("patient-changes");
    link.href = `changes.html?subject=${encodeURIComponent(patient.subject)}`;
    link.hidden = !changes.given || !changes.subjects.some(([subject]) => subject === patient.subject);
  }

  document.addEventListener("DOMContentLoaded", () => crf2tlf.start(run));
})();
