// A page for one window, incident, actor, session, finding, RFC, event or
// object: what it is, what happened in order, and where all of it lies.
const ENTRIES_AT_A_TIME = 200;
const RELATED_MAX = 60;

// The rows of a table that are of the calls of a finding. Where several records
// share an event id, the place of the record tells which is meant.
function rowsOfFinding(findings, row, table) {
  const records = new Set(findings.cell("source_records", row) ?? []);
  const place = (at) => `${table.cell("source_object", at)}#${table.cell("source_record", at)}`;
  return [...new Set((findings.cell("event_ids", row) ?? []).flatMap((event) => {
    const rows = table.where("event_id", event);
    return new Set(rows.map(place)).size > 1 ? rows.filter((at) => records.has(place(at))) : rows;
  }))];
}

// The rows of the timeline that belong to a story.
function entriesOf(kind, id, table, row) {
  const timeline = TABLES.get("timeline");
  if (kind === "object") return timeline.where("source_object", id);
  if (kind === "actor") return timeline.where("actor", id);
  const direct = timeline.where(SUBJECTS[kind].id, id);
  if (row === undefined) return direct;
  const rows = new Set(direct);
  const add = (column, ids) => ids.forEach((one) => timeline.where(column, one).forEach((entry) => rows.add(entry)));
  if (kind === "finding") rowsOfFinding(table, row, timeline).forEach((entry) => rows.add(entry));
  if (kind === "event" && table.cell("undone_by_event_id", row)) add("event_id", [table.cell("undone_by_event_id", row)]);
  if (kind === "window") add("rfc_id", table.cell("rfc_ids", row) ?? []);
  if (kind === "incident") {
    add("finding_id", table.cell("finding_ids", row) ?? []);
    incidentCalls(table, row, timeline, "time").forEach((entry) => {
      if (["destructive_action", "undone"].includes(timeline.cell("kind", entry))) rows.add(entry);
    });
    for (const session of table.cell("session_ids", row) ?? []) {
      for (const entry of timeline.where("session_id", session)) if (timeline.cell("kind", entry).startsWith("session_")) rows.add(entry);
    }
    for (const window of table.cell("window_ids", row) ?? []) {
      for (const entry of timeline.where("window_id", window)) if (["mode_opened", "mode_closed"].includes(timeline.cell("kind", entry))) rows.add(entry);
    }
  }
  return [...rows].sort((a, b) => a - b);
}

// Rows of a table by the incident's actor and account between its first and last call.
function incidentCalls(incidents, row, table, timeColumn) {
  const [actor, account] = [incidents.cell("actor", row), incidents.cell("account_id", row)];
  const [from, to] = [incidents.ms("started_at", row), incidents.ms("ended_at", row)];
  const rows = actor === null ? Array.from({ length: table.held }, (_, at) => at) : table.where("actor", actor);
  return rows.filter((at) => {
    const ms = table.ms(timeColumn, at);
    return ms !== null && ms >= from && ms <= to && table.cell("account_id", at) === account && table.cell("actor", at) === actor;
  });
}

// The destructive calls that belong to a story.
function callsOf(kind, id, table, row) {
  const actions = TABLES.get("destructive_actions");
  if (kind === "incident") return row === undefined ? [] : incidentCalls(table, row, actions, "event_time");
  if (kind === "finding") return row === undefined ? [] : rowsOfFinding(table, row, actions);
  return actions.where(SUBJECTS[kind].id, id);
}

// The table and row that a story is of; without a row where none tells of it alone.
function subjectOf(kind, id) {
  const subject = SUBJECTS[kind];
  for (const name of [subject.table, subject.also]) {
    const [row] = TABLES.get(name)?.where(subject.id, id) ?? [];
    if (row !== undefined) return { table: TABLES.get(name), row };
  }
  return { table: TABLES.get(subject.table) ?? null, row: undefined };
}

async function showStory(box, { kind, id }) {
  box.replaceChildren(el("p", { class: "none", text: "Reading the tables…" }));
  await load(...TABLES.keys());
  const subject = SUBJECTS[kind];
  const { table, row } = subjectOf(kind, id);
  const entries = entriesOf(kind, id, table, row);
  const calls = callsOf(kind, id, table, row);
  const related = relatedRows(kind, id, table, row, calls);
  const heading = storyHeading(kind, id, table, row, entries);
  document.title = `${heading} — ${document.title.replace(/^.* — /, "")}`;
  const known = row !== undefined || entries.length || related.length;
  box.replaceChildren(...[
    storyBar(),
    el("p", { class: "eyebrow", text: subject.noun }),
    el("h1", { text: heading }),
    el("p", { class: "story-id" }, el("code", { text: id }), " ", button("Copy id", () => copyText(id, "Id"), { class: "link" })),
    known ? null : el("p", { class: "notice", text: "The tables of this page hold nothing under this id." }),
    el("div", { class: "story-lead" }, ...(known ? leadOf({ kind, id, table, row, calls, entries, related }) : []).map((nodes) => el("p", {}, ...nodes.filter(Boolean)))),
    row === undefined ? null : evidenceOf(table, row),
    calls.length ? el("section", { "aria-label": "Lineage" }, el("h2", { text: "Who, by which way, did what to what" }), lineage(calls), lineageLegend()) : null,
    el("section", { "aria-label": "What happened" }, el("h2", {}, "What happened, in order ", el("span", { class: "count", text: grouped(entries.length) })), entryList(entries)),
    ...related.map(([other, rows]) => relatedTable(other, rows)),
    row === undefined ? null : el("details", { class: "whole-row" }, el("summary", { text: "The whole row" }), rowFacts(table, row)),
  ].filter(Boolean));
  keepTimes(box);
}

function storyBar() {
  return el("nav", { class: "story-bar", "aria-label": "Way back" }, button("‹ Back", () => history.back(), { class: "back" }), el("a", { href: "#overview", text: "Overview" }));
}

function storyHeading(kind, id, table, row, entries) {
  if (kind === "actor") return id;
  if (kind === "object") return id.slice(id.lastIndexOf("/") + 1) || id;
  if (row === undefined) return kind === "event" && entries.length ? TABLES.get("timeline").text("summary", entries[0]) : `${SUBJECTS[kind].noun} ${id}`;
  const text = (name) => table.text(name, row);
  switch (kind) {
    case "window": return `${title(text("mode"))} mode in ${accountLabel(text("account_id"))}`.replace("mode mode", "mode");
    case "incident": return text("summary");
    case "session": return `${text("role_name")} / ${text("role_session_name") || text("actor") || id}`;
    case "finding": return text("title");
    case "rfc": return text("title") || text("change_type_name") || `RFC ${id}`;
    default: return `${text("event_name")} by ${text("actor") || text("role_session_name") || text("principal_arn") || "unknown"}`;
  }
}

// Where the record lies that shows the thing.
function evidenceOf(table, row) {
  const object = table.cell("source_object", row);
  if (!object) return null;
  return el("p", { class: "evidence" }, el("span", { class: "how", text: "Shown by " }), place(object, table.cell("source_record", row)), el("span", { class: "whole-path", text: object }));
}

function lineageLegend() {
  return el("p", { class: "none", text: "Solid links are proved by a key or are the call itself, dashed ones are strong, dotted ones weak." });
}

// Tables with their rows that name the same thing, those of tables not known here too.
function relatedRows(kind, id, table, row, calls) {
  const made = [];
  for (const other of orderedTables()) {
    if (other === table || other.name === "timeline" || other.name === "evidence") continue;
    let rows = other.name === "destructive_actions" ? calls : [];
    if (kind === "incident" && row !== undefined) rows = rows.concat(ownedRows(other, table, row));
    else for (const name of other.columns.keys()) if (LINKED[name] === kind) rows = rows.concat(other.where(name, id));
    rows = [...new Set(rows)].sort((a, b) => a - b);
    if (rows.length) made.push([other, rows]);
  }
  return made;
}

// Rows that a row names by its lists of ids.
function ownedRows(other, table, row) {
  const subject = Object.values(SUBJECTS).find((one) => one.table === other.name);
  const ids = subject ? table.cell(`${subject.id}s`, row) : null;
  return Array.isArray(ids) ? ids.flatMap((id) => other.where(subject.id, id)) : [];
}

function relatedTable(table, rows) {
  const names = (FIRST[table.name] ?? table.heads.map((head) => head[0])).slice(0, 9);
  const columns = names.map((name) => table.column(name)).filter(Boolean);
  const head = el("tr", {}, ...columns.map((column) => el("th", { scope: "col", text: column.name, title: column.meaning })), el("th", { scope: "col" }, el("span", { class: "off", text: "details" })));
  const body = el("tbody", {}, ...rows.slice(0, RELATED_MAX).map((row) => el("tr", {},
    ...columns.map((column) => el("td", { class: column.kind === "integer" ? "number" : column.text(row).length > 44 ? "long" : null }, ...cellNodes(column, row, 4))),
    el("td", {}, button("›", () => openRow(table, row), { class: "open-row", "aria-label": `All of row ${grouped(row + 1)}` })))));
  const more = rows.length > RELATED_MAX ? el("p", { class: "none", text: `The first ${RELATED_MAX} of ${grouped(rows.length)}; all are in the table ${table.name}.` }) : null;
  return el("section", { "aria-label": table.title }, el("h2", {}, `${table.title} `, el("span", { class: "count", text: grouped(rows.length) })),
    el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": `${table.title} of this story` }, el("table", { class: "small" }, el("thead", {}, head), body)), more);
}
