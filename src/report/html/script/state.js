// What is chosen: a stretch of time that filters everything below the picture.
const state = { from: null, to: null, source: null, listeners: [] };

function onRange(act) {
  state.listeners.push(act);
}

// Sets the stretch, in milliseconds; without arguments there is none.
function setRange(from = null, to = null, source = null) {
  if (from === state.from && to === state.to) return;
  Object.assign(state, { from, to, source });
  for (const act of state.listeners) act(source);
}

function hasRange() {
  return state.from !== null;
}

// Columns that hold the end of what another column begins.
const ENDS = {
  opened_at: ["closed_at", "open"],
  started_at: ["ended_at", "last_event_at"],
  created_at: ["ended_at", "started_at", "approved_at"],
  first_event_time: ["last_event_time"],
  first_seen: ["last_seen"],
  time: ["end_time"],
};

// From a row to its stretch of time in milliseconds, or null for a table or row without one.
function spanOf(table) {
  const times = [...table.columns.values()].filter((column) => column.kind === "time");
  const day = table.column("day");
  const first = times.find((column) => column.name in ENDS) ?? times[0] ?? null;
  if (!first && !day) return null;
  const ends = (ENDS[first?.name] ?? []).map((name) => table.column(name)).filter(Boolean);
  const open = first?.name === "opened_at";
  return (row) => {
    let from = first ? first.ms(row) : null;
    if (from === null && day) {
      from = Date.parse(`${day.raw(row)}T00:00:00Z`);
      return Number.isNaN(from) ? null : [from, from + 86400000];
    }
    if (from === null) return null;
    const ended = ends.map((column) => column.ms(row)).filter((ms) => ms !== null);
    if (open && table.ms("closed_at", row) === null) return [from, Infinity];
    return [from, Math.max(from, ...ended)];
  };
}

function inRange(span) {
  if (!hasRange()) return true;
  return span !== null && span[0] <= state.to && span[1] >= state.from;
}
