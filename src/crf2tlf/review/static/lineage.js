// The lineage graph: forms and design tables, tabulations, analysis datasets, outputs, from left to right.
"use strict";

(() => {
  const { element, text } = crf2tlf;
  const ROW = 27;
  const HEIGHT = 22;
  const TOP = 34;
  const LEAST = 1040; // narrower, the graph scrolls in its box
  const WIDTHS = [0.185, 0.215, 0.2, 0.25]; // of the columns of nodes

  const graph = document.getElementById("graph");
  const lookups = document.getElementById("lookups");
  const only = document.getElementById("only");
  let nodes = [];
  let edges = [];
  let current = 0;

  crf2tlf.start(async () => {
    const data = await crf2tlf.load("lineage");
    nodes = data.nodes.map(([id, kind, layer, label, records], at) => ({ id, kind, layer, label, records, at }));
    edges = data.edges.map(([start, end, records, variables]) => ({ start, end, records, variables }));
    only.append(
      ...nodes
        .slice()
        .sort((a, b) => b.layer - a.layer)
        .map((node) => element("option", { value: node.at }, node.layer === 3 ? node.label : `${node.id}: ${node.label}`)),
    );
    const asked = nodes.findIndex((node) => node.id === crf2tlf.query("lineage"));
    if (asked >= 0) only.value = String(asked);
    draw();
    table();
    lookups.addEventListener("change", draw);
    only.addEventListener("change", draw);
    crf2tlf.onLanguage(() => {
      draw();
      table();
    });
    let width = graph.clientWidth;
    new ResizeObserver(() => {
      if (Math.abs(graph.clientWidth - width) < 8) return;
      width = graph.clientWidth;
      draw();
    }).observe(graph);
  });

  const page = (node) => (node.layer === 3 ? crf2tlf.outputPage(node.id) : crf2tlf.datasetPage(node.id));
  const visible = () => edges.filter((edge) => edge.records !== 0 || lookups.checked);

  /** The nodes and edges up- and downstream of a node. */
  function path(from, among) {
    const found = new Set([from]);
    const walked = new Set();
    for (const [here, there] of [["start", "end"], ["end", "start"]]) {
      const seen = new Set([from]);
      const open = [from];
      while (open.length) {
        const node = open.pop();
        for (const edge of among) {
          if (edge[here] !== node) continue;
          walked.add(edge);
          if (!seen.has(edge[there])) {
            seen.add(edge[there]);
            open.push(edge[there]);
          }
        }
      }
      for (const node of seen) found.add(node);
    }
    return { nodes: found, edges: walked };
  }

  function draw() {
    const among = visible();
    const chosen = only.value === "" ? null : path(Number(only.value), among);
    const shown = nodes.filter((node) => !chosen || chosen.nodes.has(node.at));
    const lines = chosen ? Array.from(chosen.edges) : among;
    if (!shown.some((node) => node.at === current)) current = shown[0].at;

    const width = Math.max(graph.clientWidth - 10, LEAST); // the box has a margin inside
    const places = placed(shown, width);
    const tallest = Math.max(...[0, 1, 2, 3].map((layer) => shown.filter((node) => node.layer === layer).length));
    const height = TOP + tallest * ROW + 8;
    const svg = element("svg:svg", {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "group",
      "aria-label": text("lineage.help"),
    });
    WIDTHS.forEach((_, layer) => {
      const x = column(layer, width).x;
      svg.append(element("svg:text", { class: "layer", x, y: 16, "aria-hidden": true }, text(`lineage.layer_${layer}`)));
    });
    const drawn = lines.map((edge) => [edge, line(edge, places)]);
    svg.append(...drawn.map(([, shape]) => shape));
    const boxes = new Map(shown.map((node) => [node.at, box(node, places.get(node.at))]));
    svg.append(...boxes.values());
    svg.addEventListener("keydown", (event) => walk(event, shown, boxes));

    const light = (at) => {
      const lit = at === null ? null : path(at, lines);
      svg.classList.toggle("lit", lit !== null);
      for (const [edge, shape] of drawn) shape.classList.toggle("on", lit !== null && lit.edges.has(edge));
      for (const [node, shape] of boxes) shape.classList.toggle("on", lit !== null && lit.nodes.has(node));
    };
    for (const [at, shape] of boxes) {
      shape.addEventListener("mouseenter", () => light(at));
      shape.addEventListener("mouseleave", () => light(null));
      shape.addEventListener("focus", () => {
        current = at;
        light(at);
        crf2tlf.announce(spoken(nodes[at], among));
      });
      shape.addEventListener("blur", () => light(null));
    }
    crf2tlf.fill(graph, svg);
  }

  function column(layer, width) {
    const gap = (width * (1 - WIDTHS.reduce((sum, share) => sum + share, 0))) / (WIDTHS.length - 1);
    const before = WIDTHS.slice(0, layer).reduce((sum, share) => sum + share, 0);
    return { x: before * width + gap * layer + 1, width: WIDTHS[layer] * width - 2 };
  }

  function placed(shown, width) {
    const places = new Map();
    const counts = [0, 1, 2, 3].map((layer) => shown.filter((node) => node.layer === layer).length);
    const most = Math.max(...counts);
    const used = [0, 0, 0, 0];
    for (const node of shown) {
      const { x, width: wide } = column(node.layer, width);
      const step = Math.min((most * ROW) / counts[node.layer], ROW * 3); // short columns stand looser, and in the middle
      const top = TOP + (most * ROW - step * counts[node.layer]) / 2;
      places.set(node.at, { x, y: top + step * (used[node.layer] + 0.5) - HEIGHT / 2, width: wide });
      used[node.layer] += 1;
    }
    return places;
  }

  function line(edge, places) {
    const from = places.get(edge.start);
    const to = places.get(edge.end);
    const y1 = from.y + HEIGHT / 2;
    const y2 = to.y + HEIGHT / 2;
    const same = nodes[edge.start].layer >= nodes[edge.end].layer;
    const x1 = same ? from.x : from.x + from.width;
    const bend = same ? -(14 + Math.min(46, Math.abs(y2 - y1) / 8)) : Math.max(30, (to.x - x1) / 2);
    const curve = same
      ? `M${x1} ${y1} C${x1 + bend} ${y1} ${to.x + bend} ${y2} ${to.x} ${y2}`
      : `M${x1} ${y1} C${x1 + bend} ${y1} ${to.x - bend} ${y2} ${to.x} ${y2}`;
    return element("svg:path", { class: `edge ${edge.records === 0 ? "lookup" : "rows"}`, d: curve, "aria-hidden": true });
  }

  /** What a screen reader says of a node that is reached. */
  function spoken(node, among) {
    const names = (found) => (found.length ? found.join(", ") : text("lineage.nothing"));
    const from = among.filter((edge) => edge.end === node.at).map((edge) => nodes[edge.start].id);
    const to = among.filter((edge) => edge.start === node.at).map((edge) => nodes[edge.end].id);
    return text("lineage.node", { name: node.id, label: node.label, from: names(from), to: names(to) });
  }

  function box(node, place) {
    const room = Math.floor((place.width - 12) / 6.3);
    const name = node.layer === 3 ? "" : node.id;
    const rest = shortened(node.label === name.replace(/^(raw|study)\./, "") ? "" : node.label, room - name.length - 2);
    return element(
      "svg:a",
      { href: page(node), class: `node ${node.kind}`, tabindex: node.at === current ? 0 : -1 },
      element(
        "svg:rect",
        { x: place.x, y: place.y, width: place.width, height: HEIGHT, rx: 4 },
        element("svg:title", {}, `${node.id}: ${node.label}`),
      ),
      element(
        "svg:text",
        { x: place.x + 7, y: place.y + 15 },
        element("svg:tspan", { class: "name" }, name),
        element("svg:tspan", { dx: name ? 6 : 0 }, rest),
      ),
    );
  }

  function shortened(words, room) {
    if (room < 4) return "";
    // Characters of Japanese are twice as wide.
    let used = 0;
    let at = 0;
    for (const character of words) {
      used += character.codePointAt(0) > 0x2e80 ? 2 : 1;
      if (used > room) return `${words.slice(0, Math.max(at - 1, 0)).trimEnd()}…`;
      at += character.length;
    }
    return words;
  }

  /** Arrow keys walk over the nodes: up and down in a column, left and right to the nearest of the next. */
  function walk(event, shown, boxes) {
    const here = shown.find((node) => node.at === current);
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!here || (!step && !side)) return;
    event.preventDefault();
    const inLayer = (layer) => shown.filter((node) => node.layer === layer);
    let next = null;
    if (step) {
      const row = inLayer(here.layer);
      next = row[row.indexOf(here) + step];
    } else {
      let layer = here.layer + side;
      while (layer >= 0 && layer < 4 && !inLayer(layer).length) layer += side;
      const height = (node) => boxes.get(node.at).querySelector("rect").y.baseVal.value;
      next = inLayer(layer).sort((a, b) => Math.abs(height(a) - height(here)) - Math.abs(height(b) - height(here)))[0];
    }
    if (!next) return;
    boxes.get(here.at).setAttribute("tabindex", "-1");
    boxes.get(next.at).setAttribute("tabindex", "0");
    boxes.get(next.at).focus();
  }

  /** The same as a table. */
  function table() {
    const links = (found, end) =>
      found.map((edge, i) => [i ? ", " : "", element("a", { href: page(nodes[edge[end]]) }, nodes[edge[end]].id)]);
    const cells = (node) => [
      links(edges.filter((edge) => edge.end === node.at && edge.records !== 0), "start"),
      links(edges.filter((edge) => edge.end === node.at && edge.records === 0), "start"),
      links(edges.filter((edge) => edge.start === node.at), "end"),
    ];
    const heads = ["datasets.name", "datasets.label", "lineage.made_from", "lineage.looks_up", "lineage.used_by"];
    crf2tlf.fill(
      document.querySelector("#lineage-table .scroll"),
      element(
        "table",
        { class: "grid" },
        element("thead", {}, element("tr", {}, heads.map((key) => element("th", { scope: "col", text: { key } })))),
        element(
          "tbody",
          {},
          nodes.map((node) =>
            element(
              "tr",
              {},
              element("th", { scope: "row" }, element("a", { href: page(node) }, node.id)),
              element("td", {}, node.label),
              cells(node).map((cell) => element("td", {}, cell)),
            ),
          ),
        ),
      ),
    );
  }
})();
