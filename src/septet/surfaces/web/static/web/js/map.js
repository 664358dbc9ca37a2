"use strict";
// The impact map drawn: what is needed on the left, what leans on it on the right. The list beside it says the same.
{
  const box = document.getElementById("map-canvas");
  // So many records that hang alike are drawn as one, sooner where there are very many.
  const ALIKE = 5;
  const ALIKE_OF_MANY = 3;
  const MANY = 80;
  const LONGEST = 27;
  const MOST_TOLD = 3;
  const SWAPPED = ["map-then", "map-tabs", "map-tools", "map-sum", "map-list", "map-picked", "map-data"];
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const opened = new Set();
  let graph = null;
  let picked = "";

  const read = () => JSON.parse(document.getElementById("map-data").textContent);
  const short = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
  const filled = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);

  // The colours of the page, as the reader's look has them.
  function colours() {
    const probe = document.createElement("i");
    box.append(probe);
    const found = {};
    for (const name of ["ink", "quiet", "paper", "line-control", "accent", "accent-soft", "accent-text", "good", "warn", "bad", "good-soft", "warn-soft", "bad-soft"]) {
      probe.style.color = `var(--${name})`;
      found[name] = getComputedStyle(probe).color;
    }
    probe.remove();
    return found;
  }

  // Above so many records and relations these are thin and straight, and not drawn while the map moves.
  const DENSE = 1000;
  function looks(dense) {
    const c = colours();
    const toned = (tone, border, ground, style, width) => ({ selector: `node.${tone}`, style: { "border-color": border, "background-color": ground, "border-style": style, "border-width": width } });
    return [
      { selector: "node", style: { "shape": "round-rectangle", "corner-radius": 6, "width": 196, "height": 44, "background-color": c.paper, "border-color": c["line-control"], "border-width": 1.5, "label": "data(label)", "color": c.ink, "font-family": getComputedStyle(document.body).fontFamily, "font-size": 12.5, "line-height": 1.3, "text-valign": "center", "text-halign": "center", "text-wrap": "wrap", "text-max-width": 400, "min-zoomed-font-size": 4 } },
      { selector: "node.far", style: { "label": "data(first)", "font-size": 21, "text-wrap": "ellipsis", "text-max-width": 188 } },
      { selector: "node.service", style: { "corner-radius": 22 } },
      { selector: "node.work", style: { "shape": "cut-rectangle" } },
      toned("failing", c.bad, c["bad-soft"], "solid", 2.5),
      toned("degraded", c.warn, c["warn-soft"], "dashed", 2.5),
      toned("stands-in", c.good, c["good-soft"], "double", 4),
      toned("off", c.ink, c.quiet, "solid", 2.5),
      { selector: "node.off", style: { "color": c.paper } },
      { selector: "node.stack", style: { "ghost": "yes", "ghost-offset-x": 5, "ghost-offset-y": 5, "ghost-opacity": 0.45 } },
      { selector: "node.middle", style: { "outline-width": 3, "outline-color": c.accent, "outline-offset": 4, "font-weight": 600 } },
      { selector: "node.cursor", style: { "overlay-color": c.accent, "overlay-opacity": 0.18, "overlay-padding": 6, "outline-width": 3, "outline-color": c.ink, "outline-offset": 3 } },
      { selector: "edge", style: { "width": dense ? 0.75 : 1.5, "curve-style": dense ? "straight" : "bezier", "line-color": c["line-control"], "target-arrow-color": c["line-control"], "target-arrow-shape": "triangle", "arrow-scale": 0.9, "source-endpoint": "90deg", "target-endpoint": "270deg" } },
      { selector: "edge.down", style: { "source-endpoint": "180deg", "target-endpoint": "0deg" } },
      { selector: "edge.hot", style: { "width": 2.5, "line-color": c.bad, "target-arrow-color": c.bad } },
      { selector: "edge.unseen", style: { "line-style": "dotted" } },
      { selector: "node.picked", style: { "underlay-color": c.accent, "underlay-opacity": 0.25, "underlay-padding": 9, "underlay-shape": "round-rectangle" } },
      { selector: "edge.near", style: { "width": 2.5, "line-color": c.accent, "target-arrow-color": c.accent, "z-index": 9 } },
      { selector: "edge.told", style: { "label": "data(words)", "font-size": 11, "color": c.ink, "text-background-color": c.paper, "text-background-opacity": 1, "text-background-padding": 3 } },
      { selector: "edge.told.far", style: { "font-size": 19 } },
    ];
  }

  // Records of one sort with one fate and the same neighbours, if there are many, become one stack until it is opened.
  function stacks(data) {
    const around = new Map(data.nodes.map(([number]) => [number, []]));
    for (const [supplier, dependent] of data.ties) {
      around.get(supplier).push(`>${dependent}`);
      around.get(dependent).push(`<${supplier}`);
    }
    const alike = new Map();
    for (const [number, , what, , tone, shape] of data.nodes) {
      if (number === data.middle || tone === "off") continue;
      const key = [what.split(" · ")[0], tone, shape, ...around.get(number).sort()].join(" ");
      alike.set(key, [...(alike.get(key) || []), number]);
    }
    const held = new Map();
    const enough = data.nodes.length > MANY ? ALIKE_OF_MANY : ALIKE;
    for (const [key, members] of alike) {
      if (members.length < enough || opened.has(key)) continue;
      for (const one of members) held.set(one, { id: `stack ${members[0]}`, key, members });
    }
    return held;
  }

  function elements(data) {
    const held = stacks(data);
    const place = (number) => held.get(number)?.id || number;
    const tones = new Map(data.nodes.map(([number, , , , tone]) => [number, tone]));
    const found = new Map();
    for (const [number, title, what, effect, tone, shape] of data.nodes) {
      const id = place(number);
      if (found.has(id)) continue;
      const stack = held.get(number);
      const sort = what.split(" · ")[0];
      const first = stack ? filled(box.dataset.many, { count: stack.members.length, what: sort }) : short(title || number);
      const second = stack ? [effect, box.dataset.open].filter(Boolean).join(" · ") : effect ? `${sort} · ${effect}` : what;
      found.set(id, { group: "nodes", data: { id, first, label: `${first}\n${short(second)}`, said: `${stack ? first : title || number}, ${second}`, key: stack?.key, members: stack?.members }, classes: [tone, shape, stack ? "stack" : "", number === data.middle ? "middle" : ""].join(" ") });
    }
    for (const [supplier, dependent, words] of data.ties) {
      const id = `${place(supplier)} > ${place(dependent)} ${words}`;
      const lost = ["failing", "off"].includes(tones.get(supplier));
      const hot = lost && tones.get(dependent) !== "calm";
      if (!found.has(id)) found.set(id, { group: "edges", data: { id, source: place(supplier), target: place(dependent), words }, classes: [hot ? "hot" : "", words ? "" : "unseen", direction === "TB" ? "down" : ""].join(" ") });
    }
    return [...found.values()];
  }

  // From afar a record is its title alone, written large.
  const FAR = 0.62;
  function write() {
    const far = graph.zoom() < FAR;
    if (graph.scratch("far") === far) return;
    graph.scratch("far", far);
    graph.elements().toggleClass("far", far);
  }

  // Fit all in, but never so small that nothing can be read: then what is next to the middle.
  const SMALLEST = 0.4;
  const ROUND = 48;
  let extent = { width: 1, height: 1 };
  function fit() {
    const zoom = Math.max(graph.minZoom(), Math.min(1, (box.clientWidth - ROUND) / extent.width, (box.clientHeight - ROUND) / extent.height));
    graph.viewport({ zoom, pan: { x: (box.clientWidth - extent.width * zoom) / 2, y: (box.clientHeight - extent.height * zoom) / 2 } });
  }
  function begin() {
    fit();
    if (graph.zoom() >= SMALLEST) return;
    const middle = graph.nodes(".middle");
    const along = middle.outgoers().length > 0 ? 0.15 : 0.85;
    const [x, y] = direction === "LR" ? [along, 0.5] : [0.5, along];
    graph.zoom(SMALLEST);
    graph.pan({ x: box.clientWidth * x - middle.position("x") * SMALLEST, y: box.clientHeight * y - middle.position("y") * SMALLEST });
  }

  // Places are worked out beside the page; of several questions only the last one counts.
  let arranger = null;
  let direction = "LR";
  let asked = 0;
  function places(wanted, directions) {
    const ask = (asked += 1);
    const nodes = wanted.filter((one) => one.group === "nodes").map((one) => one.data.id);
    const edges = wanted.filter((one) => one.group === "edges").map((one) => [one.data.id, one.data.source, one.data.target]);
    return new Promise((resolve) => {
      const heard = ({ data }) => {
        if (data.ask !== ask) return;
        arranger.removeEventListener("message", heard);
        if (ask === asked) resolve(data.found);
      };
      arranger.addEventListener("message", heard);
      arranger.postMessage({ library: box.dataset.library, ask, directions, nodes, edges });
    });
  }

  async function arrange(wanted) {
    const [found] = await places(wanted, [direction]);
    extent = found;
    graph.layout({ name: "preset", positions: (node) => found.at[node.id()], fit: false, animate: !still.matches, animationDuration: 250 }).run();
  }

  // From left to right, unless long chains are so much larger from top to bottom. Many records take too long to try.
  const MOST_TRIED = 120;
  async function arrangeFirst(wanted) {
    const records = wanted.filter((one) => one.group === "nodes").length;
    const found = await places(wanted, records <= MOST_TRIED ? ["LR", "TB"] : ["LR"]);
    const [across, down] = found.map(({ width, height }) => Math.min(box.clientWidth / width, box.clientHeight / height));
    const best = found[across < FAR && down >= across * 1.2 ? 1 : 0];
    direction = best.direction;
    extent = best;
    return elements(read()).map((one) => ({ ...one, position: best.at[one.data.id] }));
  }

  function mark() {
    graph.elements().removeClass("picked near told");
    const one = shownAs(picked);
    one.addClass("picked");
    const edges = one.connectedEdges();
    // More words than these stand on each other; beside the map they are told in any case.
    edges.addClass(edges.length > MOST_TOLD ? "near" : "near told");
    for (const link of document.querySelectorAll("#map-list [data-node]")) {
      if (link.dataset.node === picked) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  function shownAs(number) {
    const one = graph.getElementById(number);
    return one.length ? one : graph.nodes(".stack").filter((node) => node.data("members").includes(number));
  }

  // Bring the drawing up to date: what stays keeps its place where nothing comes or goes.
  function draw() {
    const wanted = elements(read());
    const ids = new Set(wanted.map((one) => one.data.id));
    const gone = graph.elements().filter((one) => !ids.has(one.id()));
    const fresh = wanted.filter((one) => !graph.getElementById(one.data.id).length);
    graph.batch(() => {
      gone.remove();
      for (const one of wanted) {
        const held = graph.getElementById(one.data.id);
        if (held.length) held.data(one.data).classes(one.classes);
      }
      graph.add(fresh.map((one) => (one.group === "nodes" ? { ...one, position: { ...graph.nodes(".middle").position() } } : one)));
    });
    if (gone.length || fresh.length) arrange(wanted);
    graph.removeScratch("far");
    write();
    mark();
  }

  async function pick(number, address) {
    picked = number;
    mark();
    const answer = await septet.fetch(address, { headers: { "HX-Target": "map-picked" } });
    if (!answer.ok || picked !== number) return;
    document.getElementById("map-picked").innerHTML = await answer.text();
    history.replaceState(null, "", address);
  }

  async function live(address, push) {
    const answer = await septet.fetch(address);
    if (!answer.ok) {
      location.assign(address);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of SWAPPED) {
      const part = document.getElementById(id);
      part.replaceWith(page.getElementById(id));
      document.dispatchEvent(new CustomEvent("septet:shown", { detail: document.getElementById(id) }));
    }
    if (push) history.pushState(null, "", address);
    picked = document.querySelector("#map-list [aria-current]")?.dataset.node || read().middle;
    draw();
    document.querySelector("#map-picked .actions a")?.focus({ preventScroll: true });
  }

  // By keyboard: a cursor goes along the arrows and to what stands beside it, and is told.
  const WAYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  let cursor = "";
  let before = "";
  const here = () => {
    const one = graph.getElementById(cursor);
    return one.length ? one : shownAs(picked);
  };

  function stand(node) {
    if (node.id() !== cursor) before = cursor;
    cursor = node.id();
    graph.nodes().removeClass("cursor");
    if (document.activeElement === box && box.classList.contains("steered")) node.addClass("cursor");
  }

  function tell() {
    const node = here();
    const edges = { needs: node.incomers("edge").length, needed: node.outgoers("edge").length };
    document.getElementById("map-said").textContent = filled(box.dataset.said, { name: node.data("said"), ...edges });
  }

  // The nearest record that way: along an arrow if it goes that way, else in the same layer; back the way one came.
  function next(node, [x, y]) {
    const [along, aside, way] = direction === "LR" ? ["x", "y", x] : ["y", "x", y];
    const from = node.position();
    const nearest = (nodes, distance) => nodes.sort((one, other) => distance(one) - distance(other))[0];
    if (way) return nearest(way > 0 ? node.outgoers("node") : node.incomers("node"), (one) => (one.id() === before ? -1 : Math.abs(one.position(aside) - from[aside])));
    const layer = graph.nodes().filter((one) => Math.abs(one.position(along) - from[along]) < 10 && (one.position(aside) - from[aside]) * (x + y) > 0);
    return nearest(layer, (one) => Math.abs(one.position(aside) - from[aside]));
  }

  function show(node) {
    const { x1, x2, y1, y2 } = node.renderedBoundingBox();
    if (x1 < 0 || y1 < 0 || x2 > box.clientWidth || y2 > box.clientHeight) graph.animate({ center: { eles: node }, duration: still.matches ? 0 : 120 });
  }

  function steer(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const node = here();
    const goal = event.key === "Home" ? graph.nodes(".middle")[0] : WAYS[event.key] && next(node, WAYS[event.key]);
    if (!goal && !WAYS[event.key] && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    box.classList.add("steered");
    if (event.key === "Enter" && node.id() === picked) location.assign(`/r/${picked}/`);
    else if (event.key === "Enter") choose(node);
    else if (goal) {
      stand(goal);
      show(goal);
      tell();
    }
  }

  // A record is shown beside the drawing; a stack is taken apart.
  function choose(node) {
    const { id, key, members } = node.data();
    if (!key) {
      pick(id, addressOf(id));
      return;
    }
    opened.add(key);
    draw();
    stand(graph.getElementById(members[0]));
    tell();
  }

  function addressOf(number) {
    const goal = new URL(location.href);
    goal.searchParams.set("at", number);
    return goal.pathname + goal.search;
  }

  async function start() {
    arranger = new Worker(box.dataset.arranger);
    const [placed] = await Promise.all([arrangeFirst(elements(read())), document.fonts?.ready]);
    const dense = placed.length > DENSE;
    graph = cytoscape({ container: box, elements: placed, style: looks(dense), minZoom: 0.03, maxZoom: 2.5, boxSelectionEnabled: false, autoungrabify: true, hideEdgesOnViewport: dense, layout: { name: "preset", fit: false } });
    picked = document.querySelector("#map-list [aria-current]")?.dataset.node || read().middle;
    begin();
    graph.batch(() => {
      write();
      mark();
    });
    box.dataset.drawn = "";

    graph.on("tap", "node", (event) => {
      box.classList.remove("steered");
      stand(event.target);
      choose(event.target);
    });
    box.addEventListener("focus", () => {
      box.classList.toggle("steered", box.matches(":focus-visible"));
      stand(here());
      if (box.classList.contains("steered")) tell();
    });
    box.addEventListener("blur", () => graph.nodes().removeClass("cursor"));
    box.addEventListener("keydown", steer);
    graph.on("mouseover", "node", (event) => {
      box.classList.add("over");
      box.title = event.target.data("label");
    });
    graph.on("mouseout", "node", () => {
      box.classList.remove("over");
      box.removeAttribute("title");
    });
    graph.on("zoom", write);

    document.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      const zoom = event.target.closest("[data-zoom]")?.dataset.zoom;
      if (zoom === "fit") fit();
      else if (zoom) graph.zoom({ level: graph.zoom() * (zoom === "in" ? 1.3 : 1 / 1.3), renderedPosition: { x: box.clientWidth / 2, y: box.clientHeight / 2 } });
      const link = event.target.closest("a[data-node], a[data-live]");
      if (!link) return;
      event.preventDefault();
      const goal = link.pathname + link.search;
      if (link.dataset.node === undefined) {
        live(goal, true);
        return;
      }
      pick(link.dataset.node, goal);
      graph.animate({ center: { eles: shownAs(link.dataset.node) }, duration: still.matches ? 0 : 200 });
    });
    window.addEventListener("popstate", () => live(location.pathname + location.search, false));
    const repaint = () => graph.style(looks(dense));
    new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
    let width = box.clientWidth;
    new ResizeObserver(() => {
      graph.resize();
      if (Math.abs(box.clientWidth - width) > 80) begin();
      width = box.clientWidth;
    }).observe(box);
  }
  if (box && window.cytoscape) start();
}
