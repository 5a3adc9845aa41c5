// The lineage of a story as a picture: person, session, chained session or
// workload, action, resource, from left to right. A box of actions belongs to
// the one who made the calls and to how surely they are that one's, so that each
// resource can be followed back to its caller.
const BOX = { least: 176, most: 300, gapX: 44, gapY: 12, pad: 12, line: 16, note: 14.5, lines: 5 };
const ACTIONS_MAX = 24;
const RESOURCES_MAX = 24;
const TEXT_FONT = "600 12.5px system-ui, sans-serif";
const NOTE_FONT = "11.5px system-ui, sans-serif";

function lineageGraph(rows) {
  const actions = TABLES.get("destructive_actions");
  const nodes = new Map();
  const links = new Map();
  const node = (key, made) => {
    if (!nodes.has(key)) nodes.set(key, { key, count: 0, ...made });
    return nodes.get(key);
  };
  const link = (from, to, strength) => {
    const key = `${from.key}\u0001${to.key}\u0001${strength}`;
    if (!links.has(key)) links.set(key, { from, to, count: 0, strength });
    links.get(key).count += 1;
  };
  for (const row of rows) {
    const owner = ownerNode(actions, row, node, link);
    const name = actions.text("event_name", row);
    const kind = markOf(actions, row);
    const strength = actions.text("link_confidence", row) || "proved";
    const action = node(`action\u0001${owner.key}\u0001${name}\u0001${kind}\u0001${strength}`, { column: "action", text: name, mark: kind, note: MARKS[kind].label });
    action.count += 1;
    link(owner, action, strength);
    for (const thing of actions.cell("resources", row) ?? []) {
      const resource = resourceNode(actions, row, thing, node);
      resource.count += 1;
      link(action, resource, "proved");
    }
  }
  const things = [...nodes.values()].filter((one) => one.column === "resource");
  // Where things lie is said where they do not all lie at one place.
  if (new Set(things.map((one) => one.where)).size > 1) for (const one of things) one.note = [one.note, one.where].filter(Boolean).join(" · ");
  return { nodes: [...nodes.values()], links: [...links.values()] };
}

// A thing is another thing in another account, region or of another type.
function resourceNode(actions, row, thing, node) {
  const text = (name) => actions.text(name, row);
  const parts = /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(.+)$/.exec(thing);
  const where = [text("account_id"), text("region")].filter(Boolean).join(" ");
  return node(`resource\u0001${text("resource_type")}\u0001${where}\u0001${thing}`, {
    column: "resource", text: parts ? parts[1] : thing, note: text("resource_type"), title: thing, where,
  });
}

// The node that made a call: its session below its parents, or the actor alone.
function ownerNode(actions, row, node, link) {
  const actor = actions.text("actor", row) || actions.text("principal_arn", row) || "unknown";
  const person = node(`person ${actor}`, { column: "person", text: actor, story: actions.cell("actor", row) ? ["actor", actor] : null });
  const chain = [];
  const sessions = TABLES.get("mode_sessions");
  let id = actions.cell("session_id", row);
  while (id !== null && chain.length < 12) {
    const [at] = sessions.where("session_id", id);
    chain.unshift({ id, at });
    id = at === undefined ? null : sessions.cell("parent_session_id", at);
  }
  person.count += 1;
  let before = person;
  for (const { id: session, at } of chain) {
    const known = at !== undefined;
    const depth = known ? sessions.cell("depth", at) : 0;
    const made = node(`session ${session}`, {
      column: `session${depth}`, depth, text: known ? sessions.text("role_name", at) : session,
      note: known ? `${depth ? sessions.text("via", at) : "mode role"} · ${sessions.text("role_session_name", at) || session}` : "session",
      story: ["session", session],
    });
    if (before !== made && !made.linked) {
      made.linked = true;
      link(before, made, known ? sessions.text("link_confidence", at) || "proved" : "weak");
    }
    made.count += 1;
    before = made;
  }
  return before;
}

// Keeps the boxes of actions that matter most; what is not drawn is counted.
function fewerActions(graph) {
  const actions = graph.nodes.filter((one) => one.column === "action");
  if (actions.length <= ACTIONS_MAX) return { ...graph, left: 0 };
  const grave = (one) => CALLS.indexOf(one.mark);
  const kept = new Set(actions.sort((a, b) => grave(a) - grave(b) || b.count - a.count || (a.key < b.key ? -1 : 1)).slice(0, ACTIONS_MAX));
  let nodes = new Set(graph.nodes.filter((one) => one.column !== "action" || kept.has(one)));
  let links = graph.links;
  // What leads to no action that is drawn goes with it.
  for (let before = -1; before !== nodes.size;) {
    before = nodes.size;
    links = links.filter((one) => nodes.has(one.from) && nodes.has(one.to));
    const linked = new Set(links.flatMap((one) => (one.to.column === "resource" ? [one.from, one.to] : [one.from])));
    nodes = new Set([...nodes].filter((one) => kept.has(one) || linked.has(one)));
  }
  const left = actions.filter((one) => !kept.has(one)).reduce((sum, one) => sum + one.count, 0);
  return { nodes: [...nodes], links, left };
}

// Keeps the resources that matter most and gathers the rest in one box.
function gatherResources(graph) {
  const resources = graph.nodes.filter((one) => one.column === "resource");
  if (resources.length <= RESOURCES_MAX) return graph;
  const kept = new Set([...resources].sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1)).slice(0, RESOURCES_MAX - 1));
  const rest = { key: "rest", column: "resource", text: counted(resources.length - kept.size, "more resource"), note: "all are in the table below", count: 0 };
  const links = new Map();
  for (const one of graph.links) {
    const to = one.to.column === "resource" && !kept.has(one.to) ? rest : one.to;
    const key = `${one.from.key}\u0001${to.key}\u0001${one.strength}`;
    if (!links.has(key)) links.set(key, { ...one, to, count: 0 });
    links.get(key).count += one.count;
  }
  return { ...graph, nodes: [...graph.nodes.filter((one) => one.column !== "resource" || kept.has(one)), rest], links: [...links.values()] };
}

const HEADS = { person: "person", action: "action", resource: "resource" };

// The picture in a box that it fills and, where that is too narrow, scrolls in.
function lineage(rows) {
  const graph = gatherResources(fewerActions(lineageGraph(rows)));
  const box = el("div", { class: "lineage-box", tabindex: 0, role: "group", "aria-label": "Lineage picture, scrolls sideways" });
  let drawn = 0;
  const draw = (width) => {
    if (Math.abs(width - drawn) < 2) return;
    drawn = width;
    box.replaceChildren(drawLineage(graph, width));
  };
  draw(Math.min(1374, document.documentElement.clientWidth - 98));
  new ResizeObserver(([entry]) => entry.contentRect.width && draw(entry.contentRect.width)).observe(box);
  const left = graph.left ? el("p", { class: "none", text: `${counted(graph.left, "call")} of other kinds and sessions ${graph.left === 1 ? "is" : "are"} not drawn; all are in the table below.` }) : null;
  return el("div", {}, box, left);
}

function drawLineage(graph, room) {
  const order = (name) => ({ person: 0, action: 1000, resource: 1001 }[name] ?? 1 + Number(name.slice(7)));
  const columns = [...new Set(graph.nodes.map((one) => one.column))].sort((a, b) => order(a) - order(b));
  const boxWidth = Math.floor(Math.min(BOX.most, Math.max(BOX.least, (room - 2 - (columns.length - 1) * BOX.gapX) / columns.length)));
  const stepX = boxWidth + BOX.gapX;
  for (const one of graph.nodes) layBox(one, boxWidth);
  const stacks = columns.map((name) => graph.nodes.filter((one) => one.column === name));
  const tall = (boxes) => boxes.reduce((sum, one) => sum + one.height + BOX.gapY, 0);
  const inner = Math.max(...stacks.map(tall));
  stacks.forEach((boxes, at) => {
    const sorted = at ? besideSources(boxes, graph.links) : boxes;
    let y = 30 + (inner - tall(boxes)) / 2;
    for (const one of sorted) {
      Object.assign(one, { x: at * stepX + 1, y });
      y += one.height + BOX.gapY;
    }
  });
  const [width, height] = [columns.length * stepX - BOX.gapX + 2, inner + 32];
  const root = svg("svg", { class: "lineage", width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": `Lineage: ${graph.nodes.length} steps from person to resource; the sentences below tell the same` });
  columns.forEach((name, at) => root.append(svg("text", { class: "lineage-head", x: at * stepX + 2, y: 16 }, HEADS[name] ?? (name === "session0" ? "session" : "chained or workload"))));
  const most = Math.max(1, ...graph.links.map((one) => one.count));
  for (const one of graph.links) root.append(linkPath(one, most, boxWidth));
  for (const one of graph.nodes) root.append(nodeBox(one, boxWidth));
  return root;
}

// Boxes in the order of those that lead to them, so that few links cross.
function besideSources(boxes, links) {
  const middle = (one) => {
    const sources = links.filter((link) => link.to === one && link.from.y !== undefined).map((link) => link.from.y + link.from.height / 2);
    return sources.length ? sources.reduce((sum, y) => sum + y, 0) / sources.length : 0;
  };
  return boxes.map((one) => [middle(one), one]).sort((a, b) => a[0] - b[0]).map(([, one]) => one);
}

function linkPath(one, most, boxWidth) {
  const [x, y] = [one.from.x + boxWidth, one.from.y + one.from.height / 2];
  const [toX, toY] = [one.to.x, one.to.y + one.to.height / 2];
  const middle = (x + toX) / 2;
  const path = svg("path", { class: `link ${one.strength}`, data: { from: one.from.key, to: one.to.key }, d: `M${x} ${y}C${middle} ${y} ${middle} ${toY} ${toX} ${toY}`, "stroke-width": 1.3 + (3.2 * Math.log(one.count)) / Math.log(most + 1) });
  path.append(svg("title", {}, `${grouped(one.count)}${one.to.column === "resource" ? "" : `, ${one.strength} link`}`));
  return path;
}

const ruler = document.createElement("canvas").getContext("2d");
function widthOf(text, font) {
  ruler.font = font;
  return ruler.measureText(text).width;
}

// A text in lines that are not wider than their box, broken where a name
// has its parts if it has any; the last line says if that is not all.
function wrapped(text, font, width, lines) {
  const made = [];
  let rest = Array.from(shorter(text, 400));
  while (rest.length && made.length < lines) {
    let count = rest.length;
    while (count > 1 && widthOf(rest.slice(0, count).join(""), font) > width) count -= count > 80 ? 20 : 1;
    if (count < rest.length && made.length < lines - 1) {
      const breaks = (at) => " /:-_.,@|".includes(rest[at - 1]) || /[a-z][A-Z]/.test(rest[at - 1] + rest[at]);
      let at = count;
      while (at > count / 2 && !breaks(at)) at -= 1;
      if (at > count / 2) count = at;
    }
    made.push(rest.slice(0, count).join(""));
    rest = rest.slice(count);
  }
  if (rest.length) made[made.length - 1] = `${made[made.length - 1].slice(0, -1)}…`;
  return made.map((line) => line.trimEnd());
}

// The lines of a box and its height.
function layBox(one, boxWidth) {
  const left = one.mark ? 28 : BOX.pad;
  const room = boxWidth - left - 8;
  const note = one.column === "action" ? `${grouped(one.count)} × ${one.note}` : one.note;
  const texts = wrapped(one.text, TEXT_FONT, room, BOX.lines);
  const notes = note ? wrapped(note, NOTE_FONT, room, BOX.lines) : [];
  Object.assign(one, { left, texts, notes, height: Math.max(40, 16 + texts.length * BOX.line + notes.length * BOX.note) });
}

function nodeBox(one, boxWidth) {
  const group = svg("g", { class: `node ${one.column} ${one.mark ?? ""}`, transform: `translate(${one.x},${one.y})`, data: { key: one.key } });
  group.append(svg("title", {}, one.title ?? one.text), svg("rect", { width: boxWidth, height: one.height, rx: 6 }));
  if (one.mark) group.append(svg("path", { class: `mark ${one.mark}`, transform: `translate(14,${one.height / 2})`, d: MARKS[one.mark].path(5) }));
  const tall = one.texts.length * BOX.line + one.notes.length * BOX.note;
  let y = (one.height - tall) / 2 + 12;
  for (const line of one.texts) {
    group.append(svg("text", { x: one.left, y, class: "node-text" }, line));
    y += BOX.line;
  }
  for (const line of one.notes) {
    group.append(svg("text", { x: one.left, y, class: "node-note" }, line));
    y += BOX.note;
  }
  if (!one.story) return group;
  const link = svg("a", { href: storyHref(...one.story) });
  link.append(group);
  return link;
}
