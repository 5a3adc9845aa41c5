// Starts the page: draws its sections and goes where the address points.
const THEMES = [["", "System"], ["light", "Light"], ["dark", "Dark"]];

function themeChoice() {
  const choice = el("select", { id: "theme", "aria-label": "Colours" });
  for (const [value, text] of THEMES) choice.append(el("option", { value, text }));
  choice.value = document.documentElement.dataset.theme ?? "";
  choice.addEventListener("change", () => {
    if (choice.value) document.documentElement.dataset.theme = choice.value;
    else delete document.documentElement.dataset.theme;
    try {
      localStorage.setItem("devtrail-theme", choice.value);
    } catch {
      // Chosen for this time only.
    }
  });
  return choice;
}

// Where the reader was before a story: at which address, how far down, on what.
let before = { hash: "", down: 0, focus: null };
let storyShown = false;

// Goes where the address points: a story, a table, or a section.
async function go(event) {
  const focus = document.activeElement;
  closeDetail();
  const story = storyOf(location.hash);
  const page = document.getElementById("page");
  const place = document.getElementById("story");
  if (story) {
    if (!storyShown) before = { hash: event ? new URL(event.oldURL).hash : "", down: scrollY, focus: focus.isConnected ? focus : document.activeElement };
    storyShown = true;
    page.hidden = true;
    place.hidden = false;
    await showStory(place, story);
    scrollTo(0, 0);
    place.focus({ preventScroll: true });
    return;
  }
  const back = storyShown;
  storyShown = false;
  place.hidden = true;
  page.hidden = false;
  place.replaceChildren();
  document.title = document.title.replace(/^.* — /, "");
  const table = /^#table\/([a-z_]+)$/.exec(location.hash);
  if (table) {
    await showTable(table[1]);
    document.getElementById("tables").scrollIntoView();
  } else if (location.hash.length > 1) {
    const section = document.getElementById(location.hash.slice(1));
    section?.scrollIntoView();
    section?.focus?.({ preventScroll: true });
  }
  if (!back || location.hash !== before.hash) return;
  scrollTo(0, before.down);
  if (before.focus?.isConnected) before.focus.focus({ preventScroll: true });
}

function rangeNote() {
  const note = el("div", { class: "range-note", hidden: true });
  document.body.append(note);
  onRange(() => {
    note.hidden = !hasRange();
    if (!hasRange()) return note.replaceChildren();
    note.replaceChildren(
      el("span", {}, "Only ", el("strong", { text: spoken(state.from) }), " to ", el("strong", { text: spoken(state.to) })),
      button("Show all times", () => setRange()));
    return null;
  });
}

async function start() {
  document.getElementById("bar-tools").append(themeChoice(), button("Print", () => print()));
  keepTimes(document.getElementById("page"));
  rangeNote();
  for (const section of document.querySelectorAll("section.drawn")) section.hidden = false;
  buildTables();
  addEventListener("hashchange", go);
  // The first screen is there; the rest is drawn when it has been seen.
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  try {
    await load("mode_windows", "mode_sessions", "destructive_actions", "rfcs", "coverage", "incidents", "actors");
    buildPicture();
    buildHeat();
    filterIncidents();
    preparePaper();
    await Promise.all([go(), /^#table\//.test(location.hash) ? null : showTable(ORDER[0])]);
    document.documentElement.dataset.ready = "true";
  } catch (error) {
    document.body.prepend(el("p", { class: "notice", role: "alert", text: `The tables of this page cannot be shown here: ${error.message}. All rows are in the tables beside this page.` }));
    document.documentElement.dataset.ready = "failed";
  }
}

start();
