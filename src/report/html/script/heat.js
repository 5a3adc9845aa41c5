// Two heat maps: what was read of each account and day, and when actors acted.
// Both are tables whose cells are coloured, so that they can be read without eyes.
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const DAY_COLUMNS_MAX = 62;
const ACTORS_MAX = 40;

// What the heat map of activity can count: named for what it is.
const COUNTED = [
  { name: "destructive actions that succeeded", table: "destructive_actions", time: "event_time", holds: (table, row) => table.cell("outcome", row) === "succeeded" },
  { name: "destructive calls, attempts included", table: "destructive_actions", time: "event_time", holds: () => true },
  { name: "entries of the timeline", table: "timeline", time: "time", holds: () => true },
];

const heat = { actor: "", counted: 0 };

function buildHeat() {
  const body = document.getElementById("heat-body");
  const coverage = el("div", { class: "heat" });
  const activity = el("div", { class: "heat" });
  body.append(el("h3", { text: "What was read: account by day" }), coverage, el("h3", { text: "When they acted: weekday by hour (UTC)" }), activityTools(), activity);
  drawCoverage(coverage);
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
  for (let at = 0; at < columns; at += every) head.append(el("th", { scope: "colgroup", colspan: Math.min(every, columns - at), text: dayOf(first + at * width).slice(5) }));
  const body = el("tbody");
  for (const { account, cells } of sums) {
    const line = el("tr", {}, el("th", { scope: "row", text: accountLabel(account) }));
    cells.forEach((count, at) => {
      const from = first + at * width;
      const gap = (gaps.get(account) ?? []).some(([a, b]) => a <= from + width - 1 && b >= from);
      const told = `${spanOfCell(at)}: ${counted(count, "record")}${gap ? ", no evidence of at least one region" : ""}`;
      line.append(el("td", { class: `q${step(count, largest)}${gap ? " gap" : ""}`, title: told }, el("span", { class: "off", text: told })));
    });
    body.append(line);
  }
  const caption = `Records read per account and ${width === 1 ? "UTC day" : `${width} UTC days`}, all regions together, copies included; most in one cell: ${grouped(largest)}. Hatched: no evidence of at least one region. Blank: nothing read and nothing known to be missing.`;
  box.append(el("div", { class: "heat-scroll", tabindex: 0, role: "group", "aria-label": "What was read, account by day" },
    el("table", { class: "heat-map days" }, el("caption", { text: caption }), el("thead", {}, head), body)));
}

function activityTools() {
  const table = TABLES.get("destructive_actions");
  const counts = new Map();
  for (let row = 0; row < table.held; row++) {
    const actor = table.cell("actor", row);
    if (actor !== null) counts.set(actor, (counts.get(actor) ?? 0) + 1);
  }
  const actors = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, ACTORS_MAX);
  const who = el("select", { id: "heat-actor" }, el("option", { value: "", text: "everybody" }), ...actors.map(([actor, count]) => el("option", { value: actor, text: `${shorter(actor, 60)} (${grouped(count)})` })));
  const what = el("select", { id: "heat-counted" }, ...COUNTED.map((one, at) => el("option", { value: at, text: one.name })));
  who.addEventListener("change", () => { heat.actor = who.value; });
  what.addEventListener("change", () => { heat.counted = Number(what.value); });
  return el("div", { class: "tools" }, el("label", {}, el("span", { text: "Actor" }), who), el("label", {}, el("span", { text: "Count" }), what));
}

async function drawActivity(box) {
  const chosen = COUNTED[heat.counted];
  const [table] = await load(chosen.table);
  const cells = Array.from({ length: 7 }, () => new Array(24).fill(0));
  let all = 0;
  for (let row = 0; row < table.held; row++) {
    const ms = table.ms(chosen.time, row);
    if (ms === null || !chosen.holds(table, row) || !inRange([ms, ms])) continue;
    if (heat.actor && table.cell("actor", row) !== heat.actor) continue;
    const date = new Date(ms);
    cells[(date.getUTCDay() + 6) % 7][date.getUTCHours()] += 1;
    all += 1;
  }
  const largest = Math.max(...cells.flat());
  const head = el("tr", {}, el("th", { scope: "col", text: "UTC" }), ...Array.from({ length: 24 }, (_, hour) => el("th", { scope: "col", text: String(hour).padStart(2, "0") })));
  const body = el("tbody", {}, ...cells.map((hours, day) => el("tr", {}, el("th", { scope: "row", text: WEEKDAYS[day] }),
    ...hours.map((count, hour) => el("td", { class: `q${step(count, largest)}`, title: `${WEEKDAYS[day]} ${String(hour).padStart(2, "0")}:00 to ${String(hour).padStart(2, "0")}:59: ${grouped(count)}`, text: count ? (count > 999 ? `${Math.round(count / 1000)}k` : count) : "" })))));
  const of = heat.actor ? ` of ${shorter(heat.actor, 60)}` : "";
  const caption = `${grouped(all)} ${chosen.name}${of}, by weekday and hour of their time, UTC${hasRange() ? ", in the stretch chosen" : ""}.`;
  box.replaceChildren(el("div", { class: "heat-scroll", tabindex: 0, role: "group", "aria-label": "When they acted, weekday by hour" },
    el("table", { class: "heat-map hours" }, el("caption", { text: caption }), el("thead", {}, head), body)));
}

// Incidents outside the chosen stretch leave the list of the page.
function filterIncidents() {
  const table = TABLES.get("incidents");
  const span = spanOf(table);
  const items = [...document.querySelectorAll("#incidents li")].map((item) => {
    const story = storyOf(item.querySelector("a")?.hash ?? "");
    const [row] = story ? table.where("incident_id", story.id) : [];
    return { item, span: row === undefined ? null : span(row) };
  });
  onRange(() => items.forEach((one) => { one.item.hidden = !inRange(one.span); }));
}
