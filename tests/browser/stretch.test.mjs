// What a chosen stretch of time does to all that is below the picture, and who
// can be chosen for the heat map of activity.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { DEMO, analyze, rowsOf } from "./dumps.mjs";
import { browse, openReport, rowsTold } from "./page.mjs";

const out = analyze(DEMO);
let browser;
before(async () => { browser = await browse(); });
after(() => browser.close());

async function choose(page, from, to) {
  await page.fill("#range-from", from);
  await page.fill("#range-to", to);
  await page.keyboard.press("Tab");
  await page.locator(".range-note").waitFor();
}

test("the list of incidents holds those of the stretch, also such as were not in it before", async () => {
  const { page, sound } = await openReport(browser, out, "#table/incidents");
  const all = rowsOf(out, "incidents");
  const hashes = () => page.locator("#incidents li:visible a").evaluateAll((list) => list.map((one) => one.hash));
  const [first, more] = [await hashes(), await page.locator("#incidents > .none").textContent()];
  assert.ok(first.length < all.length, "not all fit the list");
  const left = all.filter((row) => !first.includes(`#incident/${row.incident_id}`));
  for (const { started_at: from, ended_at: to } of left) {
    const until = new Date(Date.parse(to) + 1000).toISOString().replace(".000Z", "Z");
    await choose(page, from, until);
    const inside = all.filter((row) => row.started_at <= until && row.ended_at >= from);
    await rowsTold(page, new RegExp(`^${inside.length} of ${all.length} rows between`));
    const shown = await hashes();
    assert.deepEqual([...shown].sort(), inside.map((row) => `#incident/${row.incident_id}`).sort(), from);
    const note = await page.locator("#incidents > .none").textContent();
    assert.ok(!note.includes("more") && note.includes("stretch chosen"), note);
    for (const row of inside) assert.ok((await page.locator("#incidents").textContent()).includes(row.summary), row.summary);
  }
  // More than the list takes: the rest is counted.
  await choose(page, all[0].started_at, all[all.length - 2].started_at);
  const told = Number((await rowsTold(page, /^\d+ of \d+ rows between/)).split(" ")[0]);
  assert.ok(told > first.length, `${told} incidents`);
  assert.equal((await hashes()).length, first.length);
  assert.ok((await page.locator("#incidents > .none").textContent()).startsWith(`${told - first.length} more of the stretch`));
  // None at all is said.
  await choose(page, "2019-01-01", "2019-01-02");
  assert.deepEqual(await hashes(), []);
  assert.ok((await page.locator("#incidents > .none").textContent()).startsWith("No incident in the stretch"));
  await page.getByRole("button", { name: "Show all times" }).click();
  assert.deepEqual(await hashes(), first);
  assert.equal(await page.locator("#incidents > .none").textContent(), more);
  await sound();
});

test("days outside the stretch step back in the heat map of coverage", async () => {
  const { page } = await openReport(browser, out);
  const days = [...new Set(rowsOf(out, "coverage").map((row) => row.day))].sort();
  const accounts = new Set(rowsOf(out, "coverage").map((row) => row.account_id)).size;
  const pale = () => page.locator(".heat-map.days td.outside").count();
  assert.equal(await pale(), 0);
  await choose(page, `${days[2]}T06:00:00Z`, `${days[4]}T06:00:00Z`);
  assert.equal(await pale(), (days.length - 3) * accounts);
  const inside = await page.locator(".heat-map.days td:not(.outside)").evaluateAll((all) => [...new Set(all.map((one) => one.title.slice(0, 10)))]);
  assert.deepEqual(inside, days.slice(2, 5));
  assert.ok((await page.locator(".heat-map.days caption").textContent()).includes("outside the stretch chosen"));
  await page.getByRole("button", { name: "Show all times" }).click();
  assert.equal(await pale(), 0);
});

test("every actor that was read can be chosen, those with destructive calls first", async () => {
  const { page, sound } = await openReport(browser, out);
  const actors = rowsOf(out, "actors");
  const names = new Set(actors.map((row) => row.actor).filter(Boolean));
  const offered = await page.locator("#heat-actors option").evaluateAll((all) => all.map((one) => one.value));
  for (const name of names) assert.ok(offered.includes(name), name);
  const destructive = new Set(rowsOf(out, "destructive_actions").map((row) => row.actor).filter(Boolean));
  assert.deepEqual(new Set(offered.slice(0, destructive.size)), destructive);
  const idle = [...names].filter((name) => !destructive.has(name));
  assert.ok(idle.length > 5);
  const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  for (const name of idle.slice(0, 6)) {
    await page.fill("#heat-actor", name);
    await page.waitForFunction((wanted) => document.querySelector(".heat-map.hours caption").textContent.includes(wanted), name);
    const wanted = new Set(actors.filter((row) => row.actor === name).flatMap((row) => row.hours_of_week.split(";")));
    const marked = await page.locator(".heat-map.hours tbody tr").evaluateAll((rows) => rows.flatMap((row, day) => [...row.querySelectorAll("td")].flatMap((cell, hour) => (cell.textContent ? [[day, hour]] : []))));
    assert.deepEqual(new Set(marked.map(([day, hour]) => `${DAYS[day]} ${String(hour).padStart(2, "0")}`)), wanted, name);
  }
  const [busy] = destructive;
  await page.fill("#heat-actor", busy);
  await page.selectOption("#heat-counted", "1");
  const calls = rowsOf(out, "destructive_actions").filter((row) => row.actor === busy).length;
  await page.waitForFunction((wanted) => document.querySelector(".heat-map.hours caption").textContent.startsWith(wanted), `${calls} destructive calls, attempts included of ${busy}`);
  await page.fill("#heat-actor", "");
  const all = rowsOf(out, "destructive_actions").length;
  await page.waitForFunction((wanted) => document.querySelector(".heat-map.hours caption").textContent.startsWith(wanted), `${all} destructive calls, attempts included, by`);
  await sound();
});
