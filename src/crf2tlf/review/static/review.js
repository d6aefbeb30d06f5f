// What all pages share: the global `crf2tlf`. Pages are opened from the file system: no fetch, no modules, no network.
"use strict";

const crf2tlf = (() => {
  const root = document.documentElement;
  const packed = new Map(); // by name: what crf2tlf.piece() was given
  const loading = new Map(); // by name: the promise of the data
  const listeners = [];
  let running = 0; // functions of the page that are not done
  let texts = { en: {}, ja: {} };
  let language = root.dataset.language || "en";

  // ---- data in pieces ------------------------------------------------------------------------------------------

  function piece(name, base64) {
    packed.set(name, base64);
  }

  /** The data of a piece, once its script is there; the same promise each time. Shown in the page if it fails. */
  function load(name) {
    if (!loading.has(name)) {
      loading.set(
        name,
        read(name).catch((error) => {
          loading.delete(name);
          fail(text("site.load_failed", { name }));
          throw error;
        }),
      );
    }
    return loading.get(name);
  }

  async function read(name) {
    if (!("DecompressionStream" in window)) {
      throw new Error(text("site.old_browser"));
    }
    await added(name);
    const bytes = fromBase64(packed.get(name));
    packed.delete(name);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json();
  }

  function added(name) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = pieceFile(name);
      script.onload = () => {
        script.remove();
        if (packed.has(name)) resolve();
        else reject(new Error(`${script.src} holds another piece`));
      };
      script.onerror = () => {
        script.remove();
        reject(new Error(`${script.src} cannot be loaded`));
      };
      document.head.append(script);
    });
  }

  /** The path of a piece, as review/pieces.py makes it. */
  function pieceFile(name) {
    const hex = (character) =>
      Array.from(new TextEncoder().encode(character), (byte) => "~" + byte.toString(16).padStart(2, "0")).join("");
    return `data/${name.replace(/[^A-Za-z0-9_.@/-]/gu, hex)}.js`;
  }

  function fromBase64(base64) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
    const characters = atob(base64);
    const bytes = new Uint8Array(characters.length);
    for (let i = 0; i < characters.length; i += 1) bytes[i] = characters.charCodeAt(i);
    return bytes;
  }

  // ---- texts of the interface ----------------------------------------------------------------------------------

  function setTexts(given) {
    texts = given;
    const kept = store("language");
    setLanguage(kept === "en" || kept === "ja" ? kept : language);
  }

  /** A text of the interface, `{name}` places filled in; numbers as numbers are written. */
  function text(key, values = {}) {
    return textIn(language, key, values);
  }

  function textIn(chosen, key, values = {}) {
    const found = (texts[chosen] || {})[key] ?? (texts.en || {})[key] ?? key;
    return found.replace(/\{(\w+)\}/g, (whole, name) => {
      const value = values[name];
      return value === undefined ? whole : typeof value === "number" ? number(value) : String(value);
    });
  }

  /** An element with a text of the interface, which follows the language switch. */
  function label(key, values, tag = "span") {
    const made = document.createElement(tag);
    made.dataset.text = key;
    if (values) made.dataset.values = JSON.stringify(values);
    made.textContent = text(key, values);
    return made;
  }

  /** Put all texts under a node into the language chosen. */
  function translate(under = document) {
    for (const node of under.querySelectorAll("[data-text]")) {
      node.textContent = text(node.dataset.text, node.dataset.values ? JSON.parse(node.dataset.values) : {});
    }
    for (const name of ["aria-label", "placeholder", "title"]) {
      for (const node of under.querySelectorAll(`[data-text-${name}]`)) {
        node.setAttribute(name, text(node.getAttribute(`data-text-${name}`)));
      }
    }
  }

  function setLanguage(chosen) {
    language = chosen;
    root.lang = chosen;
    translate();
    if (root.dataset.title) title(text(root.dataset.title));
    for (const button of document.querySelectorAll('[data-action="language"]')) {
      button.textContent = chosen === "en" ? "日本語" : "English";
      button.lang = chosen === "en" ? "ja" : "en";
    }
    for (const listener of listeners) listener(chosen);
  }

  /** Call a function each time the language is switched. */
  function onLanguage(listener) {
    listeners.push(listener);
  }

  function title(shown) {
    document.title = `${shown} · ${root.dataset.study}`;
  }

  function number(value, options) {
    return new Intl.NumberFormat(language === "ja" ? "ja-JP" : "en-US", options).format(value);
  }

  // ---- building the page ---------------------------------------------------------------------------------------

  /**
   * An element: attributes (`class`, `onclick`: a function, `data-…`, true, false or null for none) and children
   * (elements, texts, numbers, lists, null for nothing). Texts are texts, never markup. The attributes `text`,
   * `aria-label`, `placeholder` and `title` take a text of the interface as `{key: "site.close", values}`.
   */
  function element(tag, attributes = {}, ...children) {
    const made = tag.startsWith("svg:")
      ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(4))
      : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) setAttribute(made, name, value);
    append(made, children);
    return made;
  }

  function setAttribute(node, name, value) {
    if (value === null || value === undefined || value === false) return;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "text") {
      node.dataset.text = value.key;
      if (value.values) node.dataset.values = JSON.stringify(value.values);
      node.textContent = text(value.key, value.values);
    } else if (typeof value === "object") {
      node.setAttribute(name, text(value.key, value.values));
      if (!value.values) node.setAttribute(`data-text-${name}`, value.key);
    } else if (name === "style" || name === "srcdoc") throw new Error(`an element takes no ${name}`);
    else node.setAttribute(name, value === true ? "" : String(value));
  }

  function append(node, children) {
    for (const child of children.flat(Infinity)) {
      if (child === null || child === undefined || child === false) continue;
      node.append(child instanceof Node ? child : String(child));
    }
  }

  /** Replace what is in a node. */
  function fill(node, ...children) {
    node.replaceChildren();
    append(node, children);
    return node;
  }

  /** Say something to screen readers, and nothing to the eye. */
  function announce(message) {
    const place = document.getElementById("announcements");
    if (place) place.textContent = message;
  }

  /** Show a problem at the head of the page. */
  function fail(message) {
    const place = document.getElementById("problems");
    if (place && !Array.from(place.children).some((shown) => shown.textContent === message)) {
      place.append(element("p", { class: "problem" }, message));
    }
  }

  /** Run a page's function and give what it gives; what goes wrong is shown in the page, which is busy until then. */
  async function start(run) {
    const main = document.getElementById("main");
    running += 1;
    if (main) main.setAttribute("aria-busy", "true");
    try {
      return await run();
    } catch (error) {
      const place = document.getElementById("problems");
      if (place && !place.children.length) fail(text("site.failed", { message: error.message }));
      throw error;
    } finally {
      running -= 1;
      if (main && !running) main.removeAttribute("aria-busy");
    }
  }

  /** Offer a file for download. */
  function download(fileName, content, type = "text/plain") {
    const blob = content instanceof Blob ? content : new Blob([content], { type: `${type};charset=utf-8` });
    const address = URL.createObjectURL(blob);
    const link = element("a", { href: address, download: fileName });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  }

  /** Rows of cells as CSV, with a mark that makes Excel read UTF-8; a cell that a sheet would work out is a text. */
  function csv(rows) {
    const cell = (value) => {
      const shown = value === null || value === undefined ? "" : String(value);
      const safe = typeof value === "string" && /^'*[=+@\t\r-]/.test(shown) && Number.isNaN(Number(shown)) ? `'${shown}` : shown;
      return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
    };
    return "\ufeff" + rows.map((row) => row.map(cell).join(",") + "\r\n").join("");
  }

  // ---- what the browser keeps, and addresses -------------------------------------------------------------------

  /** What the browser keeps for this study under a name; with a value: keep it (null: forget it). */
  function store(name, value) {
    const key = `crf2tlf/${root.dataset.study}/${name}`;
    try {
      if (value === undefined) return localStorage.getItem(key);
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch {
      return null; // the browser keeps nothing for files
    }
    return value;
  }

  const query = (name) => new URLSearchParams(location.search).get(name);

  function address(page, values, anchor) {
    const given = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
    const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
    return page + (search ? `?${search}` : "") + (anchor ? `#${anchor}` : "");
  }

  /** The anchor of a record on its patient's page: the table with `_` for dots, and the record's number. */
  const recordAnchor = (table, record) => `${table.replace(/\./g, "_")}-${record}`;

  const patientPage = (subject, table, record) =>
    address("patient.html", { subject }, table && (record ? recordAnchor(table, record) : table.replace(/\./g, "_")));

  /** `values` may be {record}, {subject}, {output, set} (the records of a set behind a cell) or {column}. */
  const datasetPage = (name, values = {}) => address("dataset.html", { name, ...values });

  const outputPage = (id, cell) => address(`output-${encodeURIComponent(id)}.html`, { cell });

  // ---- the header ----------------------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-action]");
    if (!button) return;
    if (button.dataset.action === "print") window.print();
    if (button.dataset.action === "language") {
      const chosen = language === "en" ? "ja" : "en";
      store("language", chosen);
      setLanguage(chosen);
    }
  });

  // Panels are open on paper, but for those that nobody has opened yet and that would be filled then (`data-lazy`).
  window.addEventListener("beforeprint", () => {
    for (const panel of document.querySelectorAll('details:not([open], [data-lazy=""])')) {
      panel.dataset.printed = "";
      panel.open = true;
      if (panel.dataset.lazy) panel.fillNow();
    }
  });
  window.addEventListener("afterprint", () => {
    for (const panel of document.querySelectorAll("details[data-printed]")) {
      delete panel.dataset.printed;
      panel.open = false;
    }
  });

  return {
    piece,
    load,
    fromBase64,
    setTexts,
    text,
    textIn,
    label,
    translate,
    language: () => language,
    onLanguage,
    title,
    number,
    element,
    fill,
    announce,
    fail,
    start,
    download,
    csv,
    store,
    query,
    recordAnchor,
    patientPage,
    datasetPage,
    outputPage,
  };
})();
window.crf2tlf = crf2tlf;
