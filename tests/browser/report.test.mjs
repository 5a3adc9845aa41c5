// The report of the demo, as a reader uses it.
import assert from "node:assert/strict";
import fs from "node:fs";
import { after, before, test } from "node:test";

import { DEMO, PROJECT, analyze, gappyDump, parseCsv, rowsOf, summaryOf } from "./dumps.mjs";
import { browse, openReport, rowsTold } from "./page.mjs";

const CASE = "Case 7: the <b>weekend</b> \"wipe\"";
const out = analyze(DEMO, "--case-name", CASE);
const summary = summaryOf(out);
let browser;
before(async () => { browser = await browse(); });
after(() => browser.close());

// The incidents that the list of the page names, in its order.
const listed = (page) => page.locator("#incidents li:visible a").evaluateAll((all) => all.map((one) => one.hash));

const number = (text) => Number(text.replaceAll(",", ""));

test("the first screen says what summary.json says, without scrolling", async () => {
  const { page, sound } = await openReport(browser, out);
  for (const element of await page.locator("[data-number]").all()) {
    const [part, key] = (await element.getAttribute("data-number")).split("/");
    assert.equal(number(await element.textContent()), summary[part][key], `${part}/${key}`);
  }
  assert.equal(await page.locator("#coverage-sentence").textContent(), summary.coverage.sentence);
  const first = await page.locator(".answer").evaluateAll((all) => all.map((one) => [one.querySelector("h2").textContent, one.getBoundingClientRect().bottom]));
  assert.deepEqual(first.map(([head]) => head), ["Mode windows", "Act before", "Findings", "Not covered"]);
  for (const [head, bottom] of first) assert.ok(bottom <= 900, `${head} ends at ${bottom}`);
  const text = await page.locator("#overview").textContent();
  for (const said of [summary.mode_windows.sentence, summary.destructive_actions.sentence, summary.deadlines_sentence, summary.act_before.recoverable_until, ...summary.coverage.not_covered]) {
    assert.ok(text.includes(said), said);
  }
  const windows = await page.locator("[aria-labelledby=open-head] .list > li").allTextContents();
  for (const window of rowsOf(out, "mode_windows")) {
    const told = windows.find((one) => one.includes(window.account_id) && one.includes(window.opened_at));
    assert.ok(told, window.window_id);
    for (const said of [window.closed_at || "no end seen", window.authorization, ...window.actors.split(";")]) assert.ok(told.includes(said), `${said}: ${told}`);
  }
  assert.ok((await page.locator(".brand").textContent()).includes(CASE), "the case is named, as text");
  assert.equal(await page.locator(".brand b").count(), 0);
  await sound();
});

test("every table is there with all its rows and columns", async () => {
  const { page, sound } = await openReport(browser, out);
  const names = await page.locator(".table-list a").evaluateAll((all) => all.map((one) => one.dataset.table));
  assert.deepEqual(new Set(names), new Set(Object.keys(summary.tables)));
  for (const name of names) {
    await page.goto(`${page.url().split("#")[0]}#table/${name}`);
    await rowsTold(page, new RegExp(`^${summary.tables[name].toLocaleString("en-US")} rows?`));
    await page.locator(".columns-menu summary").click();
    const head = fs.readFileSync(`${out}/tables/${name}.csv`, "utf8").split("\n", 1)[0].split(",");
    const choices = await page.locator(".chooser label").evaluateAll((all) => all.map((one) => one.textContent.trim()));
    assert.deepEqual(new Set(choices), new Set(head), name);
    await page.locator(".columns-menu summary").click();
  }
  await sound();
});

test("search, a column's filter, sorting, choosing columns, copying and saving what is seen", async () => {
  const { page, sound } = await openReport(browser, out, "#table/destructive_actions");
  const all = rowsOf(out, "destructive_actions");
  await rowsTold(page, new RegExp(`^${all.length} rows`));
  await page.fill("#table-search", "delete 444455556666");
  const has = (row, word) => Object.values(row).some((cell) => cell.toLowerCase().includes(word));
  const wanted = all.filter((row) => has(row, "delete") && has(row, "444455556666"));
  assert.ok(wanted.length > 0 && wanted.length < all.length);
  await rowsTold(page, new RegExp(`^${wanted.length} of ${all.length} rows`));
  await page.fill("#table-search", "");
  await page.getByLabel("Filter Destructive actions by outcome").fill("succeeded");
  const done = all.filter((row) => row.outcome === "succeeded");
  await rowsTold(page, new RegExp(`^${done.length} of ${all.length} rows`));
  await page.locator(".columns-menu summary").click();
  await page.getByRole("checkbox", { name: "user_agent" }).check();
  await page.locator(".columns-menu summary").click();
  await page.locator(".tabulator-col[tabulator-field=event_time] .head-name").click();
  await page.locator(".tabulator-col[tabulator-field=event_time] .head-name").click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByText("Download what I see").click()]);
  const [head, ...lines] = parseCsv(fs.readFileSync(await download.path(), "utf8"));
  assert.ok(head.includes("user_agent") && head.includes("event_time"));
  const column = (name) => lines.map((cells) => cells[head.indexOf(name)]);
  assert.deepEqual(column("event_time"), done.map((row) => row.event_time).sort().reverse());
  for (const name of ["event_name", "resources", "user_agent", "source_record"]) {
    assert.deepEqual([...column(name)].sort(), done.map((row) => row[name]).sort(), name);
  }
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  await page.waitForFunction(() => document.getElementById("notice").textContent.includes("copied"));
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied.split("\n").length, done.length + 1);
  await sound();
});

test("a number is compared, a time too", async () => {
  const { page } = await openReport(browser, out, "#table/evidence");
  const all = rowsOf(out, "evidence");
  await page.getByLabel("Filter Evidence by records").fill("> 10");
  await rowsTold(page, new RegExp(`^${all.filter((row) => Number(row.records) > 10).length} of `));
  await page.getByLabel("Filter Evidence by records").fill("");
  await page.getByLabel("Filter Evidence by first_event_time").fill(">= 2026-01-18");
  await rowsTold(page, new RegExp(`^${all.filter((row) => row.first_event_time >= "2026-01-18").length} of `));
});

test("the picture draws open ends, uncertain starts and gaps as what they are", async () => {
  const gappy = analyze(gappyDump("2026/01/16", "2026/01/17"));
  const { coverage, mode_windows: windows } = summaryOf(gappy);
  assert.ok(coverage.gaps.length > 0 && windows.open > 0);
  const { page, sound } = await openReport(browser, gappy);
  assert.equal(await page.locator(".strips .gap").count(), coverage.gaps.length);
  assert.equal(await page.locator(".part.window rect[fill^='url(#fade-']").count(), windows.open);
  assert.equal(await page.locator(".part.window .edge.unsure").count(), 0);
  for (const { first_day: day } of coverage.gaps) {
    const accounts = new Set(coverage.gaps.filter((one) => one.first_day <= day && day <= one.last_day).map((one) => one.account_id));
    assert.equal(await page.locator(`.heat-map.days td.gap[title^="${day}"]`).count(), accounts.size, day);
  }
  await sound();
  const unseen = analyze(`${PROJECT}/sample-logs/cases/role-creation-not-logged/input`);
  const opened = await openReport(browser, unseen);
  const uncertain = rowsOf(unseen, "mode_windows").filter((row) => row.opened_bound === "at_or_before").length;
  assert.ok(uncertain > 0);
  assert.equal(await opened.page.locator(".part.window path.edge.unsure").count(), uncertain);
});

test("a stretch chosen with the pointer filters everything below, and is taken back", async () => {
  const { page, sound } = await openReport(browser, out, "#timeline");
  const all = rowsOf(out, "destructive_actions");
  const incidents = await listed(page);
  const box = await page.locator(".brush .overlay").boundingBox();
  // Where only the brush lies: marks and bars above it open stories.
  const y = box.y + 3;
  await page.mouse.move(box.x + box.width * 0.45, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, y, { steps: 4 });
  await page.mouse.up();
  await page.locator(".range-note").waitFor();
  const [from, to] = await Promise.all(["#range-from", "#range-to"].map((id) => page.inputValue(id)));
  assert.ok(from < to, `${from} ${to}`);
  const inside = all.filter((row) => row.event_time >= from && row.event_time <= to);
  assert.ok(inside.length > 0 && inside.length < all.length);
  await page.goto(`${page.url().split("#")[0]}#table/destructive_actions`);
  await rowsTold(page, new RegExp(`^${inside.length} of ${all.length} rows between`));
  assert.ok((await page.locator(".heat-map.hours caption").textContent()).startsWith(`${inside.filter((row) => row.outcome === "succeeded").length} destructive actions`));
  await page.goto(`${page.url().split("#")[0]}#table/incidents`);
  const told = await rowsTold(page, /^\d+ of \d+ rows between/);
  const within = await listed(page);
  assert.equal(within.length, Math.min(incidents.length, Number(told.split(" ")[0])), `the list has as many as the table: ${told}`);
  await page.goto(`${page.url().split("#")[0]}#table/destructive_actions`);
  await page.getByRole("button", { name: "Show all times" }).click();
  await rowsTold(page, new RegExp(`^${all.length} rows$`));
  assert.deepEqual(await listed(page), incidents);
  await sound();
});

test("the same by keys alone: a stretch is typed, marks are walked, a story is opened", async () => {
  const { page, sound } = await openReport(browser, out);
  await page.fill("#range-from", "2026-01-18");
  await page.fill("#range-to", "2026-01-19T00:00:00Z");
  await page.keyboard.press("Tab");
  const inside = rowsOf(out, "incidents").filter((row) => row.started_at <= "2026-01-19T00:00:00Z" && row.ended_at >= "2026-01-18T00:00:00Z");
  await rowsTold(page, new RegExp(`^${inside.length} of `));
  await page.keyboard.press("Escape");
  await page.locator('.part[tabindex="0"]').focus();
  const first = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  await page.keyboard.press("ArrowDown");
  const second = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  assert.notEqual(first, second);
  assert.ok((await page.locator("#tip").textContent()).includes(second), "what is focused is told");
  await page.keyboard.press("+");
  await page.locator('.part[tabindex="0"]').focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => !document.getElementById("story").hidden || !document.getElementById("detail").hidden);
  await sound();
});

test("from a destructive action to its story and back", async () => {
  const { page, sound } = await openReport(browser, out, "#table/destructive_actions");
  const action = rowsOf(out, "destructive_actions").find((row) => row.window_id && row.reversibility === "irreversible");
  await page.fill("#table-search", action.event_id);
  await rowsTold(page, /^1 of /);
  await page.locator(".open-row").first().click();
  await page.locator("#detail .to-story").click();
  await page.locator("#story h1").waitFor();
  const story = await page.locator("#story").textContent();
  for (const said of [action.event_name, action.actor, action.source_object, `record ${action.source_record}`, action.reversibility]) assert.ok(story.includes(said), said);
  await page.getByRole("button", { name: "Back" }).click();
  await page.locator(".grid").waitFor();
  await rowsTold(page, /^1 of /);
  assert.equal(await page.locator("#story").isVisible(), false);
  await sound();
});

test("going back leads to the same place and the same link", async () => {
  const { page } = await openReport(browser, out);
  const link = page.locator("#incidents a").nth(3);
  await link.focus();
  const down = await page.evaluate(() => scrollY);
  await page.keyboard.press("Enter");
  await page.locator("#story h1").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "story", "the story is read next");
  await page.goBack();
  await page.locator("#incidents").waitFor();
  await page.waitForFunction((wanted) => Math.abs(scrollY - wanted) < 5, down);
  assert.equal(await page.evaluate(() => document.activeElement.hash), await link.getAttribute("href"));
});

test("every window, incident and actor has a story in order, each sentence with its record", async () => {
  const { page, sound } = await openReport(browser, out);
  const base = page.url().split("#")[0];
  const actors = [...new Set(rowsOf(out, "destructive_actions").map((row) => row.actor))].filter(Boolean);
  const stories = [
    ...rowsOf(out, "mode_windows").map((row) => ["window", row.window_id]),
    ...rowsOf(out, "incidents").map((row) => ["incident", row.incident_id]),
    ...actors.map((actor) => ["actor", actor]),
    ...rowsOf(out, "mode_sessions").map((row) => ["session", row.session_id]),
    ...rowsOf(out, "findings").map((row) => ["finding", row.finding_id]),
    ...rowsOf(out, "rfcs").map((row) => ["rfc", row.rfc_id]),
  ];
  const timeline = rowsOf(out, "timeline");
  for (const [kind, id] of stories) {
    await page.goto(`${base}#${kind}/${encodeURIComponent(id)}`);
    await page.waitForFunction((wanted) => document.querySelector("#story .story-id code")?.textContent === wanted, id);
    const entries = await page.locator(".entry").evaluateAll((all) => all.map((one) => [one.querySelector("time").textContent, one.querySelector(".entry-place").textContent]));
    assert.ok(entries.length > 0 || kind === "session", `${kind} ${id} tells something`);
    const times = entries.map(([time]) => time).filter((time) => time !== "no time");
    assert.deepEqual(times, [...times].sort(), `${kind} ${id} is in order`);
    for (const [, place] of entries) assert.match(place, /record \d+|no record: an absence/, `${kind} ${id}`);
    if (kind === "window") assert.equal(entries.length >= timeline.filter((row) => row.window_id === id).length, true, id);
    if (kind === "incident") {
      const incident = rowsOf(out, "incidents").find((row) => row.incident_id === id);
      const calls = Number(incident.actions) + Number(incident.attempts);
      assert.equal(await page.locator(".entry.destructive_action").count(), calls, `${id} tells its calls`);
      assert.equal(await page.locator(".lineage").count(), calls ? 1 : 0);
    }
  }
  await sound();
});

test("a lineage leads from the person by the sessions to the resource", async () => {
  const chain = analyze(`${PROJECT}/sample-logs/cases/lineage-workloads/input`);
  const { page } = await openReport(browser, chain);
  const chained = rowsOf(chain, "destructive_actions").find((row) => ["chained", "workload"].includes(row.attribution) && row.session_id);
  const sessions = rowsOf(chain, "mode_sessions");
  await page.goto(`${page.url().split("#")[0]}#event/${chained.event_id}`);
  await page.locator(".lineage").waitFor();
  const nodes = await page.locator(".lineage .node title").evaluateAll((all) => all.map((one) => one.textContent));
  const wide = await page.locator(".lineage .node").evaluateAll((all) => all.flatMap((one) => {
    const edge = one.querySelector("rect").getBoundingClientRect().right;
    return [...one.querySelectorAll("text")].filter((text) => text.getBoundingClientRect().right > edge).map((text) => text.textContent);
  }));
  assert.deepEqual(wide, [], "no text leaves its box");
  const session = sessions.find((row) => row.session_id === chained.session_id);
  const parent = sessions.find((row) => row.session_id === session.parent_session_id);
  for (const wanted of [chained.actor, parent.role_name, session.role_name, chained.event_name, chained.resources]) assert.ok(nodes.includes(wanted), `${wanted} in ${nodes}`);
});

test("colours follow the choice and stay chosen", async () => {
  const { page } = await openReport(browser, out);
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.selectOption("#theme", "light");
  const light = await ground();
  await page.selectOption("#theme", "dark");
  assert.notEqual(await ground(), light);
  await page.reload();
  await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  await page.selectOption("#theme", "");
});

test("an address that names nothing says so", async () => {
  const { page, sound } = await openReport(browser, out);
  const base = page.url().split("#")[0];
  for (const hash of ["#window/win-nothing", "#actor/%E0%A4%A", "#table/nothing", "#constructor/x", "#nowhere"]) {
    await page.goto(base + hash);
    await page.waitForTimeout(50);
  }
  await page.goto(`${base}#window/win-nothing`);
  await page.getByText("hold nothing under this id").waitFor();
  await sound();
});

test("without scripts the first screen, the incidents and the appendix are there", async () => {
  const { chromium } = await import("playwright-core");
  const plain = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  const page = await (await plain.newContext({ javaScriptEnabled: false })).newPage();
  await page.goto(`file://${out}/report.html`);
  const text = await page.locator("body").innerText();
  for (const said of [summary.coverage.sentence, summary.mode_windows.sentence, "How far to trust it", summary.incidents[0].summary]) assert.ok(text.includes(said), said);
  await plain.close();
});

test("equal runs give equal pages", () => {
  const again = analyze(DEMO, "--case-name", CASE, "--threads", "1");
  assert.ok(fs.readFileSync(`${out}/report.html`).equals(fs.readFileSync(`${again}/report.html`)));
});
