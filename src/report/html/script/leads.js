// What a story says where no row tells it alone: of incidents by their calls, of
// actors by all that names them, and of ids that other rows name.

// The record that shows what was just said.
function proof(table, row) {
  return el("span", { class: "proof" }, " [", place(table.cell("source_object", row), table.cell("source_record", row)), "]");
}

// What counts rows rests on all of them.
function summed() {
  return el("span", { class: "proof", text: " [counted of the rows below]" });
}

function leadOf(story) {
  const { kind, table, row, calls } = story;
  if (kind === "actor") return actorSentences(story);
  if (row === undefined) return namedSentences(story);
  if (kind === "incident") return incidentSentences(table, row, calls);
  if (kind === "event" && table.name === "events") return callOfEvents(story);
  return TELL[kind](table, row);
}

// Earliest and latest of some rows by a time; null if none has one.
function firstAndLast(table, rows, column) {
  const timed = rows.filter((row) => table.ms(column, row) !== null);
  if (!timed.length) return null;
  const by = (better) => timed.reduce((best, row) => (better(table.ms(column, row), table.ms(column, best)) ? row : best));
  return [by((a, b) => a < b), by((a, b) => a > b)];
}

function incidentSentences(table, row, calls) {
  const actions = TABLES.get("destructive_actions");
  const findings = ownedRows(TABLES.get("findings"), table, row);
  const account = table.text("account_id", row);
  const where = [account ? `account ${accountLabel(account)}` : "an unknown account", table.text("mode", row) ? `${table.text("mode", row)} mode` : ""].filter(Boolean).join(", in ");
  const told = [["The actor is ", who(table.cell("actor", row)), `, in ${where}. `, ...spanSentence(table, row, actions, calls, findings)]];
  told.push(harmSentence(table, row, calls));
  const [gravest] = findings.sort((a, b) => TABLES.get("findings").column("severity").rank(b) - TABLES.get("findings").column("severity").rank(a) || a - b);
  if (gravest !== undefined) {
    const claims = TABLES.get("findings");
    told.push([findings.length === 1 ? "It has one finding: " : `The gravest of its ${findings.length} findings: `, storyLink("finding", claims.text("finding_id", gravest), claims.text("title", gravest)), ` (${claims.text("severity", gravest)}). ${ended(claims.text("summary", gravest))}`, proof(claims, gravest)]);
  }
  return told.concat(deadlineSentences(table, row, actions, calls));
}

// From when to when, with the first and last record; without destructive calls
// the findings say it.
function spanSentence(table, row, actions, calls, findings) {
  const [from, to] = [table.ms("started_at", row), table.ms("ended_at", row)];
  if (from === null) return ["When it was is not known."];
  const shown = (at) => {
    const call = calls.find((one) => actions.ms("event_time", one) === at);
    if (call !== undefined) return proof(actions, call);
    const claims = TABLES.get("findings");
    const finding = findings.find((one) => claims.ms("time", one) === at || claims.ms("end_time", one) === at);
    return finding === undefined ? null : proof(claims, finding);
  };
  if (to === null || from === to) return ["It was at ", time(table, row, "started_at"), ".", shown(from)];
  return ["It began at ", time(table, row, "started_at"), shown(from), " and ended at ", time(table, row, "ended_at"), ".", shown(to)];
}

// What was destroyed and how much of it can be recovered; what is not is left out.
function harmSentence(table, row, calls) {
  const actions = TABLES.get("destructive_actions");
  const number = (name) => table.cell(name, row) ?? 0;
  const attempts = number("attempts");
  const tried = attempts ? `${counted(attempts, "attempt")} came to nothing` : "";
  if (!number("actions")) return [`Nothing was destroyed${tried ? `; ${tried}` : ""}.`, summed()];
  const kinds = new Map();
  for (const call of calls) kinds.set(markOf(actions, call), (kinds.get(markOf(actions, call)) ?? 0) + 1);
  const named = { irreversible: "irreversible", recoverable: "recoverable", unknown: "of which it is not known whether it can be recovered", remade: "of what can be made again or reversed", undone: "undone since" };
  const parts = Object.keys(named).filter((kind) => kinds.get(kind)).map((kind) => `${grouped(kinds.get(kind))} ${named[kind]}`);
  const what = parts.length ? `: ${parts.join(", ")}` : "";
  const things = number("resources") ? ` on ${counted(number("resources"), "resource")}` : "";
  return [`${counted(number("actions"), "destructive call")} succeeded${things}${what}${tried ? `; ${tried}` : ""}.`, summed()];
}

// What to do before the nearest deadline: for each call that has it, its way back.
function deadlineSentences(table, row, actions, calls) {
  const until = table.ms("next_deadline", row);
  if (until === null) return [];
  const due = calls.filter((call) => actions.ms("recoverable_until", call) === until && actions.cell("outcome", call) === "succeeded" && actions.cell("undone_at", call) === null);
  const head = () => el("strong", {}, "Act before ", time(table, row, "next_deadline"));
  if (!due.length) return [[head(), ": the nearest deadline for recovery that is open."]];
  const told = due.slice(0, 3).map((call) => [head(), ` for what ${actions.text("event_name", call)} did${thingsOf(actions, call)}: ${ended(actions.text("recovery", call) || "the way back is not known")}`, proof(actions, call)]);
  if (due.length > 3) told.push([`${counted(due.length - 3, "more call")} of the incident ${due.length === 4 ? "has" : "have"} the same deadline.`]);
  return told;
}

function actorSentences({ id, calls, entries }) {
  const actions = TABLES.get("destructive_actions");
  const done = calls.filter((row) => actions.cell("outcome", row) === "succeeded");
  const told = seenSentences(id);
  const [sessions, incidents, findings] = ["mode_sessions", "incidents", "findings"].map((name) => TABLES.get(name).where("actor", id).length);
  const gone = done.filter((row) => markOf(actions, row) === "irreversible").length;
  const tried = calls.length - done.length;
  const parts = [
    sessions ? `held ${counted(sessions, "mode session")}` : "held no mode session",
    done.length ? `made ${counted(done.length, "destructive call")} that succeeded, ${gone ? `${grouped(gone)} of them irreversible` : "none of them irreversible"}` : "made no destructive call that succeeded",
    tried ? `made ${counted(tried, "attempt")} that came to nothing` : "",
  ].filter(Boolean);
  told.push([`In what was read, ${id} ${parts.slice(0, -1).join(", ")}${parts.length > 2 ? "," : ""} and ${parts[parts.length - 1]}. ${title(some(incidents, "incident"))} and ${some(findings, "finding")} ${incidents + findings === 1 || !(incidents + findings) ? "names" : "name"} this actor.`, summed()]);
  return told.concat(shownSentences(actions, calls, entries));
}

// Where and when an actor was seen, by the table of actors.
function seenSentences(actor) {
  const table = TABLES.get("actors");
  return (table?.where("actor", actor) ?? []).slice(0, 12).map((row) => {
    const number = (name, noun) => counted(table.cell(name, row) ?? 0, noun);
    const role = table.text("role_name", row) ? ` with the role ${table.text("role_name", row)}` : "";
    return [`In account ${accountLabel(table.text("account_id", row)) || "unknown"} ${actor} was seen${role} from `, time(table, row, "first_seen"), " to ", time(table, row, "last_seen"), `: ${number("reads", "read")}, ${number("writes", "write")}, ${table.cell("denied", row) ? grouped(table.cell("denied", row)) : "none"} denied.`];
  });
}

// The first and last record of an actor that the page holds.
function shownSentences(actions, calls, entries) {
  const timeline = TABLES.get("timeline");
  const [table, ends, what] = calls.length ? [actions, firstAndLast(actions, calls, "event_time"), "destructive call"] : [timeline, firstAndLast(timeline, entries, "time"), "entry of the timeline"];
  if (!ends) return [["The counts are of all records that were read; of no single one of them does the report hold a row."]];
  const [first, last] = ends;
  const column = table === actions ? "event_time" : "time";
  if (first === last) return [[`The only ${what} with a time is of `, time(table, first, column), ".", proof(table, first)]];
  return [[`The first ${what} is of `, time(table, first, column), proof(table, first), ", the last of ", time(table, last, column), ".", proof(table, last)]];
}

// A call that destroys nothing, by the table of events.
function callOfEvents({ id, table, row, entries }) {
  const text = (name) => table.text(name, row);
  const timeline = TABLES.get("timeline");
  const actor = entries.map((entry) => timeline.cell("actor", entry)).find((one) => one !== null && timeline.where("actor", one).length);
  const caller = text("principal_arn") || text("invoked_by") || text("principal_id") || "somebody unknown";
  const from = text("source_ip") ? `, from ${text("source_ip")}` : "";
  const what = ["At ", time(table, row, "event_time"), ` ${caller} called ${text("event_name")} of ${text("event_source")} in account ${accountLabel(text("account_id")) || "unknown"}, ${text("region")}${from}: `];
  const failed = text("error_code") ? `it failed with ${text("error_code")}.` : "no error is recorded.";
  const told = [[...what, failed, proof(table, row)]];
  if (actor !== undefined && actor !== caller) told.push(["The actor is ", who(actor), "."]);
  told.push([`It is no destructive call${text("read_only") === "true" ? ", it only read" : ""}${TABLES.get("destructive_actions").where("undone_by_event_id", id).length ? "; it undid one" : ""}.`]);
  if (text("resources")) told.push([`It concerns ${text("resources")}.`]);
  return told;
}

// An id of which there is no row: what its entries say, and who names it.
function namedSentences({ kind, id, entries, related }) {
  const timeline = TABLES.get("timeline");
  const noun = SUBJECTS[kind].noun.replace(/^(?!RFC)./, (letter) => letter.toLowerCase());
  const told = [];
  if (entries.length) {
    const [first] = entries;
    const at = timeline.ms("time", first);
    told.push([at === null ? "At a time not known: " : "At ", at === null ? null : time(timeline, first, "time"), at === null ? null : ": ", ...entrySentence(first), proof(timeline, first)]);
  }
  const names = related.map(([table, rows]) => `${counted(rows.length, "row")} of the table ${table.title}`);
  if (names.length) told.push([`${names.join(", ")} ${related.length === 1 && related[0][1].length === 1 ? "names" : "name"} it.`]);
  if (kind === "event") told.push(["No destructive call of this page has this id; other calls have rows of their own where the run was asked for events, by --events."]);
  else told.push([`The table of this page that lists each ${noun} has no row of ${id}.`]);
  return told;
}
