// Elements, made one by one: text only ever becomes a text node.

// Makes an element. Properties: `class`, `text`, `on` (listeners), `data`; all
// others are attributes; null, undefined and false leave one out.
function el(name, properties = {}, ...children) {
  return fill(document.createElement(name), properties, children);
}

function svg(name, properties = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), properties, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

function button(text, act, properties = {}) {
  return el("button", { type: "button", text, on: { click: act }, ...properties });
}

const NUMBERS = new Intl.NumberFormat("en-US");

function grouped(number) {
  return NUMBERS.format(number);
}

function counted(number, noun) {
  return `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;
}

// The same in a sentence, where nothing is "no".
function some(number, noun) {
  return number ? counted(number, noun) : `no ${noun}`;
}

// A time in milliseconds as the tables spell it; without a time, nothing.
function iso(ms) {
  if (ms === null || !Number.isFinite(ms)) return "";
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().replace(".000Z", "Z");
}

// The same for a person's eye.
function spoken(ms) {
  return iso(ms).replace("T", " ").replace("Z", " UTC");
}

// A word of a table for a person's eye: mode_windows is Mode windows.
function title(word) {
  const words = word.replaceAll("_", " ");
  if (words === "rfcs") return "RFCs";
  if (words.startsWith("rfc ")) return `RFC ${words.slice(4)}`;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

// Times within the texts of an element, made one piece, so that no line breaks in them.
function keepTimes(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const { currentNode: node } = walker;
    if (/\d{4}-\d\d-\d\d/.test(node.data) && node.parentElement.namespaceURI.endsWith("xhtml") && !node.parentElement.closest("time, option, code, .tabulator")) found.push(node);
  }
  for (const node of found) {
    const parts = node.data.split(/(\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z| UTC)?)?(?![\w-]))/);
    node.replaceWith(...parts.map((part, at) => (at % 2 ? el("time", { text: part }) : part)).filter(Boolean));
  }
}

function shorter(text, chars) {
  const letters = Array.from(text.slice(0, chars * 2 + 2));
  return letters.length > chars ? `${letters.slice(0, chars).join("")}…` : text;
}

// What assistive technology is told, and what is shown for a moment.
let noticeTimer = 0;
function notify(text) {
  const place = document.getElementById("notice");
  place.textContent = text;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => { place.textContent = ""; }, 6000);
}

async function copyText(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea", { class: "off", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  notify(`${what} copied`);
}

function saveText(text, name, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
