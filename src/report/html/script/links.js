// Which columns hold ids that have a story, and where it lies.
const SUBJECTS = {
  window: { table: "mode_windows", id: "window_id", noun: "Mode window" },
  session: { table: "mode_sessions", id: "session_id", noun: "Session" },
  incident: { table: "incidents", id: "incident_id", noun: "Incident" },
  finding: { table: "findings", id: "finding_id", noun: "Finding" },
  rfc: { table: "rfcs", id: "rfc_id", noun: "RFC" },
  event: { table: "destructive_actions", also: "events", id: "event_id", noun: "Event" },
  actor: { table: null, id: "actor", noun: "Actor" },
  object: { table: "evidence", id: "source_object", noun: "Object" },
};

const LINKED = {
  window_id: "window", window_ids: "window",
  session_id: "session", session_ids: "session", parent_session_id: "session",
  incident_id: "incident", incident_ids: "incident",
  finding_id: "finding", finding_ids: "finding",
  rfc_id: "rfc", rfc_ids: "rfc",
  event_id: "event", event_ids: "event", undone_by_event_id: "event",
  actor: "actor", actors: "actor",
  source_object: "object",
};

function storyHref(kind, id) {
  return `#${kind}/${encodeURIComponent(id)}`;
}

function storyLink(kind, id, text = id) {
  return el("a", { href: storyHref(kind, id), text });
}

// What is after the # as kind and id; null if it names no story.
function storyOf(hash) {
  const parts = /^#([a-z]+)\/(.+)$/.exec(hash);
  if (!parts || !Object.hasOwn(SUBJECTS, parts[1])) return null;
  try {
    return { kind: parts[1], id: decodeURIComponent(parts[2]) };
  } catch {
    return null;
  }
}

// The place of a record: the name of its object, which links to all that it
// shows, and the ordinal in it.
function place(object, record) {
  if (!object) return el("span", { class: "place", text: "no record: an absence" });
  const name = object.slice(object.lastIndexOf("/") + 1);
  const link = el("a", { href: storyHref("object", object), text: name || object, title: object });
  return el("span", { class: "place" }, link, record === null || record === "" ? "" : `, record ${record}`);
}

const TONES = {
  severity: { critical: "sev-critical", high: "sev-high", medium: "sev-medium", low: "sev-low", informational: "sev-informational" },
  reversibility: { irreversible: "bad", recoverable_until: "warn", recoverable: "warn", unknown: "unsure", rebuildable: "calm", reversible: "calm" },
  authorization: { unauthorized: "bad", unknown: "warn", authorized: "good", outside_mode: "calm" },
  outcome: { succeeded: "plain", denied: "calm", failed: "calm", dry_run: "calm" },
  status: { partial: "warn", unreadable: "bad" },
  integrity: { modified: "bad", missing: "bad", trailing_data: "warn", unreferenced: "warn", no_digest: "warn", signed: "good", hash_chained: "good" },
  opened_bound: { at_or_before: "warn" },
  link_confidence: { proved: "good", strong: "calm", weak: "warn" },
  verdict: { exceptions_found: "bad", none_found: "good", not_assessable: "warn" },
  confidence: { high: "good", medium: "calm", low: "warn" },
};

function tag(column, word) {
  const tone = TONES[column]?.[word];
  return tone ? el("span", { class: `tag ${tone}`, text: word }) : null;
}

// The same within a sentence, where a word has no underscores.
function said(column, word) {
  const made = tag(column, word);
  if (!made) return word.replaceAll("_", " ");
  made.textContent = word.replaceAll("_", " ");
  return made;
}

// A cell as nodes: links for ids, tags for words that stand out.
function cellNodes(column, row, itemsMax = Infinity) {
  const value = column.raw(row);
  if (value === null) return [];
  const kind = LINKED[column.name];
  if (Array.isArray(value)) {
    // The last item of a list that was cut counts the rest: it is no id.
    const nodes = value.slice(0, itemsMax).flatMap((item, at) => [at ? "; " : "", kind && !/^… and \d+ more$/.test(item) ? storyLink(kind, item) : item]);
    return value.length > itemsMax ? [...nodes, `; and ${value.length - itemsMax} more`] : nodes;
  }
  if (kind) return [storyLink(kind, value)];
  const tagged = tag(column.name, value);
  if (tagged) return [tagged];
  if (column.kind === "time") return [el("time", { text: column.text(row) })];
  return [column.text(row)];
}
