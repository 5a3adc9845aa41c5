// Two heat maps: what was read of each account and day, and when actors acted.
// Both are tables whose cells are coloured, so that they can be read without eyes.
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const DAY_COLUMNS_MAX = 62;

// What the heat map of activity can count: named for what it is. The table of
// actors knows of each actor in which hours of the week there was any call.
const COUNTED = [
  { name: "destructive actions that succeeded", table: "destructive_actions", time: "event_time", holds: (table, row) => table.cell("outcome", row) === "succeeded" },
  { name: "destructive calls, attempts included", table: "destructive_actions", time: "event_time", holds: () => true },
  { name: "entries of the timeline", table: "timeline", time: "time", holds: () => true },
  { name: "hours with any call that was read", table: "actors" },
];
const ANY_CALL = COUNTED.length - 1;

const heat = { actor: "", counted: 0, known: new Map() };

function buildHeat() {
  const body = document.getElementById("heat-body");
  const coverage = el("div", { class: "heat" });
  const activity = el("div", { class: "heat" });
  body.append(el("h3", { text: "What was read: account by day" }), coverage, el("h3", { text: "When they acted: weekday by hour (UTC)" }), activityTools(), activity);
  drawCoverage(coverage);
  onRange(() => dimDays(coverage));
  const draw = () => drawActivity(activity);
  onRange(draw);
  body.addEventListener("change", draw);
  draw();
}

// A step from 1 to 5 for a count, by its share of the largest on a logarithmic scale.
function step(count, largest) {
  if (!count) return 0;
  return largest <= 1 ? 3 : Math.max(1, Math.min(5, Math.ceil((Math.log(count + 1) / Math.log(largest + 1)) * 5)));
}

function drawCoverage(box) {
  const table = TABLES.get("coverage");
  const counts = new Map();
  const days = [];
  for (let row = 0; row < table.held; row++) {
    const day = Date.parse(`${table.cell("day", row)}T00:00:00Z`) / DAY;
    if (Number.isNaN(day)) continue;
    const account = table.cell("account_id", row);
    if (!counts.has(account)) counts.set(account, new Map());
    if (!table.cell("objects", row)) continue;
    days.push(day);
    counts.get(account).set(day, (counts.get(account).get(day) ?? 0) + table.cell("records", row));
  }
  for (const [, , from, to] of META.gaps) days.push(Date.parse(`${from}T00:00:00Z`) / DAY, Date.parse(`${to}T00:00:00Z`) / DAY);
  if (!days.length) return box.append(el("p", { class: "none", text: "Nothing that was read has a day." }));
  days.sort((a, b) => a - b);
  const near = days.filter((day) => Math.abs(day - days[Math.floor(days.length / 2)]) * DAY <= SPREAD_MAX);
  return drawDays(box, counts, near[0], near[near.length - 1]);
}

function drawDays(box, counts, first, last) {
  const width = Math.ceil((last - first + 1) / DAY_COLUMNS_MAX);
  const columns = Math.ceil((last - first + 1) / width);
  const gaps = new Map();
  for (const [account, , from, to] of META.gaps) {
    if (!gaps.has(account)) gaps.set(account, []);
    gaps.get(account).push([Date.parse(`${from}T00:00:00Z`) / DAY, Date.parse(`${to}T00:00:00Z`) / DAY]);
  }
  const sums = [...counts].sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([account, days]) => {
    const cells = Array.from({ length: columns }, () => 0);
    for (const [day, count] of days) if (day >= first && day <= last) cells[Math.floor((day - first) / width)] += count;
    return { account, cells };
  });
  const largest = Math.max(0, ...sums.flatMap((one) => one.cells));
  const dayOf = (day) => iso(day * DAY).slice(0, 10);
  const spanOfCell = (at) => (width === 1 ? dayOf(first + at) : `${dayOf(first + at * width)} to ${dayOf(Math.min(last, first + at * width + width - 1))}`);
  const every = Math.ceil(columns / 12);
  const head = el("tr", {}, el("th", { scope: "col", text: "account" }));
  for (let at = 0; at < columns; at += every) {
    const [year, month, day] = dayOf(first + at * width).split("-");
    head.append(el("th", { scope: "colgroup", class: "day", colspan: Math.min(every, columns - at) }, `${month}-${day} `, el("span", { class: "year", text: year })));
  }
  const body = el("tbody");
  for (const { account, cells } of sums) {
    const line = el("tr", {}, el("th", { scope: "row", text: accountLabel(account) }));
    cells.forEach((count, at) => {
      const from = first + at * width;
      const gap = (gaps.get(account) ?? []).some(([a, b]) => a <= from + width - 1 && b >= from);
      const told = `${spanOfCell(at)}: ${counted(count, "record")}${gap ? ", no evidence of at least one region" : ""}`;
      const days = { from: from * DAY, to: Math.min(last + 1, from + width) * DAY };
      line.append(el("td", { class: `q${step(count, largest)}${gap ? " gap" : ""}`, title: told, data: days }, el("span", { class: "off", text: told })));
    });
    body.append(line);
  }
  const caption = `Records read per account and ${width === 1 ? "UTC day" : `${width} UTC days`}, ${dayOf(first)} to ${dayOf(last)}, all regions together, copies included; most in one cell: ${grouped(largest)}. Hatched: no evidence of at least one region. Blank: nothing read and nothing known to be missing.`;
  box.append(el("div", { class: "heat-scroll", tabindex: 0, role: "group", "aria-label": "What was read, account by day" },
    el("table", { class: "heat-map days" }, el("caption", { text: caption }), el("thead", {}, head), body)));
}

// Days outside the stretch chosen step back, and say so.
function dimDays(box) {
  for (const cell of box.querySelectorAll("td")) {
    const outside = !inRange([Number(cell.dataset.from), Number(cell.dataset.to) - 1]);
    cell.classList.toggle("outside", outside);
    cell.querySelector(".beyond")?.remove();
    if (outside) cell.append(el("span", { class: "off beyond", text: ", outside the stretch chosen" }));
  }
  const caption = box.querySelector("caption");
  caption?.querySelector(".beyond")?.remove();
  if (caption && hasRange()) caption.append(el("span", { class: "beyond", text: " Pale: days outside the stretch chosen." }));
}

// All actors that were read, those with destructive calls first.
function activeActors() {
  const found = new Map();
  const one = (actor) => found.get(actor) ?? found.set(actor, { actor, destructive: 0, calls: 0, rows: [] }).get(actor);
  const actions = TABLES.get("destructive_actions");
  for (let row = 0; row < actions.held; row++) if (actions.cell("actor", row) !== null) one(actions.cell("actor", row)).destructive += 1;
  const actors = TABLES.get("actors");
  for (let row = 0; actors && row < actors.held; row++) {
    const actor = actors.cell("actor", row);
    if (actor === null) continue;
    one(actor).rows.push(row);
    one(actor).calls += (actors.cell("reads", row) ?? 0) + (actors.cell("writes", row) ?? 0);
  }
  return [...found.values()].sort((a, b) => b.destructive - a.destructive || b.calls - a.calls || (a.actor < b.actor ? -1 : 1));
}

function activityTools() {
  const all = activeActors();
  heat.known = new Map(all.map((one) => [one.actor, one]));
  const about = (one) => (one.destructive ? counted(one.destructive, "destructive call") : "no destructive call");
  const choices = el("datalist", { id: "heat-actors" }, ...all.map((one) => el("option", { value: one.actor, text: about(one) })));
  const who = el("input", { type: "search", id: "heat-actor", list: "heat-actors", placeholder: "everybody", size: 34, autocomplete: "off" });
  const what = el("select", { id: "heat-counted" }, ...COUNTED.map((one, at) => el("option", { value: at, text: one.name })));
  const choose = () => {
    const actor = who.value.trim();
    if (actor && !heat.known.has(actor)) return notify(`No actor is called ${shorter(actor, 60)}; ${grouped(all.length)} can be chosen.`);
    if (actor === heat.actor) return null;
    heat.actor = actor;
    // Of somebody who destroyed nothing, what there is to see is when they called.
    const one = heat.known.get(actor);
    if (one && !one.destructive && one.rows.length) heat.counted = ANY_CALL;
    what.value = heat.counted;
    return who.dispatchEvent(new Event("change", { bubbles: true }));
  };
  who.addEventListener("input", () => (who.value === "" || heat.known.has(who.value)) && choose());
  who.addEventListener("change", choose);
  what.addEventListener("change", () => {
    heat.counted = Number(what.value);
    if (COUNTED[heat.counted].table === "timeline") offerActorsOf("timeline", choices);
  });
  return el("div", { class: "tools" }, el("label", {}, el("span", { text: "Actor" }), who, choices), el("label", {}, el("span", { text: "Count" }), what));
}

// Also offers those whom only that table names, such as by their ARN.
async function offerActorsOf(name, choices) {
  const [table] = await load(name);
  for (let row = 0; row < table.held; row++) {
    const actor = table.cell("actor", row);
    if (actor === null || heat.known.has(actor)) continue;
    heat.known.set(actor, { actor, destructive: 0, calls: 0, rows: [] });
    choices.append(el("option", { value: actor, text: `only in the ${name}` }));
  }
}

// Calls by weekday and hour, how many, and what they are.
function callsOfWeek(table, chosen) {
  const cells = emptyWeek();
  let all = 0;
  for (let row = 0; row < table.held; row++) {
    const ms = table.ms(chosen.time, row);
    if (ms === null || !chosen.holds(table, row) || !inRange([ms, ms])) continue;
    if (heat.actor && table.cell("actor", row) !== heat.actor) continue;
    const date = new Date(ms);
    cells[(date.getUTCDay() + 6) % 7][date.getUTCHours()] += 1;
    all += 1;
  }
  const of = heat.actor ? ` of ${shorter(heat.actor, 60)}` : "";
  return { cells, caption: `${grouped(all)} ${chosen.name}${of}, by weekday and hour of their time, UTC${hasRange() ? ", in the stretch chosen" : ""}.`, unit: null };
}

// The hours in which an actor called at all, by the table of actors: in how many
// accounts; of everybody, how many actors.
function hoursOfWeek(table) {
  const found = Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => new Set()));
  const rows = heat.actor ? heat.known.get(heat.actor).rows : Array.from({ length: table.held }, (_, row) => row);
  for (const row of rows) {
    for (const hour of table.cell("hours_of_week", row) ?? []) {
      const [day, at] = [WEEKDAYS.findIndex((name) => name.toLowerCase() === hour.slice(0, 3)), Number(hour.slice(4))];
      if (day >= 0 && at >= 0 && at < 24) found[day][at].add(table.cell(heat.actor ? "account_id" : "actor", row));
    }
  }
  const cells = found.map((hours) => hours.map((some) => some.size));
  if (!rows.length) return { cells, caption: `The table of actors has no row of ${shorter(heat.actor, 60) || "anybody"}.`, unit: "account" };
  const whole = hasRange() ? " The table of actors holds no dates: this is of the whole time, not of the stretch chosen." : "";
  const hours = cells.flat().filter(Boolean).length;
  const who = heat.actor ? `${shorter(heat.actor, 60)} made` : `${counted(heat.known.size, "actor")} made`;
  const number = heat.actor ? "Numbers: accounts in which there were some" : "Numbers: actors that made some";
  return { cells, caption: `${counted(hours, "hour")} of the week, UTC, in which ${who} any call that was read. ${number}.${whole}`, unit: heat.actor ? "account" : "actor" };
}

function emptyWeek() {
  return Array.from({ length: 7 }, () => new Array(24).fill(0));
}

async function drawActivity(box) {
  const chosen = COUNTED[heat.counted];
  const [table] = await load(chosen.table);
  if (chosen !== COUNTED[heat.counted]) return;
  const { cells, caption, unit } = heat.counted === ANY_CALL ? hoursOfWeek(table) : callsOfWeek(table, chosen);
  const largest = Math.max(...cells.flat());
  const hourOf = (day, hour) => `${WEEKDAYS[day]} ${String(hour).padStart(2, "0")}:00 to ${String(hour).padStart(2, "0")}:59`;
  const told = (count) => (unit ? counted(count, unit) : grouped(count));
  const head = el("tr", {}, el("th", { scope: "col", text: "UTC" }), ...Array.from({ length: 24 }, (_, hour) => el("th", { scope: "col", text: String(hour).padStart(2, "0") })));
  const body = el("tbody", {}, ...cells.map((hours, day) => el("tr", {}, el("th", { scope: "row", text: WEEKDAYS[day] }),
    ...hours.map((count, hour) => el("td", { class: `q${step(count, largest)}`, title: `${hourOf(day, hour)}: ${told(count)}`, text: count ? (count > 999 ? `${Math.round(count / 1000)}k` : count) : "" })))));
  box.replaceChildren(el("div", { class: "heat-scroll", tabindex: 0, role: "group", "aria-label": "When they acted, weekday by hour" },
    el("table", { class: "heat-map hours" }, el("caption", { text: caption }), el("thead", {}, head), body)));
}
