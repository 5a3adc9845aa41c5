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

const OPENED_BY = { role_created: "when its role was created", rfc_completed: "when the enabling RFC was carried out", role_used: "when its role was first used", inventory: "as an export of IAM states" };

const TELL = {
  window(table, row) {
    const text = (name) => table.text(name, row);
    const actors = table.cell("actors", row) ?? [];
    const opened = text("opened_bound") === "exact" ? "opened" : "was open at or before";
    const closed = table.ms("closed_at", row);
    const said = [[`The mode ${text("mode")} ${opened} in account ${accountLabel(text("account_id"))} at `, time(table, row, "opened_at"), `, ${OPENED_BY[text("open_basis")] ?? text("open_basis")}.`]];
    said.push(closed === null
      ? ["No end was seen; the last sign of it is of ", time(table, row, "last_seen_at"), "."]
      : ["It closed when its last role was deleted, at ", time(table, row, "closed_at"), "."]);
    said.push(["It is ", tag("authorization", text("authorization")) ?? text("authorization"), `: ${text("authorization_reason")}.`]);
    said.push(actors.length ? [`${counted(table.cell("sessions", row), "session")} used it, by `, ...joined(actors.slice(0, 8).map(who)), `; ${counted(table.cell("destructive_actions", row), "destructive action")} succeeded in it.`] : [`${counted(table.cell("sessions", row), "session")} used it.`]);
    const by = ["requested_by", "submitted_by", "approved_by", "opened_by"].filter((name) => text(name));
    if (by.length) said.push(by.flatMap((name, at) => [`${at ? "; " : ""}${title(name)} ${text(name)}`]).concat("."));
    return said;
  },
  incident(table, row) {
    const said = [["It began at ", time(table, row, "started_at"), " and ended at ", time(table, row, "ended_at"), "; the actor is ", who(table.cell("actor", row)), "."]];
    said.push([`${counted(table.cell("actions", row), "call")} succeeded on ${counted(table.cell("resources", row), "thing")}: ${table.cell("irreversible", row)} irreversible, ${table.cell("recoverable", row)} recoverable; ${counted(table.cell("attempts", row), "attempt")} came to nothing.`]);
    if (table.ms("next_deadline", row) !== null) said.push([el("strong", {}, "Act before ", time(table, row, "next_deadline")), ": the nearest deadline for recovery that is open."]);
    return said;
  },
  session(table, row) {
    const text = (name) => table.text(name, row);
    const said = [[who(table.cell("actor", row)), ` held a session of the role ${text("role_name")} in account ${accountLabel(text("account_id"))}, of the mode ${text("mode")}.`]];
    if (table.ms("started_at", row) !== null) said.push(["It began at ", time(table, row, "started_at"), ` (${title(text("start_basis")).toLowerCase()}); its latest event is of `, time(table, row, "last_event_at"), "."]);
    said.push([`It made ${counted(table.cell("events", row), "event")}, ${grouped(table.cell("writes", row))} of them no reads, ${grouped(table.cell("denied", row))} denied; ${counted(table.cell("destructive_actions", row), "destructive action")} succeeded.`]);
    if (table.cell("depth", row) > 0) said.push([`It descends from `, storyLink("session", text("parent_session_id")), ` by ${title(text("via")).toLowerCase()}, with a ${text("link_confidence")} link.`]);
    if (text("attribution_path")) said.push([`The way there: ${text("attribution_path")}.`]);
    return said;
  },
  finding(table, row) {
    const text = (name) => table.text(name, row);
    const said = [[tag("severity", text("severity")), ` ${text("summary")}`], [`Rule ${text("rule_id")}; confidence ${text("confidence")}: ${text("confidence_reason")}.`]];
    if (text("response")) said.push([`What to do: ${text("response")}.`]);
    if (text("suppressed_by")) said.push([`Accepted by ${text("suppressed_by")} until ${text("suppression_expires")}: ${text("suppression_reason")}.`]);
    return said;
  },
  rfc(table, row) {
    const text = (name) => table.text(name, row);
    const said = [[`RFC ${text("title") || text("change_type_name")}: ${text("action")}, status ${text("status")}, for account ${accountLabel(text("target_account_id") || text("account_id")) || "unknown"}.`]];
    const steps = [["created_at", "created", "created_by"], ["submitted_at", "submitted", "submitted_by"], ["approved_at", "approved", "approved_by"], ["started_at", "started", null], ["ended_at", "ended", null]];
    for (const [at, verb, by] of steps) if (table.ms(at, row) !== null) said.push([`${title(verb)} at `, time(table, row, at), by && text(by) ? ` by ${text(by)}.` : "."]);
    if (text("conflicts")) said.push([`Its sources disagree on ${text("conflicts")}; the newest was taken.`]);
    return said;
  },
  event(table, row) {
    const text = (name) => table.text(name, row);
    const said = [["At ", time(table, row, "event_time"), " ", who(table.cell("actor", row)), ` called ${text("event_name")} of ${text("event_source")} in account ${accountLabel(text("account_id"))}, ${text("region")}: `, tag("outcome", text("outcome")) ?? text("outcome"), "."]];
    if (text("outcome") === "succeeded") said.push(["What it did is ", tag("reversibility", text("reversibility")) ?? text("reversibility"), table.ms("recoverable_until", row) === null ? "" : " ", table.ms("recoverable_until", row) === null ? "" : time(table, row, "recoverable_until"), `. ${text("recovery")}`]);
    else said.push([`Nothing was destroyed${text("error_code") ? `: ${text("error_code")}` : ""}.`]);
    if (table.ms("undone_at", row) !== null) said.push(["It was undone at ", time(table, row, "undone_at"), "."]);
    if (text("resources")) said.push([`It concerns ${text("resources")}.`]);
    if (text("attribution_path")) said.push([`The way there: ${text("attribution_path")}.`]);
    return said;
  },
  object(table, row) {
    const text = (name) => table.text(name, row);
    return [[`${text("format") || "No known form"}, ${text("status")}: ${counted(table.cell("records", row), "record")}, ${grouped(table.cell("duplicates", row))} of them copies, ${grouped(table.cell("rejected", row))} rejected; ${text("integrity") ? `integrity ${text("integrity")}` : "no digest ever covers objects of this kind"}.`], [`SHA-256 as stored: ${text("sha256")}.`], text("note") ? [text("note")] : null].filter(Boolean);
  },
};
