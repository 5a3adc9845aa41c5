// The picture of the report in the README: made by `npm run picture` from the
// demo, with the text that it shows inside it, so that a test can hold that text
// against the report of today. Run as a program it writes the picture.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";

import { DEMO, PROJECT, analyze } from "./dumps.mjs";
import { browse, openReport } from "./page.mjs";

export const PICTURE = path.join(PROJECT, "docs/report.png");
const SIZE = { width: 1440, height: 1230 };
const KEYWORD = "Shown";

// The texts of the head, in their order: what it shows further down depends on
// the fonts of the machine.
export async function shownTexts(page) {
  return page.evaluate(() => {
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode.textContent.replace(/\s+/g, " ").trim();
      const parent = walker.currentNode.parentElement;
      if (text && parent.closest(".bar, #overview") && parent.checkVisibility()) texts.push(text);
    }
    return texts.join("\n");
  });
}

export async function openForPicture(browser) {
  const opened = await openReport(browser, analyze(DEMO));
  await opened.page.setViewportSize(SIZE);
  await opened.page.emulateMedia({ colorScheme: "light" });
  await opened.page.waitForTimeout(400);
  return opened;
}

function crc(bytes) {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  }
  return (rest ^ 0xffffffff) >>> 0;
}

// The picture with a piece of text after its head.
function withText(png, text) {
  const body = Buffer.concat([Buffer.from(`zTXt${KEYWORD}\0\0`, "latin1"), zlib.deflateSync(Buffer.from(text, "utf8"), { level: 9 })]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc(body), body.length + 4);
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
}

// The text inside a picture.
export function textOf(png) {
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const mark = `zTXt${KEYWORD}\0\0`;
    if (png.subarray(at + 4, at + 4 + mark.length).toString("latin1") === mark) return zlib.inflateSync(png.subarray(at + 4 + mark.length, at + 8 + png.readUInt32BE(at))).toString("utf8");
  }
  return null;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const browser = await browse();
  const { page } = await openForPicture(browser);
  fs.writeFileSync(PICTURE, withText(await page.screenshot(), await shownTexts(page)));
  await browser.close();
}
