// The marks of the picture: a shape and a colour for each kind of call.
const MARKS = {
  irreversible: { label: "irreversible", path: (r) => `M0 ${-r * 1.25}L${r * 1.25} 0 0 ${r * 1.25} ${-r * 1.25} 0Z` },
  recoverable: { label: "recoverable", path: (r) => `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0` },
  unknown: { label: "reversibility unknown", path: (r) => `M0 ${-r * 1.15}L${r * 1.15} ${r * 0.95}H${-r * 1.15}Z` },
  remade: { label: "can be made again or reversed", path: (r) => `M${-r * 0.9} ${-r * 0.9}h${r * 1.8}v${r * 1.8}h${-r * 1.8}Z` },
  undone: { label: "undone since", path: (r) => `M${-r * 0.2} ${-r * 0.88}A${r * 0.9} ${r * 0.9} 0 1 1 ${-r * 0.9} ${r * 0.1}M${-r * 1.3} ${-r * 0.35}L${-r * 0.9} ${r * 0.2}L${-r * 0.35} ${-r * 0.3}` },
  denied: { label: "denied", path: (r) => `M${-r * 0.9} ${-r * 0.9}L${r * 0.9} ${r * 0.9}M${-r * 0.9} ${r * 0.9}L${r * 0.9} ${-r * 0.9}` },
  failed: { label: "failed", path: (r) => `M${-r} 0H${r}M0 ${-r}V${r}` },
  dry_run: { label: "dry run", path: (r) => `M0 ${-r * 1.1}L${r * 1.1} 0 0 ${r * 1.1} ${-r * 1.1} 0Z` },
  rfc: { label: "RFC", path: (r) => `M${-r * 0.9} ${-r}h${r * 1.8}v${r * 1.1}L0 ${r * 1.2}l${-r * 0.9} ${-r * 1.1}Z` },
};

const CALLS = ["irreversible", "recoverable", "unknown", "remade", "undone", "denied", "failed", "dry_run"];

// What a row of destructive_actions is drawn as: what became of the call comes
// before what it would have been.
function markOf(table, row) {
  const [outcome, reversibility] = [table.cell("outcome", row), table.cell("reversibility", row)];
  if (outcome === "denied" || outcome === "dry_run") return outcome;
  if (outcome !== "succeeded") return "failed";
  if (table.cell("undone_at", row) !== null) return "undone";
  if (reversibility === "irreversible") return "irreversible";
  if (reversibility === "recoverable" || reversibility === "recoverable_until") return "recoverable";
  if (reversibility === "rebuildable" || reversibility === "reversible") return "remade";
  return "unknown";
}

function markIcon(kind) {
  return svg("svg", { width: 16, height: 16, viewBox: "-8 -8 16 16", "aria-hidden": "true", class: "icon" },
    svg("path", { d: MARKS[kind].path(5), class: `mark ${kind}` }));
}

const WINDOW_TONES = { authorized: "good", unauthorized: "bad", unknown: "warn" };

function legend() {
  const item = (icon, text) => el("li", {}, icon, text);
  const swatch = (tone) => el("span", { class: `swatch ${tone}`, "aria-hidden": "true" });
  return el("ul", { class: "legend", "aria-label": "Legend" },
    item(swatch("good"), "authorized window"), item(swatch("warn"), "unknown"), item(swatch("bad"), "unauthorized"),
    item(swatch("session"), "session"),
    ...[...CALLS, "rfc"].map((kind) => item(markIcon(kind), MARKS[kind].label)),
    item(swatch("covered"), "days with records"), item(swatch("gap"), "no evidence"));
}
