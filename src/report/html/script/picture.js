// The timeline as a picture: one lane an account. Owns what is drawn where, and
// zooming, moving and choosing a stretch with a pointer. Keys are `keys.js`'s.
//
//   111122223333 ┊▒▒ developer ▒▒▒┊     ▒▒▒▒▒▒▒░░░   a row a mode; no end seen: fading
//                   ▬▬▬  ▬▬                          sessions
//                   ◆ ◆◆     ●                       a row a kind of call
//                ▼                    ▼              RFCs
//                ════════════/////═══════════        evidence, and gaps in it
const ROW = { mode: 22, session: 9, call: 15, rfc: 15, strip: 9 };
const TOP = 26;
const BIN = 11;
const LANES_FIRST = 14;

const picture = { lanes: [], base: null, scale: null, svg: null, zoom: null, brush: null, width: 0, all: false, gutter: 150 };

function buildPicture() {
  const body = document.getElementById("timeline-body");
  picture.lanes = lanes();
  const extent = extentOf(picture.lanes);
  if (!extent) {
    body.append(el("p", { class: "none", text: "There is nothing with a time to draw." }));
    return;
  }
  picture.extent = extent;
  const frame = el("div", { class: "picture", id: "picture" });
  const tip = el("div", { class: "tip", id: "tip", hidden: true });
  body.append(pictureTools(), frame, tip, legend(), pictureNotes());
  picture.svg = d3.select(frame).append("svg").attr("role", "group").attr("aria-label", "Timeline picture. Arrow keys go from mark to mark, Enter opens what is marked, plus and minus zoom. The tables below hold the same facts.");
  for (const layer of ["back", "axis", "brush", "strips", "bars", "marks", "labels"]) picture.svg.append("g").attr("class", layer);
  defineHatch(picture.svg);
  picture.zoom = d3.zoom().scaleExtent([1, 20000]).filter(zoomsWith).on("zoom", (event) => zoomed(event.transform));
  picture.brush = d3.brushX().filter((event) => !event.ctrlKey && !event.shiftKey && !event.button).on("end", brushed);
  picture.svg.call(picture.zoom).on("dblclick.zoom", null);
  new ResizeObserver(() => sizePicture()).observe(frame);
  sizePicture();
  watchMarks(frame, tip);
  onRange((source) => source === "picture" || moveBrush());
}

function zoomsWith(event) {
  if (event.type === "wheel") return event.ctrlKey || event.metaKey;
  return event.shiftKey || (event.touches && event.touches.length > 1);
}

function pictureTools() {
  const scaleBy = (factor) => () => picture.svg.call(picture.zoom.scaleBy, factor);
  const moveBy = (share) => () => picture.svg.call(picture.zoom.translateBy, (share * picture.width) / d3.zoomTransform(picture.svg.node()).k, 0);
  const time = (id, text) => {
    const input = el("input", { type: "text", id, placeholder: "not set", title: "A UTC time, such as 2026-01-17 or 2026-01-17T08:00:00Z", size: 20, autocomplete: "off" });
    input.addEventListener("change", rangeTyped);
    return el("label", {}, el("span", { text }), input);
  };
  return el("div", { class: "tools picture-tools" },
    el("div", { class: "group", role: "group", "aria-label": "Zoom and move" },
      button("−", scaleBy(0.5), { "aria-label": "Zoom out" }), button("+", scaleBy(2), { "aria-label": "Zoom in" }),
      button("‹", moveBy(0.4), { "aria-label": "Earlier" }), button("›", moveBy(-0.4), { "aria-label": "Later" }),
      button("Whole time", () => picture.svg.call(picture.zoom.transform, d3.zoomIdentity))),
    el("div", { class: "group", role: "group", "aria-label": "Stretch of time that filters everything below" },
      time("range-from", "From"), time("range-to", "to"),
      button("Zoom to it", zoomToRange), button("Clear", () => setRange())));
}

function pictureNotes() {
  const undated = TABLES.get("destructive_actions");
  let without = 0;
  for (let row = 0; row < undated.held; row++) without += undated.ms("event_time", row) === null;
  const notes = [el("span", { class: "no-paper", text: "Drag over the picture to choose a stretch; it filters everything below. Ctrl and wheel zoom, Shift and drag move. " }), "Times are UTC."];
  if (picture.lanes.some((lane) => lane.windows.some((one) => one.to === null))) notes.push(" A fading end means that no end was seen, not that the mode is open today.");
  if (picture.lanes.some((lane) => lane.windows.some((one) => one.uncertain))) notes.push(" A dashed start means that the window may have been open before.");
  if (without) notes.push(` ${counted(without, "call")} without a time ${without === 1 ? "is" : "are"} not drawn.`);
  return el("p", { class: "none" }, ...notes);
}

function defineHatch(root) {
  const defs = root.append("defs");
  const pattern = defs.append("pattern").attr("id", "hatch").attr("width", 6).attr("height", 6).attr("patternUnits", "userSpaceOnUse").attr("patternTransform", "rotate(45)");
  pattern.append("rect").attr("width", 6).attr("height", 6).attr("class", "hatch-ground");
  pattern.append("line").attr("y2", 6).attr("class", "hatch-line");
  for (const tone of ["good", "warn", "bad"]) {
    const fade = defs.append("linearGradient").attr("id", `fade-${tone}`);
    fade.append("stop").attr("offset", 0).attr("class", `stop-${tone}`);
    fade.append("stop").attr("offset", 1).attr("class", `stop-${tone}`).attr("stop-opacity", 0);
  }
}

// Lays out the lanes for the width there is.
function sizePicture(paper = 0) {
  if (!picture.svg) return;
  const width = paper || Math.max(320, document.getElementById("picture").clientWidth);
  if (width === picture.width && picture.base) return;
  picture.width = width;
  const narrow = width < 720;
  picture.gutter = narrow ? 12 : 168;
  picture.base = d3.scaleUtc([new Date(picture.extent.from), new Date(picture.extent.to)], [picture.gutter, width - 14]);
  picture.zoom.translateExtent([[0, 0], [width, 1]]).extent([[0, 0], [width, 1]]);
  layOut(narrow);
  zoomed(d3.zoomTransform(picture.svg.node()));
}

function layOut(narrow) {
  let y = TOP;
  picture.shown = picture.all ? picture.lanes : picture.lanes.slice(0, LANES_FIRST);
  for (const lane of picture.shown) {
    lane.y = y;
    let at = y + (narrow ? 24 : 7);
    lane.modes = [...new Set(lane.windows.map((one) => one.mode))].sort().map((mode) => {
      const row = { mode, y: at };
      at += ROW.mode;
      return row;
    });
    const take = (height, there) => {
      if (!there) return null;
      at += height;
      return at - height;
    };
    lane.sessionY = take(ROW.session, lane.sessions.length);
    lane.callRows = CALLS.filter((kind) => lane.calls.get(kind).length).map((kind) => ({ kind, y: take(ROW.call, true) + ROW.call / 2 }));
    lane.rfcY = take(ROW.rfc, lane.rfcs.length);
    lane.stripY = take(ROW.strip, lane.covered.length || lane.gaps.length);
    lane.height = Math.max(at + 6 - y, narrow ? 34 : 40);
    y += lane.height;
  }
  picture.bottom = y;
  picture.height = y + 6;
  picture.svg.attr("viewBox", `0 0 ${picture.width} ${picture.height}`).attr("width", picture.width).attr("height", picture.height);
  picture.brush.extent([[picture.gutter, TOP], [picture.width - 14, y]]);
  drawLabels(narrow);
  moreLanes();
}

function drawLabels(narrow) {
  const labels = picture.svg.select(".labels");
  labels.selectAll("*").remove();
  const back = picture.svg.select(".back");
  back.selectAll("*").remove();
  picture.shown.forEach((lane, at) => {
    back.append("rect").attr("x", 0).attr("y", lane.y).attr("width", picture.width).attr("height", lane.height).attr("class", at % 2 ? "lane odd" : "lane");
    labels.append("text").attr("x", 12).attr("y", lane.y + 18).attr("class", "lane-label").text(shorter(lane.account, 20));
    const name = META.account_names[lane.account];
    if (name) labels.append("text").attr("x", narrow ? 130 : 12).attr("y", lane.y + (narrow ? 18 : 33)).attr("class", "lane-name").text(shorter(name, 24));
  });
}

function moreLanes() {
  const hidden = picture.lanes.length - picture.shown.length;
  document.getElementById("more-lanes")?.remove();
  if (picture.lanes.length <= LANES_FIRST) return;
  const text = hidden ? `Show ${counted(hidden, "more account")}` : "Show fewer accounts";
  document.getElementById("picture").after(button(text, () => {
    picture.all = !picture.all;
    layOut(picture.width < 720);
    zoomed(d3.zoomTransform(picture.svg.node()));
  }, { id: "more-lanes", class: "link" }));
}

let drawing = 0;
function zoomed(transform) {
  picture.scale = transform.rescaleX(picture.base);
  cancelAnimationFrame(drawing);
  drawing = requestAnimationFrame(drawPicture);
}

// Paper is narrower than most screens, and is not waited for.
function drawForPaper(paper) {
  sizePicture(paper ? 900 : 0);
  if (picture.svg) drawPicture();
}

function drawPicture() {
  const { svg: root, scale } = picture;
  drawAxis(root.select(".axis"), scale);
  drawStrips();
  drawBars();
  drawMarks();
  root.select(".brush").call(picture.brush);
  moveBrush();
  resetFocus();
}

const TICK_FONT = "11.5px system-ui, sans-serif";

// The axis: each tick can be read alone, has its year, and lies in the picture
// whole; where two would touch, the later one has no text.
function drawAxis(axis, scale) {
  const text = tickText(scale);
  axis.call(d3.axisTop(scale).tickValues(ticksOf(scale)).tickFormat(text).tickSize(-(picture.bottom - TOP)).tickPadding(7)).attr("transform", `translate(0,${TOP})`).select(".domain").remove();
  let free = 4;
  axis.selectAll(".tick").each(function place(at) {
    const half = widthOf(text(at), TICK_FONT) / 2;
    const middle = Math.min(picture.width - 4 - half, Math.max(4 + half, scale(at)));
    const fits = middle - half >= free;
    if (fits) free = middle + half + 10;
    d3.select(this).select("text").attr("dx", middle - scale(at)).attr("visibility", fits ? null : "hidden");
  });
}

function ticksOf(scale) {
  return scale.ticks(Math.max(4, Math.floor(picture.width / 130)));
}

function tickText(scale) {
  const [first, second] = ticksOf(scale);
  const apart = second && first ? second - first : DAY;
  return d3.utcFormat(apart >= 300 * DAY ? "%Y" : apart >= 28 * DAY ? "%b %Y" : apart >= DAY ? "%d %b %Y" : apart >= 60000 ? "%d %b %Y %H:%M" : "%d %b %Y %H:%M:%S");
}

function brushed(event) {
  if (!event.sourceEvent) return;
  if (!event.selection) return setRange();
  const [from, to] = event.selection.map((x) => Math.round(picture.scale.invert(x).getTime() / 1000) * 1000);
  setRange(from, Math.max(to, from + 1000), "picture");
  tellRange();
  return null;
}

// Puts the brush where the chosen stretch lies.
function moveBrush() {
  tellRange();
  if (!picture.scale) return;
  const root = picture.svg.select(".brush");
  if (!hasRange()) return root.call(picture.brush.clear);
  const [left, right] = picture.scale.range();
  const [from, to] = [picture.scale(state.from), picture.scale(state.to)].map((x) => Math.min(right, Math.max(left, x)));
  return root.call(picture.brush.move, to - from < 1 ? [Math.max(left, from - 1), Math.min(right, from + 1)] : [from, to]);
}

// What somebody types is left as typed.
function tellRange() {
  if (state.source === "typed") return;
  const [from, to] = ["range-from", "range-to"].map((id) => document.getElementById(id));
  from.value = hasRange() ? iso(state.from) : "";
  to.value = hasRange() ? iso(state.to) : "";
}

function rangeTyped() {
  const [from, to] = ["range-from", "range-to"].map((id) => document.getElementById(id).value.trim());
  if (!from && !to) return setRange();
  const read = (text, otherwise) => (text ? Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : /[Zz]$/.test(text) ? text : `${text}Z`) : otherwise);
  const [first, last] = [read(from, Math.floor(picture.extent.from)), read(to, Math.ceil(picture.extent.to))];
  if (Number.isNaN(first) || Number.isNaN(last) || last <= first) return notify("Give two times such as 2026-01-17 or 2026-01-17T08:00:00Z, the later one last.");
  return setRange(first, last, "typed");
}

function zoomToRange() {
  if (!hasRange()) return notify("Choose a stretch first: drag over the picture, or give From and to.");
  const [left, right] = [picture.gutter, picture.width - 14];
  const [from, to] = [picture.base(state.from), picture.base(state.to)];
  const k = Math.min(20000, Math.max(1, (right - left) / Math.max(to - from, 0.01) * 0.92));
  return picture.svg.call(picture.zoom.transform, d3.zoomIdentity.translate((left + right) / 2 - k * (from + to) / 2, 0).scale(k));
}
