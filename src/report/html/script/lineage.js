// The lineage of an incident as a picture: person, session, chained session or
// workload, action, resource, from left to right.
const BOX = { width: 214, height: 44, gapX: 54, gapY: 12 };
const RESOURCES_MAX = 14;

function lineageGraph(rows) {
  const actions = TABLES.get("destructive_actions");
  const nodes = new Map();
  const links = new Map();
  const node = (key, made) => {
    if (!nodes.has(key)) nodes.set(key, { key, count: 0, ...made });
    return nodes.get(key);
  };
  const link = (from, to, strength) => {
    const key = `${from.key}\u0001${to.key}`;
    if (!links.has(key)) links.set(key, { from, to, count: 0, strength });
    links.get(key).count += 1;
  };
  for (const row of rows) {
    const owner = ownerNode(actions, row, node, link);
    const outcome = actions.text("outcome", row);
    const name = actions.text("event_name", row);
    const kind = markOf(outcome, actions.text("reversibility", row));
    const action = node(`action ${name} ${kind}`, { column: "action", text: name, mark: kind, note: MARKS[kind].label });
    action.count += 1;
    link(owner, action, actions.text("link_confidence", row) || "proved");
    const things = actions.cell("resources", row) ?? [];
    for (const thing of things) {
      const resource = node(`resource ${thing}`, { column: "resource", text: thing.slice(thing.lastIndexOf("/") + 1) || thing, title: thing });
      resource.count += 1;
      link(action, resource, "proved");
    }
  }
  return { nodes: [...nodes.values()], links: [...links.values()] };
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
  if (!chain.length) return person;
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
  person.count += 1;
  return before;
}

// Keeps the resources that matter most and gathers the rest in one box.
function gatherResources(graph) {
  const resources = graph.nodes.filter((one) => one.column === "resource");
  if (resources.length <= RESOURCES_MAX) return graph;
  const kept = new Set(resources.sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1)).slice(0, RESOURCES_MAX - 1));
  const rest = { key: "rest", column: "resource", text: counted(resources.length - kept.size, "more resource"), count: 0 };
  const links = new Map();
  for (const one of graph.links) {
    const to = one.to.column === "resource" && !kept.has(one.to) ? rest : one.to;
    const key = `${one.from.key}\u0001${to.key}`;
    if (!links.has(key)) links.set(key, { ...one, to, count: 0 });
    links.get(key).count += one.count;
  }
  return { nodes: [...graph.nodes.filter((one) => one.column !== "resource" || kept.has(one)), rest], links: [...links.values()] };
}

const HEADS = { person: "person", action: "action", resource: "resource" };

function lineage(rows) {
  const graph = gatherResources(lineageGraph(rows));
  const order = (name) => ({ person: 0, action: 1000, resource: 1001 }[name] ?? 1 + Number(name.slice(7)));
  const columns = [...new Set(graph.nodes.map((one) => one.column))].sort((a, b) => order(a) - order(b));
  const tallest = Math.max(...columns.map((name) => graph.nodes.filter((one) => one.column === name).length));
  const inner = tallest * (BOX.height + BOX.gapY);
  columns.forEach((name, at) => {
    const boxes = graph.nodes.filter((one) => one.column === name);
    const free = inner - boxes.length * (BOX.height + BOX.gapY);
    boxes.forEach((one, place) => Object.assign(one, { x: at * (BOX.width + BOX.gapX) + 1, y: 30 + free / 2 + place * (BOX.height + BOX.gapY) }));
  });
  const width = columns.length * (BOX.width + BOX.gapX) - BOX.gapX + 2;
  const root = svg("svg", { class: "lineage", width, height: inner + 32, viewBox: `0 0 ${width} ${inner + 32}`, role: "group", "aria-label": `Lineage: ${graph.nodes.length} steps from person to resource; the sentences below tell the same` });
  columns.forEach((name, at) => root.append(svg("text", { class: "lineage-head", x: at * (BOX.width + BOX.gapX) + 2, y: 16 }, HEADS[name] ?? (name === "session0" ? "session" : "chained or workload"))));
  const most = Math.max(1, ...graph.links.map((one) => one.count));
  for (const one of graph.links) root.append(linkPath(one, most));
  for (const one of graph.nodes) root.append(nodeBox(one));
  return el("div", { class: "lineage-box", tabindex: 0, role: "group", "aria-label": "Lineage picture, scrolls sideways" }, root);
}

function linkPath(one, most) {
  const [x, y] = [one.from.x + BOX.width, one.from.y + BOX.height / 2];
  const [toX, toY] = [one.to.x, one.to.y + BOX.height / 2];
  const middle = (x + toX) / 2;
  const path = svg("path", { class: `link ${one.strength}`, d: `M${x} ${y}C${middle} ${y} ${middle} ${toY} ${toX} ${toY}`, "stroke-width": 1.3 + (3.2 * Math.log(one.count)) / Math.log(most + 1) });
  path.append(svg("title", {}, `${grouped(one.count)}${one.strength === "proved" ? "" : `, ${one.strength} link`}`));
  return path;
}

// As much of a text as is not wider than its box, with a mark if that is not all.
const ruler = document.createElement("canvas").getContext("2d");
function fitting(text, font, width) {
  ruler.font = font;
  let chars = 40;
  let shown = shorter(text, chars);
  while (chars > 1 && ruler.measureText(shown).width > width) shown = shorter(text, --chars);
  return shown;
}

function nodeBox(one) {
  const group = svg("g", { class: `node ${one.column} ${one.mark ?? ""}`, transform: `translate(${one.x},${one.y})` });
  group.append(svg("title", {}, one.title ?? one.text), svg("rect", { width: BOX.width, height: BOX.height, rx: 6 }));
  if (one.mark) group.append(svg("path", { class: `mark ${one.mark}`, transform: "translate(14,22)", d: MARKS[one.mark].path(5) }));
  const left = one.mark ? 28 : 12;
  const room = BOX.width - left - 8;
  group.append(svg("text", { x: left, y: one.note ? 18 : 27, class: "node-text" }, fitting(one.text, "600 12.5px system-ui, sans-serif", room)));
  if (one.note) group.append(svg("text", { x: left, y: 34, class: "node-note" }, fitting(one.column === "action" ? `${grouped(one.count)} × ${one.note}` : one.note, "11.5px system-ui, sans-serif", room)));
  if (!one.story) return group;
  const link = svg("a", { href: storyHref(...one.story) });
  link.append(group);
  return link;
}
