// Reading the picture's parts: with a pointer, by focus, and by keys alone.
function watchMarks(frame, tip) {
  const root = picture.svg.node();
  const partAt = (event) => event.target.closest?.(".part") ?? null;
  root.addEventListener("pointerover", (event) => partAt(event) && tell(partAt(event), tip, frame));
  root.addEventListener("pointerout", (event) => partAt(event) && (tip.hidden = true));
  root.addEventListener("focusin", (event) => partAt(event) && tell(partAt(event), tip, frame));
  root.addEventListener("focusout", () => { tip.hidden = true; });
  root.addEventListener("click", (event) => partAt(event) && openPart(partAt(event)));
  root.addEventListener("keydown", (event) => pictureKey(event, partAt(event)));
}

// Shows what a part says, beside it.
function tell(part, tip, frame) {
  const { lane, label } = d3.select(part).datum();
  tip.replaceChildren(el("strong", { text: accountLabel(lane.account) }), el("br"), label);
  tip.hidden = false;
  const [box, around] = [part.getBoundingClientRect(), frame.parentElement.getBoundingClientRect()];
  const right = around.width - tip.offsetWidth - 8;
  tip.style.left = `${Math.max(0, Math.min(right, Math.max(box.left, around.left) - around.left + 14))}px`;
  tip.style.top = `${box.bottom - around.top + 8}px`;
}

function openPart(part) {
  const { open, label } = d3.select(part).datum();
  if (open.story) location.hash = storyHref(...open.story);
  else if (open.rows.length > 1) openRows(open.table, open.rows, shorter(label, 90));
  else {
    const [row] = open.rows;
    const kind = open.table.name === "rfcs" ? "rfc" : "event";
    const id = open.table.cell(SUBJECTS[kind].id, row);
    if (id) location.hash = storyHref(kind, id);
    else openRow(open.table, row);
  }
}

// One part can be reached by Tab; the arrow keys go on from there.
function resetFocus() {
  const first = picture.svg.node().querySelector(".part");
  first?.setAttribute("tabindex", "0");
}

function focusPart(part) {
  for (const other of picture.svg.node().querySelectorAll('.part[tabindex="0"]')) other.setAttribute("tabindex", "-1");
  part.setAttribute("tabindex", "0");
  part.focus({ preventScroll: false });
}

// The parts in rows from top to bottom, each row by time.
function partRows() {
  const rows = new Map();
  for (const part of picture.svg.node().querySelectorAll(".part")) {
    const { y, at } = d3.select(part).datum();
    if (!rows.has(y)) rows.set(y, []);
    rows.get(y).push({ part, at });
  }
  return [...rows].sort((a, b) => a[0] - b[0]).map(([, parts]) => parts.sort((a, b) => a.at - b.at));
}

function pictureKey(event, part) {
  const zoomBy = { "+": 2, "=": 2, "-": 0.5 }[event.key];
  if (zoomBy) picture.svg.call(picture.zoom.scaleBy, zoomBy);
  else if (event.key === "0") picture.svg.call(picture.zoom.transform, d3.zoomIdentity);
  else if (!part) return;
  else if (event.key === "Enter" || event.key === " ") openPart(part);
  else if (event.key.startsWith("Arrow")) movePart(event.key, part);
  else return;
  event.preventDefault();
}

function movePart(key, part) {
  const rows = partRows();
  const row = rows.findIndex((parts) => parts.some((one) => one.part === part));
  const place = rows[row].findIndex((one) => one.part === part);
  let next = null;
  if (key === "ArrowLeft") next = rows[row][place - 1];
  else if (key === "ArrowRight") next = rows[row][place + 1];
  else {
    const other = rows[row + (key === "ArrowUp" ? -1 : 1)] ?? [];
    const { at } = rows[row][place];
    next = other.reduce((best, one) => (best === null || Math.abs(one.at - at) < Math.abs(best.at - at) ? one : best), null);
  }
  if (next) focusPart(next.part);
}
