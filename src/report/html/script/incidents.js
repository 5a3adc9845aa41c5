// The list of incidents follows the stretch chosen: it is drawn anew from the
// rows of the table, the most urgent first, as the page was written.
function filterIncidents() {
  const list = document.querySelector("#incidents .incidents");
  if (!list) return;
  const table = TABLES.get("incidents");
  const span = spanOf(table);
  const most = list.childElementCount;
  const more = document.querySelector("#incidents .incidents ~ .none") ?? el("p", { class: "none", hidden: true });
  if (!more.isConnected) list.after(more);
  const written = { items: [...list.children], more: [...more.childNodes], hidden: more.hidden };
  onRange(() => {
    if (!hasRange()) {
      list.replaceChildren(...written.items);
      more.replaceChildren(...written.more);
      more.hidden = written.hidden;
      return;
    }
    const rows = META.urgency.filter((row) => row < table.held && inRange(span(row)));
    list.replaceChildren(...rows.slice(0, most).map((row) => incidentItem(table, row)));
    tellIncidents(more, rows.length, list.childElementCount, table.rows);
  });
}

// What is not in the list, and that the stretch left some out.
function tellIncidents(more, found, shown, all) {
  more.hidden = false;
  if (!found) more.replaceChildren(`No incident in the stretch chosen, of ${grouped(all)}.`);
  else if (found > shown) more.replaceChildren(`${grouped(found - shown)} more of the stretch chosen in the `, el("a", { href: "#table/incidents", text: "table of incidents" }), ".");
  else more.replaceChildren(`${found === 1 ? "The only incident" : `All ${grouped(found)} incidents`} of the stretch chosen, of ${grouped(all)}.`);
}

function incidentItem(table, row) {
  const when = el("span", { class: "when" }, el("time", { text: table.text("started_at", row) }));
  if (table.ms("next_deadline", row) !== null) when.append(" · ", el("strong", {}, "act by ", el("time", { text: table.text("next_deadline", row) })));
  return el("li", {}, tag("severity", table.text("severity", row)), " ", el("a", { href: storyHref("incident", table.text("incident_id", row)), text: table.text("summary", row) }), " ", when);
}
