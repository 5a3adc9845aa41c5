// Draws the parts of the picture: strips of evidence, bars of windows and
// sessions, marks of calls and RFCs. Each part that can be opened says what it is.
function partOf(layer, lane, told) {
  return layer.append("g").datum({ lane, ...told }).attr("class", `part ${told.kind}`).attr("tabindex", -1).attr("role", "button").attr("aria-label", told.label);
}

function clampedX(ms) {
  const [left, right] = picture.scale.range();
  return Math.min(right, Math.max(left, picture.scale(ms)));
}

function visible(from, to) {
  const [left, right] = picture.scale.range();
  return (to === Infinity || picture.scale(to) >= left) && picture.scale(from) <= right;
}

function drawStrips() {
  const layer = picture.svg.select(".strips");
  layer.selectAll("*").remove();
  for (const lane of picture.shown) {
    if (lane.stripY === null) continue;
    const strip = (from, to, kind) => {
      if (!visible(from, to)) return null;
      const x = clampedX(from);
      return layer.append("rect").attr("x", x).attr("y", lane.stripY).attr("width", Math.max(2, clampedX(to) - x)).attr("height", ROW.strip - 3).attr("class", kind);
    };
    for (const [from, to] of lane.covered) strip(from, to, "covered");
    for (const gap of lane.gaps) {
      strip(gap.from, gap.to, "gap")?.attr("fill", "url(#hatch)").append("title").text(`${gap.region}: no evidence from ${iso(gap.from)} to ${iso(gap.to)}`);
    }
  }
}

function drawBars() {
  const layer = picture.svg.select(".bars");
  layer.selectAll("*").remove();
  for (const lane of picture.shown) {
    for (const row of lane.modes) {
      for (const one of lane.windows.filter((window) => window.mode === row.mode)) drawWindow(layer, lane, one, row.y);
    }
    for (const one of lane.sessions) drawSession(layer, lane, one);
  }
}

function windowLabel(one) {
  const bound = one.uncertain ? "open at or before" : "opened";
  const end = one.to === null ? `no end seen, last sign of it ${spoken(one.last)}` : `closed ${spoken(one.to)}`;
  return `${one.mode}, ${one.authorization}: ${bound} ${spoken(one.from)}, ${end}`;
}

function drawWindow(layer, lane, one, y) {
  const [left, right] = picture.scale.range();
  const end = one.to ?? one.last;
  if (!visible(one.from, one.to ?? Infinity)) return;
  const tone = WINDOW_TONES[one.authorization] ?? "warn";
  const part = partOf(layer, lane, { kind: "window", label: windowLabel(one), open: { story: ["window", one.id] }, at: one.from, y });
  part.classed(tone, true);
  const x = clampedX(one.from);
  const to = Math.max(clampedX(end), Math.min(right, x + 4));
  const height = ROW.mode - 6;
  if (to > x) part.append("rect").attr("class", "body").attr("x", x).attr("y", y).attr("width", to - x).attr("height", height);
  if (one.to === null) part.append("rect").attr("x", to).attr("y", y).attr("width", Math.max(6, right - to)).attr("height", height).attr("fill", `url(#fade-${tone})`);
  else if (picture.scale(end) <= right) part.append("line").attr("class", "edge").attr("x1", to).attr("x2", to).attr("y1", y).attr("y2", y + height);
  if (picture.scale(one.from) >= left) {
    part.append("line").attr("class", one.uncertain ? "edge unsure" : "edge").attr("x1", x).attr("x2", x).attr("y1", y).attr("y2", y + height);
    if (one.uncertain) part.append("path").attr("class", "edge unsure").attr("d", `M${x} ${y}h-22M${x} ${y + height}h-22`);
  }
  const text = `${one.mode} · ${one.authorization}`;
  if (text.length * 6.6 + 16 < (one.to === null ? right : to) - x) part.append("text").attr("class", to - x > text.length * 6.6 + 12 ? "bar-label on" : "bar-label").attr("x", x + 7).attr("y", y + height - 4.5).text(text);
}

function drawSession(layer, lane, one) {
  if (!visible(one.from, one.to)) return;
  const table = TABLES.get("mode_sessions");
  const label = `Session of ${table.text("role_name", one.row)} by ${table.text("actor", one.row) || "unknown"}: ${counted(table.cell("events", one.row) ?? 0, "event")}, ${table.cell("destructive_actions", one.row) ?? 0} destructive, from ${spoken(one.from)} to ${spoken(one.to)}`;
  const part = partOf(layer, lane, { kind: "session", label, open: { story: ["session", one.id] }, at: one.from, y: lane.sessionY });
  part.classed(one.depth > 0 ? "descended" : "root", true);
  const x = clampedX(one.from);
  part.append("rect").attr("x", x).attr("y", lane.sessionY).attr("width", Math.max(4, clampedX(one.to) - x)).attr("height", ROW.session - 3).attr("rx", 1.5);
}

function drawMarks() {
  const layer = picture.svg.select(".marks");
  layer.selectAll("*").remove();
  for (const lane of picture.shown) {
    for (const row of lane.callRows) {
      drawRow(layer, lane, { kind: row.kind, y: row.y, label: callsLabel }, lane.calls.get(row.kind));
    }
    if (lane.rfcY !== null) drawRow(layer, lane, { kind: "rfc", y: lane.rfcY + ROW.rfc / 2, label: rfcsLabel }, lane.rfcs);
  }
}

// Marks of one row: the more lie on a spot, the larger its mark.
function drawRow(layer, lane, row, things) {
  const spots = bins(things, picture.scale, BIN);
  const most = spots.reduce((largest, spot) => Math.max(largest, spot.members.length), 1);
  for (const spot of spots) drawMark(layer, lane, row, spot, most === 1 ? 4.6 : 3 + 2.6 * Math.sqrt(spot.members.length / most));
}

function drawMark(layer, lane, { kind, y, label }, bin, size) {
  const table = TABLES.get(kind === "rfc" ? "rfcs" : "destructive_actions");
  const rows = bin.members.map((member) => member.row);
  const part = partOf(layer, lane, { kind, label: label(table, bin.members, kind), open: { table, rows }, at: bin.members[0].at, y });
  part.attr("transform", `translate(${bin.x},${y})`);
  part.append("circle").attr("r", 8).attr("class", "halo");
  part.append("path").attr("class", `mark ${kind}`).attr("d", MARKS[kind].path(size));
}

function callsLabel(table, members, kind) {
  const [first, last] = [members[0], members[members.length - 1]];
  if (members.length === 1) {
    const text = (name) => table.text(name, first.row);
    return `${spoken(first.at)} ${text("event_name")} by ${text("actor") || "unknown"}: ${text("outcome")}, ${text("reversibility")}${text("undone_at") ? ", undone since" : ""}; ${shorter(text("resources"), 90)}`;
  }
  const names = new Map();
  for (const member of members) {
    const name = table.text("event_name", member.row);
    names.set(name, (names.get(name) ?? 0) + 1);
  }
  const most = [...names].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 4).map(([name, count]) => `${grouped(count)} ${name}`);
  const more = names.size > 4 ? " and others" : "";
  return `${grouped(members.length)} calls, ${MARKS[kind].label}, ${spoken(first.at)} to ${spoken(last.at)}: ${most.join(", ")}${more}`;
}

function rfcsLabel(table, members) {
  return members.slice(0, 4).map((one) => `${spoken(one.at)} RFC ${table.text("rfc_id", one.row)} (${table.text("action", one.row)}, ${table.text("status", one.row)})`).join("; ") + (members.length > 4 ? ` and ${members.length - 4} more` : "");
}
