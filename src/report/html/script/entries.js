// What happened, in order: each entry of the timeline as a plain sentence that
// names who, what, the thing, what came of it and the way back, and the record
// that shows it.
const THINGS_NAMED = 3;

// What became of a call, and the way back: no more than its row says.
function effectOf(table, row) {
  const text = (name) => table.text(name, row);
  const code = text("error_code") ? ` (${text("error_code")})` : "";
  if (text("outcome") === "denied") return [`it was denied${code}; nothing was destroyed.`];
  if (text("outcome") === "dry_run") return [`it was a dry run${code}; nothing was destroyed.`];
  if (text("outcome") !== "succeeded") return [`it failed${code}; nothing was destroyed.`];
  const way = text("recovery") ? `: ${text("recovery")}` : "";
  const until = table.ms("recoverable_until", row) === null ? "" : time(table, row, "recoverable_until");
  const told = {
    irreversible: ["it succeeded and is irreversible", way],
    recoverable: ["it succeeded and can be recovered", way],
    recoverable_until: ["it succeeded and can be recovered until ", until || "a time not known", way],
    rebuildable: ["it succeeded; what is gone can be made again", way],
    reversible: ["it succeeded and can be reversed", way],
  }[text("reversibility")] ?? ["it succeeded; whether it can be recovered is not known", way];
  const undone = table.ms("undone_at", row) === null ? [] : [" It was undone at ", time(table, row, "undone_at"), "."];
  return [...told, ".", ...undone];
}

function thingsOf(table, row) {
  const things = table.cell("resources", row) ?? [];
  const more = Math.max(table.cell("resource_count", row) ?? 0, things.length) - Math.min(things.length, THINGS_NAMED);
  if (!things.length) return "";
  return ` on ${things.slice(0, THINGS_NAMED).map((thing) => shorter(thing, 200)).join(", ")}${more > 0 ? ` and ${grouped(more)} more` : ""}`;
}

function callSentence(table, row) {
  const account = table.text("account_id", row);
  return [who(table.cell("actor", row)), ` called ${table.text("event_name", row)}${thingsOf(table, row)}${account ? ` in account ${accountLabel(account)}` : ""}: `, ...effectOf(table, row)];
}

// The row of a table that an entry of the timeline is of; undefined if there is none.
function rowOfEntry(timeline, entry, name, id) {
  const table = TABLES.get(name);
  const key = timeline.cell(id, entry);
  if (!table || key === null) return undefined;
  const rows = table.where(id, key);
  return rows.find((row) => table.cell("source_record", row) === timeline.cell("source_record", entry)) ?? rows[0];
}

const ENTRY_TELLS = {
  destructive_action(timeline, entry) {
    const row = rowOfEntry(timeline, entry, "destructive_actions", "event_id");
    return row === undefined ? null : callSentence(TABLES.get("destructive_actions"), row);
  },
  finding(timeline, entry) {
    const [table, row] = [TABLES.get("findings"), rowOfEntry(timeline, entry, "findings", "finding_id")];
    return row === undefined ? null : [`${table.text("title", row)}: ${ended(table.text("summary", row))}`];
  },
  mode_opened(timeline, entry) {
    const [table, row] = [TABLES.get("mode_windows"), rowOfEntry(timeline, entry, "mode_windows", "window_id")];
    if (row === undefined) return null;
    const by = timeline.cell("actor", entry);
    return [...openedSentence(table, row), by ? "; the caller was " : "", by ? who(by) : "", ". It is ", said("authorization", table.text("authorization", row)), "."];
  },
  mode_closed(timeline, entry) {
    const by = timeline.cell("actor", entry);
    const named = by === null || timeline.text("summary", entry).includes(by);
    return [inAccount(timeline, entry), named ? "" : "; the caller was ", named ? "" : who(by), "."];
  },
  mode_role_changed(timeline, entry) {
    const actor = timeline.cell("actor", entry);
    const told = `${inAccount(timeline, entry)}.`;
    return actor !== null && told.includes(actor) ? [told] : [who(actor), ` called ${told}`];
  },
  undone(timeline, entry) {
    const account = timeline.text("account_id", entry);
    return [who(timeline.cell("actor", entry)), ` undid a call${account ? ` in account ${accountLabel(account)}` : ""}: ${ended(timeline.text("summary", entry))}`];
  },
  session_started: sessionSentence,
  session_chained: sessionSentence,
};

// The summary of an entry with its account, if it does not name it; no full stop.
function inAccount(timeline, entry) {
  const [summary, account] = [timeline.text("summary", entry).replace(/\.$/, ""), timeline.text("account_id", entry)];
  return account && !summary.includes(account) ? `${summary}, in account ${accountLabel(account)}` : summary;
}

function sessionSentence(timeline, entry) {
  const [table, row] = [TABLES.get("mode_sessions"), rowOfEntry(timeline, entry, "mode_sessions", "session_id")];
  if (row === undefined) return null;
  const text = (name) => table.text(name, row);
  const [way, calls] = [text("via"), table.cell("destructive_actions", row) ?? 0];
  return [who(table.cell("actor", row)), ` began a session of ${text("role_name")} in account ${accountLabel(text("account_id"))}${way ? `, by ${way.replaceAll("_", " ")}` : ""}: ${counted(table.cell("events", row) ?? 0, "event")}, ${calls ? `${counted(calls, "destructive call")} that succeeded` : "no destructive call that succeeded"}.`];
}

function ended(text) {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

// An entry as a sentence; where its kind has none of its own, the timeline's
// summary with who it is of.
function entrySentence(row) {
  const timeline = TABLES.get("timeline");
  const own = ENTRY_TELLS[timeline.text("kind", row)]?.(timeline, row);
  if (own) return own;
  const [summary, actor] = [timeline.text("summary", row), timeline.cell("actor", row)];
  return actor && !summary.includes(actor) ? [`${summary.replace(/\.$/, "")}, by `, who(actor), "."] : [ended(summary)];
}

function entryList(rows) {
  const list = el("ol", { class: "entries" });
  if (!rows.length) return el("p", { class: "none", text: "The timeline has no entry of it." });
  const box = el("div", {}, list);
  let shown = 0;
  const more = button("", () => add(), { class: "link" });
  const add = () => {
    const upTo = Math.min(rows.length, shown + ENTRIES_AT_A_TIME);
    while (shown < upTo) list.append(entry(rows[shown++]));
    more.textContent = `Show ${grouped(Math.min(ENTRIES_AT_A_TIME, rows.length - shown))} more of ${grouped(rows.length - shown)}`;
    if (shown === rows.length) more.remove();
  };
  if (rows.length > ENTRIES_AT_A_TIME) box.append(more);
  add();
  return box;
}

// One sentence with the record that shows it.
function entry(row) {
  const timeline = TABLES.get("timeline");
  const text = (name) => timeline.text(name, row);
  const severity = text("severity");
  const ids = [["event", "event_id"], ["session", "session_id"], ["finding", "finding_id"], ["rfc", "rfc_id"], ["window", "window_id"]]
    .filter(([, column]) => text(column)).slice(0, 3).flatMap(([kind, column]) => [" · ", storyLink(kind, text(column), `${SUBJECTS[kind].noun.toLowerCase().replace("rfc", "RFC").replace("mode window", "window")} ${shorter(text(column), 12)}`)]);
  const item = el("li", { class: `entry ${text("kind")}` },
    el("p", { class: "entry-head" }, el("time", { text: timeline.ms("time", row) === null ? "no time" : spoken(timeline.ms("time", row)) }), el("span", { class: "kind", text: title(text("kind")) }), severity === "informational" ? null : tag("severity", severity)),
    el("p", { class: "entry-text" }, ...entrySentence(row).filter(Boolean)),
    el("p", { class: "entry-place" }, place(timeline.cell("source_object", row), timeline.cell("source_record", row)), text("source_grade") ? ` · ${text("source_grade")}` : "", ...ids));
  keepTimes(item);
  return item;
}
