// A browser with the report open, and a guard that notes whatever a report must
// never do: run a script of the evidence, ask, fetch, break its own policy.
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

// Chromium as Debian installs it, or wherever the caller says it is.
const BROWSER = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((file) => fs.existsSync(file));

export async function browse() {
  assert.ok(BROWSER, "Chromium is installed, or CHROMIUM names it");
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), "devtrail-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: BROWSER, headless: true, args: FLAGS, viewport: { width: 1440, height: 900 }, acceptDownloads: true,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  return {
    context,
    async close() {
      await context.close();
      fs.rmSync(profile, { recursive: true, force: true });
    },
  };
}

// Opens the report of a folder; `faults` fills while it is used.
export async function openReport(browser, out, hash = "") {
  const page = await browser.context.newPage();
  const file = pathToFileURL(path.join(out, "report.html")).href;
  const faults = [];
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("pageerror", (error) => faults.push(`error: ${error.stack}`));
  page.on("console", (message) => message.type() !== "log" && faults.push(`console ${message.type()}: ${message.text()}`));
  page.on("popup", () => faults.push("a window was opened"));
  page.on("request", (request) => {
    const address = request.url().split("#")[0];
    if (address !== file && !address.startsWith("blob:")) faults.push(`request: ${request.url().slice(0, 200)}`);
  });
  page.on("framenavigated", (frame) => {
    if (frame !== page.mainFrame() || frame.url().split("#")[0] !== file) faults.push(`went to ${frame.url().slice(0, 200)}`);
  });
  await page.addInitScript(() => {
    globalThis.broken = [];
    document.addEventListener("securitypolicyviolation", (event) => globalThis.broken.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
  });
  await page.goto(file + hash, { waitUntil: "commit" });
  await page.waitForFunction(() => document.documentElement.dataset.ready, null, { timeout: 60000 });
  const notice = await page.evaluate(() => document.querySelector("[role=alert]")?.textContent ?? "");
  assert.equal(await page.evaluate(() => document.documentElement.dataset.ready), "true", [notice, ...faults].join("\n"));
  return {
    page,
    faults,
    async sound() {
      assert.deepEqual(faults, []);
      assert.deepEqual(await page.evaluate(() => globalThis.broken), []);
      assert.equal(await page.evaluate(() => globalThis.pwned ?? {}.pwned ?? null), null, "no script of the evidence ran");
      assert.equal(await page.locator("iframe, object, embed, base, img, form").count(), 0);
    },
  };
}

// What the table section says of its rows, once it says so.
export async function rowsTold(page, pattern) {
  const status = page.locator(".table-status");
  await page.waitForFunction((wanted) => new RegExp(wanted).test(document.querySelector(".table-status").textContent), pattern.source, { timeout: 30000 });
  return status.textContent();
}
