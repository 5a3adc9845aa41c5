// Stories: every id leads to one, each sentence says who did what to what and
// with what effect, and the lineage keeps apart what is apart.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { DEMO, PROJECT, analyze, rowsOf } from "./dumps.mjs";
import { browse, openReport } from "./page.mjs";

const out = analyze(DEMO);
const sample = (name) => analyze(`${PROJECT}/sample-logs/cases/${name}/input`);
let browser;
before(async () => { browser = await browse(); });
after(() => browser.close());

async function story(page, hash) {
  await page.goto(page.url().split("#")[0] + hash);
  const id = decodeURIComponent(hash.slice(hash.indexOf("/") + 1));
  await page.waitForFunction((wanted) => document.querySelector("#story .story-id code")?.textContent === wanted, id);
}

const LINKED = {
  window_id: "window", window_ids: "window", session_id: "session", session_ids: "session", parent_session_id: "session",
  incident_id: "incident", finding_id: "finding", finding_ids: "finding", rfc_id: "rfc", rfc_ids: "rfc",
  event_id: "event", event_ids: "event", undone_by_event_id: "event", actor: "actor", actors: "actor", source_object: "object",
};
const TABLES = ["mode_windows", "incidents", "findings", "destructive_actions", "mode_sessions", "rfcs", "timeline", "actors", "evidence"];

for (const [what, folder, tables] of [["the demo", out, TABLES], ["the demo with events", analyze(DEMO, "--events", "kept", "--format", "html", "--format", "csv"), [...TABLES, "events"]]]) {
  test(`every id of every table of ${what}, and every link of those stories, leads to a story that says something`, async () => {
    const { page, sound } = await openReport(browser, folder);
    const todo = new Set(await page.locator("main a").evaluateAll((all) => all.map((one) => one.hash).filter((hash) => /^#[a-z]+\//.test(hash) && !hash.startsWith("#table/"))));
    for (const table of tables) {
      for (const row of rowsOf(folder, table)) {
        for (const [column, kind] of Object.entries(LINKED)) for (const id of (row[column] ?? "").split(";")) if (id) todo.add(`#${kind}/${encodeURIComponent(id)}`);
      }
    }
    const kinds = new Set();
    // What is added while it is walked is walked too.
    for (const hash of todo) {
      await story(page, hash);
      const { notice, leads, links } = await page.evaluate(() => ({
        notice: document.querySelector("#story .notice")?.textContent ?? "",
        leads: [...document.querySelectorAll(".story-lead p")].map((one) => one.textContent),
        links: [...document.querySelectorAll("#story a")].map((one) => one.getAttribute("href")),
      }));
      assert.equal(notice, "", hash);
      assert.ok(leads.length > 0 && leads.every((text) => text.length > 20), `${hash}: ${leads}`);
      assert.doesNotMatch(leads.join(" "), /undefined|null|NaN|\[object|\b0 calls succeeded/, hash);
      for (const link of links) if (/^#(window|session|incident|finding|rfc|event|actor|object)\//.test(link)) todo.add(link);
      kinds.add(hash.slice(1, hash.indexOf("/")));
    }
    assert.deepEqual([...kinds].sort(), ["actor", "event", "finding", "incident", "object", "rfc", "session", "window"]);
    await sound();
  });
}

test("an event and an actor that no row of their own tells have a story from what names them", async () => {
  const { page } = await openReport(browser, out);
  const destructive = new Set(rowsOf(out, "destructive_actions").map((row) => row.event_id));
  const entry = rowsOf(out, "timeline").find((row) => row.event_id && !destructive.has(row.event_id) && row.kind === "rfc_created");
  await story(page, `#event/${entry.event_id}`);
  const lead = await page.locator(".story-lead").textContent();
  for (const said of [entry.summary, entry.time.slice(0, 10), `record ${entry.source_record}`]) assert.ok(lead.includes(said), `${said} in ${lead}`);
  const busy = new Set(rowsOf(out, "timeline").map((row) => row.actor));
  const quiet = rowsOf(out, "actors").filter((row) => row.actor && !busy.has(row.actor)).map((row) => row.actor);
  assert.ok(quiet.length > 0);
  for (const actor of new Set(quiet)) {
    await story(page, `#actor/${encodeURIComponent(actor)}`);
    const text = await page.locator(".story-lead").textContent();
    for (const row of rowsOf(out, "actors").filter((one) => one.actor === actor)) {
      for (const said of [row.account_id, row.first_seen.slice(0, 10), `${row.writes} write`]) assert.ok(text.includes(said), `${actor}: ${said} in ${text}`);
    }
  }
});

const WAYS = { irreversible: "is irreversible", recoverable: "can be recovered", recoverable_until: "can be recovered until", rebuildable: "can be made again", reversible: "can be reversed", unknown: "is not known" };
const OUTCOMES = { denied: "it was denied", failed: "it failed", dry_run: "it was a dry run" };

test("each entry of a call says who, what, the thing, where, the effect and the way back", async () => {
  for (const folder of [out, sample("undone"), sample("weekend-wipe")]) {
    const { page, sound } = await openReport(browser, folder);
    for (const row of rowsOf(folder, "destructive_actions").filter((one) => one.event_id)) {
      await story(page, `#event/${row.event_id}`);
      const entry = page.locator(".entry.destructive_action", { hasText: row.event_name }).first();
      const text = await entry.locator(".entry-text").textContent();
      const wanted = [row.actor || "somebody unknown", row.event_name, row.resources.split(";")[0], row.account_id];
      if (row.outcome === "succeeded") wanted.push(WAYS[row.reversibility], row.recovery, row.undone_at ? "It was undone at" : "");
      else wanted.push(OUTCOMES[row.outcome], "nothing was destroyed");
      for (const said of wanted) assert.ok(text.includes(said), `${row.event_id}: ${said} in ${text}`);
      assert.ok((await entry.locator(".entry-place").textContent()).includes(`record ${row.source_record}`));
    }
    await sound();
  }
});

test("each entry names its actor, and a finding its claim", async () => {
  const { page } = await openReport(browser, out);
  const findings = new Map(rowsOf(out, "findings").map((row) => [row.finding_id, row]));
  for (const window of rowsOf(out, "mode_windows")) {
    await story(page, `#window/${window.window_id}`);
    const text = await page.locator(".entries").textContent();
    for (const row of rowsOf(out, "timeline").filter((one) => one.window_id === window.window_id)) {
      if (row.actor) assert.ok(text.includes(row.actor), `${row.kind}: ${row.actor}`);
      if (row.finding_id) assert.ok(text.replace(/\s+/g, " ").includes(findings.get(row.finding_id).summary), row.finding_id);
    }
    const lead = await page.locator(".story-lead").textContent();
    assert.ok(lead.includes(`record ${window.source_record}`) && lead.includes(window.account_id));
  }
  assert.doesNotMatch(await page.locator("#story").textContent(), /\brole_created\b.*unauthorized\.|Rfc /);
});

test("a window that may have been open before says so in plain words", async () => {
  const folder = sample("role-creation-not-logged");
  const { page } = await openReport(browser, folder);
  const window = rowsOf(folder, "mode_windows").find((row) => row.opened_bound === "at_or_before");
  await story(page, `#window/${window.window_id}`);
  const lead = await page.locator(".story-lead").textContent();
  assert.match(lead, new RegExp(`was open in account ${window.account_id} by ${window.opened_at.slice(0, 10)} .*perhaps earlier`));
});

test("incidents and actors say which record they rest on, and what to do before a deadline", async () => {
  const { page } = await openReport(browser, out);
  const calls = rowsOf(out, "destructive_actions");
  let deadlines = 0;
  for (const row of rowsOf(out, "incidents")) {
    await story(page, `#incident/${row.incident_id}`);
    const lead = await page.locator(".story-lead").textContent();
    assert.match(lead, /record \d+|no record: an absence/, row.incident_id);
    for (const said of [row.account_id, row.actor]) assert.ok(lead.includes(said), `${said} in ${lead}`);
    assert.doesNotMatch(lead, /\b0 (irreversible|recoverable|attempts)/);
    if (!row.next_deadline) continue;
    deadlines += 1;
    const call = calls.find((one) => one.recoverable_until === row.next_deadline && one.actor === row.actor);
    for (const said of ["Act before", call.recovery, call.event_name, call.resources.split(";")[0], `record ${call.source_record}`]) assert.ok(lead.includes(said), `${said} in ${lead}`);
  }
  assert.ok(deadlines > 0);
  for (const actor of new Set(calls.map((row) => row.actor).filter(Boolean))) {
    await story(page, `#actor/${encodeURIComponent(actor)}`);
    assert.match(await page.locator(".story-lead").textContent(), /record \d+/, actor);
  }
});

// The boxes and links of the lineage that is shown.
const drawn = (page) => page.evaluate(() => ({
  links: [...document.querySelectorAll(".lineage .link")].map((one) => ({ from: one.dataset.from, to: one.dataset.to, kind: one.classList[1] })),
  boxes: Object.fromEntries([...document.querySelectorAll(".lineage .node")].map((one) => [one.dataset.key, { kind: one.classList[1], title: one.querySelector("title").textContent, texts: [...one.querySelectorAll("text")].map((text) => text.textContent) }])),
}));

test("a resource leads back to one action, and that to the session that made the call, as surely as the row says", async () => {
  const folder = sample("lineage-workloads");
  const { page, sound } = await openReport(browser, folder);
  const [incident] = rowsOf(folder, "incidents");
  await story(page, `#incident/${incident.incident_id}`);
  const { links, boxes } = await drawn(page);
  const rows = rowsOf(folder, "destructive_actions").filter((row) => row.actor === incident.actor && row.account_id === incident.account_id);
  assert.ok(new Set(rows.map((row) => row.session_id)).size > 10 && new Set(rows.map((row) => row.link_confidence)).size > 1);
  for (const row of rows) {
    const [thing] = Object.keys(boxes).filter((key) => boxes[key].kind === "resource" && boxes[key].title === row.resources);
    const made = links.filter((one) => one.to === thing);
    assert.equal(made.length, 1, `${row.resources} was taken by one action`);
    const by = links.filter((one) => one.to === made[0].from);
    assert.deepEqual(by.map((one) => [one.from, one.kind]), [[`session ${row.session_id}`, row.link_confidence]], row.resources);
  }
  await sound();
});

test("people in one window keep their own actions, and a path its first parts", async () => {
  const { page } = await openReport(browser, out);
  for (const window of rowsOf(out, "mode_windows")) {
    const rows = rowsOf(out, "destructive_actions").filter((row) => row.window_id === window.window_id);
    if (!rows.length) continue;
    await story(page, `#window/${window.window_id}`);
    const { links, boxes } = await drawn(page);
    for (const key of Object.keys(boxes).filter((one) => boxes[one].kind === "action")) {
      assert.equal(new Set(links.filter((one) => one.to === key).map((one) => one.from)).size, 1, key);
    }
    for (const row of rows.filter((one) => one.resources.startsWith("/"))) {
      const box = Object.values(boxes).find((one) => one.title === row.resources.split(";")[0]);
      assert.equal(box.texts.slice(0, -1).join(""), row.resources.split(";")[0]);
      assert.equal(box.texts.at(-1), row.resource_type);
    }
  }
  assert.ok(rowsOf(out, "destructive_actions").some((row) => row.resources === "/billing/audit" && row.window_id));
});

test("a lineage of five columns fits a screen of 1440, and nothing in it is cut", async () => {
  for (const name of ["role-chain", "lineage-workloads"]) {
    const folder = sample(name);
    const { page } = await openReport(browser, folder);
    for (const incident of rowsOf(folder, "incidents").slice(0, 3)) {
      await story(page, `#incident/${incident.incident_id}`);
      const { boxes } = await drawn(page);
      for (const { texts } of Object.values(boxes)) for (const text of texts) assert.ok(!text.includes("…"), text);
      const [room, wide] = await page.locator(".lineage-box").evaluate((box) => [box.clientWidth, box.scrollWidth]);
      assert.ok(wide <= room, `${wide} in ${room}`);
    }
    const columns = await page.goto(`${page.url().split("#")[0]}#incident/${rowsOf(folder, "incidents")[0].incident_id}`).then(() => page.locator(".lineage-head").count());
    assert.equal(columns, 5, name);
  }
});
