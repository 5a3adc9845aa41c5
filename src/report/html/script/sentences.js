// What a story says first: plain sentences made of the row, with links. They
// say no more than the row does.
function time(table, row, name) {
  return el("time", { text: spoken(table.ms(name, row)) });
}

function who(actor) {
  return actor === null || actor === "" ? "somebody unknown" : storyLink("actor", actor);
}

function joined(nodes) {
  return nodes.flatMap((node, at) => (at === 0 ? [node] : [at === nodes.length - 1 ? " and " : ", ", node]));
}

// How a window opened, and what shows that it was open by a time.
const OPEN_BY = { role_created: "its role was created by then", rfc_completed: "the enabling RFC was carried out by then", role_used: "its role was used then", inventory: "an export of IAM states its role" };
const OPENED_BY = { role_created: "when its role was created", rfc_completed: "when the enabling RFC was carried out", role_used: "when its role was first used", inventory: "as an export of IAM states" };

// That a mode opened, or was open by a time; without a full stop.
function openedSentence(table, row) {
  const text = (name) => table.text(name, row);
  const mode = `${title(text("mode"))} mode`.replace("mode mode", "mode");
  const where = `in account ${accountLabel(text("account_id"))}`;
  if (text("opened_bound") === "exact") return [`${mode} opened ${where} at `, time(table, row, "opened_at"), `, ${OPENED_BY[text("open_basis")] ?? text("open_basis").replaceAll("_", " ")}`];
  return [`${mode} was open ${where} by `, time(table, row, "opened_at"), `, perhaps earlier: ${OPEN_BY[text("open_basis")] ?? text("open_basis").replaceAll("_", " ")}`];
}

// A text in which the RFCs are links; those that it does not name follow it.
function withRfcs(text, ids) {
  let nodes = [text];
  const rest = [];
  for (const id of ids.slice(0, 8)) {
    const at = nodes.findIndex((one) => typeof one === "string" && one.includes(id));
    if (at < 0) rest.push(storyLink("rfc", id));
    else nodes = nodes.flatMap((one, place) => (place === at ? [one.slice(0, one.indexOf(id)), storyLink("rfc", id), one.slice(one.indexOf(id) + id.length)] : [one]));
  }
  if (!rest.length) return nodes;
  return [...nodes, rest.length === 1 ? " Its RFC is " : " Its RFCs are ", ...joined(rest), "."];
}

const TELL = {
  window(table, row) {
    const text = (name) => table.text(name, row);
    const actors = table.cell("actors", row) ?? [];
    const closed = table.ms("closed_at", row);
    const timeline = TABLES.get("timeline");
    const shown = (kind) => timeline.where("window_id", text("window_id")).filter((entry) => timeline.cell("kind", entry) === kind).slice(0, 1).map((entry) => proof(timeline, entry));
    const told = [[...openedSentence(table, row), ".", proof(table, row)]];
    told.push(closed === null
      ? ["No end was seen; the last sign of it is of ", time(table, row, "last_seen_at"), "."]
      : ["It closed when its last role was deleted, at ", time(table, row, "closed_at"), ".", ...shown("mode_closed")]);
    told.push(["It is ", said("authorization", text("authorization")), `: `, ...withRfcs(ended(text("authorization_reason")), table.cell("rfc_ids", row) ?? [])]);
    told.push(actors.length ? [`${counted(table.cell("sessions", row), "session")} used it, by `, ...joined(actors.slice(0, 8).map(who)), `; ${some(table.cell("destructive_actions", row), "destructive action")} succeeded in it.`, summed()] : [`${title(some(table.cell("sessions", row), "session"))} used it.`]);
    const by = ["requested_by", "submitted_by", "approved_by", "opened_by"].filter((name) => text(name));
    if (by.length) told.push([`${by.map((name, at) => `${at ? title(name).toLowerCase() : title(name)} ${text(name)}`).join("; ")}.`]);
    return told;
  },
  session(table, row) {
    const text = (name) => table.text(name, row);
    const told = [[who(table.cell("actor", row)), ` held a session of the role ${text("role_name")} in account ${accountLabel(text("account_id"))}, of the mode ${text("mode").replaceAll("_", " ")}.`, proof(table, row)]];
    if (table.ms("started_at", row) !== null) told.push(["It began at ", time(table, row, "started_at"), ` (${title(text("start_basis")).toLowerCase()}); its latest event is of `, time(table, row, "last_event_at"), "."]);
    told.push([`It made ${counted(table.cell("events", row), "event")}, ${grouped(table.cell("writes", row))} of them no reads, ${table.cell("denied", row) ? grouped(table.cell("denied", row)) : "none"} denied; ${some(table.cell("destructive_actions", row), "destructive action")} succeeded.`]);
    if (table.cell("depth", row) > 0) told.push([`It descends from `, storyLink("session", text("parent_session_id")), ` by ${title(text("via")).toLowerCase()}, with a ${text("link_confidence")} link.`]);
    if (text("attribution_path")) told.push([`The way there: ${ended(text("attribution_path"))}`]);
    return told;
  },
  finding(table, row) {
    const text = (name) => table.text(name, row);
    const told = [[tag("severity", text("severity")), ` ${ended(text("summary"))}`, proof(table, row)]];
    told.push([`Rule ${text("rule_id")}; confidence ${text("confidence")}${text("confidence_reason") ? `: ${ended(text("confidence_reason"))}` : "."}`]);
    if (text("response")) told.push([`What to do: ${ended(text("response"))}`]);
    if (text("suppressed_by")) told.push([`Accepted by ${text("suppressed_by")} until ${text("suppression_expires")}: ${ended(text("suppression_reason"))}`]);
    return told;
  },
  rfc(table, row) {
    const text = (name) => table.text(name, row);
    const told = [[`RFC ${text("title") || text("change_type_name")}: ${text("action").replaceAll("_", " ")}, status ${text("status")}, for account ${accountLabel(text("target_account_id") || text("account_id")) || "unknown"}.`, proof(table, row)]];
    const steps = [["created_at", "created", "created_by"], ["submitted_at", "submitted", "submitted_by"], ["approved_at", "approved", "approved_by"], ["started_at", "started", null], ["ended_at", "ended", null]];
    for (const [at, verb, by] of steps) if (table.ms(at, row) !== null) told.push([`${title(verb)} at `, time(table, row, at), by && text(by) ? ` by ${text(by)}.` : "."]);
    if (text("conflicts")) told.push([`Its sources disagree on ${text("conflicts")}; the newest was taken.`]);
    return told;
  },
  event(table, row) {
    const text = (name) => table.text(name, row);
    const told = [["At ", time(table, row, "event_time"), " ", ...callSentence(table, row), proof(table, row)]];
    if (text("undone_by_event_id")) told.push(["What undid it is ", storyLink("event", text("undone_by_event_id"), "another call"), "."]);
    told.push([`It is a call to ${text("event_source")} in ${text("region") || "a region not known"}: `, said("outcome", text("outcome")), ...(text("outcome") === "succeeded" ? [", ", said("reversibility", text("reversibility"))] : []), "."]);
    if (table.cell("resources", row)?.length > THINGS_NAMED) told.push([`It concerns ${text("resources")}.`]);
    if (text("attribution_path")) told.push([`The way there: ${ended(text("attribution_path"))}`]);
    return told;
  },
  object(table, row) {
    const text = (name) => table.text(name, row);
    return [[`${text("format") || "No known form"}, ${text("status")}: ${counted(table.cell("records", row), "record")}, ${grouped(table.cell("duplicates", row))} of them copies, ${grouped(table.cell("rejected", row))} rejected; ${text("integrity") ? `integrity ${text("integrity")}` : "no digest ever covers objects of this kind"}.`], [`SHA-256 as stored: ${text("sha256")}.`], text("note") ? [text("note")] : null].filter(Boolean);
  },
};
