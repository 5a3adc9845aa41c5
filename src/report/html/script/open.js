// The rule by which text may become markup: it may not. Libraries hand the
// browser plain text, or one of the fixed pieces below; whatever else they
// hand it is shown as text. The page's own script never asks.
const PIECES = new Set(["", "&nbsp;", "&vellip;", "<div class='tabulator-arrow'></div>"]);

function asText(text) {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

if (globalThis.trustedTypes) {
  globalThis.trustedTypes.createPolicy("default", {
    createHTML: (text) => (PIECES.has(text) ? text : asText(text)),
  });
}
