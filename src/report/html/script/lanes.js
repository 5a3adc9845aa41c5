// What the picture shows, account by account, as plain times: nothing is drawn here.
const DAY = 86400000;
// Times farther than this from the median are errors of the source, such as the
// year 9999, and would press all others together.
const SPREAD_MAX = 3660 * DAY;

function emptyLane(account) {
  return {
    account,
    windows: [], sessions: [], rfcs: [], covered: [], gaps: [],
    calls: new Map(CALLS.map((kind) => [kind, []])),
  };
}

function lanes() {
  const found = new Map();
  const lane = (account) => {
    const name = account ?? "unknown account";
    if (!found.has(name)) found.set(name, emptyLane(name));
    return found.get(name);
  };
  addWindows(TABLES.get("mode_windows"), lane);
  addSessions(TABLES.get("mode_sessions"), lane);
  addCalls(TABLES.get("destructive_actions"), lane);
  addRfcs(TABLES.get("rfcs"), lane);
  addCoverage(TABLES.get("coverage"), lane);
  const told = (one) => one.windows.length * 1e6 + [...one.calls.values()].reduce((sum, calls) => sum + calls.length, 0) * 10 + one.rfcs.length;
  return [...found.values()].sort((a, b) => (told(b) > 0) - (told(a) > 0) || (a.account < b.account ? -1 : 1));
}

function addWindows(table, lane) {
  for (let row = 0; row < table.held; row++) {
    lane(table.cell("account_id", row)).windows.push({
      row,
      id: table.cell("window_id", row),
      mode: table.text("mode", row),
      from: table.ms("opened_at", row),
      to: table.ms("closed_at", row),
      last: table.ms("last_seen_at", row),
      uncertain: table.cell("opened_bound", row) !== "exact",
      authorization: table.text("authorization", row),
    });
  }
}

function addSessions(table, lane) {
  for (let row = 0; row < table.held; row++) {
    const from = table.ms("started_at", row) ?? table.ms("last_event_at", row);
    if (from === null) continue;
    lane(table.cell("account_id", row)).sessions.push({
      row, id: table.cell("session_id", row), from, to: Math.max(from, table.ms("last_event_at", row) ?? from),
      depth: table.cell("depth", row),
    });
  }
}

function addCalls(table, lane) {
  for (let row = 0; row < table.held; row++) {
    const at = table.ms("event_time", row);
    const kind = markOf(table, row);
    lane(table.cell("account_id", row)).calls.get(kind).push({ row, at });
  }
}

function addRfcs(table, lane) {
  for (let row = 0; row < table.held; row++) {
    const at = ["started_at", "approved_at", "submitted_at", "created_at"].map((name) => table.ms(name, row)).find((ms) => ms !== null);
    lane(table.cell("target_account_id", row) ?? table.cell("account_id", row)).rfcs.push({ row, at: at ?? null });
  }
}

// Days with evidence from any region, joined, and the gaps of each region. The
// first day of a stretch begins with its first record, the last ends with its last.
function addCoverage(table, lane) {
  const accounts = new Map();
  for (let row = 0; row < table.held; row++) {
    if (!table.cell("objects", row)) continue;
    const account = table.cell("account_id", row);
    if (!accounts.has(account)) accounts.set(account, new Map());
    const day = Date.parse(`${table.cell("day", row)}T00:00:00Z`);
    const days = accounts.get(account);
    const known = days.get(day) ?? { from: Infinity, to: -Infinity };
    const [first, last] = [table.ms("first_event_time", row), table.ms("last_event_time", row)];
    if (first !== null) known.from = Math.min(known.from, Math.max(first, day));
    if (last !== null) known.to = Math.max(known.to, Math.min(last, day + DAY));
    days.set(day, known);
  }
  for (const [account, days] of accounts) {
    const stretches = lane(account).covered;
    let before = null;
    for (const [day, known] of [...days].sort((a, b) => a[0] - b[0])) {
      const to = known.to >= known.from ? known.to : day + DAY;
      if (before === day - DAY) stretches[stretches.length - 1][1] = to;
      else stretches.push([known.to >= known.from ? known.from : day, to]);
      before = day;
    }
  }
  for (const [account, region, from, to] of META.gaps) {
    lane(account).gaps.push({ region, from: Date.parse(`${from}T00:00:00Z`), to: Date.parse(`${to}T00:00:00Z`) + DAY });
  }
}

// The time that the picture spans; null if nothing has a time.
function extentOf(all) {
  const times = [META.first_event_time, META.last_event_time].filter(Boolean).map((text) => Date.parse(text));
  for (const lane of all) {
    for (const one of lane.windows) times.push(one.from, one.to ?? one.last);
    for (const one of lane.sessions) times.push(one.from, one.to);
    for (const calls of lane.calls.values()) for (const one of calls) times.push(one.at);
    for (const one of lane.rfcs) times.push(one.at);
    for (const [from, to] of lane.covered) times.push(from, to);
    // A gap is of whole days: where records have times, it makes their span no longer.
    if (!META.first_event_time) for (const one of lane.gaps) times.push(one.from, one.to);
  }
  const sound = Float64Array.from(times.filter((ms) => ms !== null && Number.isFinite(ms))).sort();
  if (!sound.length) return null;
  const median = sound[Math.floor(sound.length / 2)];
  const near = sound.filter((ms) => Math.abs(ms - median) <= SPREAD_MAX);
  const [from, to] = [near[0], near[near.length - 1]];
  const room = Math.max((to - from) / 50, 60000);
  return { from: from - room, to: to + room };
}

// Things with a time that share so many pixels, in the order of time.
function bins(things, scale, width) {
  const found = new Map();
  const [left, right] = scale.range();
  for (const thing of things) {
    if (thing.at === null) continue;
    const x = scale(thing.at);
    if (x < left || x > right) continue;
    const bin = Math.floor(x / width);
    const known = found.get(bin);
    if (known) known.push(thing);
    else found.set(bin, [thing]);
  }
  return [...found].sort((a, b) => a[0] - b[0]).map(([bin, members]) => ({ x: members.length === 1 ? scale(members[0].at) : (bin + 0.5) * width, members }));
}
