// Tables of structured values: rows that come and go, hours drawn as they are typed, JSON for those who want it.
function blank(row) {
  const copy = row.cloneNode(true);
  for (const held of copy.querySelectorAll("input, textarea")) held.value = "";
  for (const held of copy.querySelectorAll("select")) held.selectedIndex = 0;
  return copy;
}

function addRow(box) {
  const rows = box.querySelectorAll("[data-rows] tbody > tr, [data-card]");
  const last = rows[rows.length - 1];
  const fresh = blank(last);
  last.after(fresh);
  septet.shaped(fresh);
  return fresh;
}

// Only what can be chosen for the kind of a field is asked for.
function fit(card) {
  const sort = card.querySelector("[data-sort]")?.value;
  for (const one of card.querySelectorAll("[data-for]")) one.hidden = !one.dataset.for.split(" ").includes(sort);
}

// The bar of a day follows what is typed.
const TIME = /^(\d{1,2})(?:[:.h]?(\d{2}))?$/;
const hours = (text) => {
  const found = TIME.exec(text.trim());
  return found ? Number(found[1]) + Number(found[2] || 0) / 60 : NaN;
};
function draw(input) {
  const bar = input.closest("tr").querySelector("svg.hours");
  if (!bar) return;
  for (const old of bar.querySelectorAll("rect:not(.day)")) old.remove();
  for (const part of input.value.split(",")) {
    const [from, to] = part.split(/[-–—]/).map(hours);
    if (Number.isNaN(from + to)) continue;
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    rect.setAttribute("x", from);
    rect.setAttribute("width", Math.max(0, (to > from ? to : 24) - from));
    rect.setAttribute("height", 1);
    bar.append(rect);
  }
}

septet.shaped = (root) => {
  for (const button of root.querySelectorAll("[data-row-off], [data-row-add], [data-copy-down]")) button.hidden = false;
  for (const card of root.matches?.("[data-card]") ? [root] : root.querySelectorAll("[data-card]")) fit(card);
};
// A draft may have more rows than the form has.
septet.rowsFor = (form, name, wanted) => {
  const box = form.querySelector(`[name="${CSS.escape(name)}"]`)?.closest(".shaped-table");
  while (box && form.querySelectorAll(`[name="${CSS.escape(name)}"]`).length < wanted) addRow(box);
};

document.addEventListener("click", (event) => {
  const add = event.target.closest("[data-row-add]");
  const off = event.target.closest("[data-row-off]");
  const down = event.target.closest("[data-copy-down]");
  if (add) addRow(add.closest(".shaped-table")).querySelector("input:not([type=hidden]), select").focus();
  if (off) {
    const row = off.closest("tr, [data-card]");
    const beside = row.previousElementSibling || row.nextElementSibling;
    const form = row.closest("form");
    if (beside) row.remove();
    else row.replaceWith(blank(row));
    beside?.querySelector("input:not([type=hidden])")?.focus();
    form.dispatchEvent(new Event("change"));
  }
  if (down) {
    const row = down.closest("tr");
    const next = row.nextElementSibling.querySelector("input");
    next.value = row.querySelector("input").value;
    next.dispatchEvent(new Event("input", { bubbles: true }));
    (row.nextElementSibling.querySelector("[data-copy-down]") || next).focus();
  }
});
document.addEventListener("change", (event) => {
  const card = event.target.closest?.("[data-card]");
  if (card) fit(card);
});
document.addEventListener("input", (event) => {
  if (event.target.closest?.("[data-weekly]")) draw(event.target);
});
// The JSON stands in its place when it is asked for, and does not count when it is folded away again.
document.addEventListener("toggle", (event) => {
  const raw = event.target;
  if (!raw.matches?.("details[data-raw]") || !raw.dataset.raw) return;
  raw.querySelector("textarea").value = raw.open ? raw.dataset.raw : "";
  const table = raw.parentNode.querySelector(".shaped-table");
  if (table) table.hidden = raw.open;
}, true);
septet.shaped(document);
document.addEventListener("septet:shown", (event) => septet.shaped(event.detail));
