// Lists: rows by keys, a bar for what is chosen, filters beside their chips, rows that renew themselves.
const page = document.querySelector("[data-list]");
const form = document.getElementById("list-form");
const table = document.getElementById("rows");
const PLACE = `place:${location.pathname}${location.search}`;
const RENEW = 30000;

// A small form that opens beside what asked for it; without a script the link leads to a page of its own.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-popover]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  const answer = await septet.fetch(link.href);
  if (!answer.ok) return;
  let panel = link.closest(".menu-panel");
  if (panel) {
    const before = [...panel.childNodes];
    panel.closest("details").addEventListener("toggle", () => panel.replaceChildren(...before), { once: true });
  } else {
    document.querySelector("details.popover")?.remove();
    const menu = document.createElement("details");
    menu.className = "menu menu-start popover";
    menu.open = true;
    menu.append(document.createElement("summary"));
    panel = document.createElement("div");
    panel.className = "menu-panel";
    menu.append(panel);
    (link.closest(".chip") || link).after(menu);
    menu.addEventListener("toggle", () => { if (!menu.open) menu.remove(); });
    if (menu.getBoundingClientRect().left > innerWidth / 2) menu.classList.remove("menu-start");
  }
  panel.innerHTML = await answer.text();
  document.dispatchEvent(new CustomEvent("septet:shown", { detail: panel }));
  panel.querySelector("input:not([type=hidden]), select")?.focus();
}, true);

// Columns in order: by dragging, or by the buttons at each.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (!button) return;
  const line = button.closest("li");
  const beside = button.dataset.move === "1" ? line.nextElementSibling : line.previousElementSibling;
  if (beside) button.dataset.move === "1" ? beside.after(line) : beside.before(line);
  button.focus();
});
let dragged = null;
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-sortable] > li");
  dragged?.classList.add("dragged");
});
document.addEventListener("dragover", (event) => {
  const over = event.target.closest?.("[data-sortable] > li");
  if (!dragged || !over || over === dragged || over.parentNode !== dragged.parentNode) return;
  event.preventDefault();
  const { top, height } = over.getBoundingClientRect();
  if (event.clientY < top + height / 2) over.before(dragged);
  else over.after(dragged);
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("dragged");
  dragged = null;
});

if (page && form) {
  const boxes = () => [...table.querySelectorAll("td.pick input")];
  const bar = form.querySelector("[data-selection]");
  const whole = bar?.querySelector("input[name=all]");
  let last = null;

  // One box in the heading chooses every row of the page; Shift chooses the rows between two.
  const heading = form.querySelector("th.pick");
  let all = null;
  if (heading) {
    all = document.createElement("input");
    all.type = "checkbox";
    all.setAttribute("aria-label", heading.textContent.trim());
    all.addEventListener("change", () => {
      for (const box of boxes()) box.checked = all.checked;
      count();
    });
    heading.replaceChildren(all);
  }
  function count() {
    const chosen = boxes().filter((box) => box.checked).length;
    bar?.classList.toggle("some", chosen > 0);
    const said = bar?.querySelector("[data-chosen]");
    if (said) said.textContent = whole?.checked ? said.dataset.all : `${chosen} ${said.dataset.chosen}`;
    if (all) {
      all.checked = chosen > 0 && chosen === boxes().length;
      all.indeterminate = chosen > 0 && !all.checked;
    }
  }
  table.addEventListener("click", (event) => {
    const box = event.target.closest("td.pick input");
    if (!box) return;
    const now = boxes();
    if (event.shiftKey && last && now.includes(last)) {
      const [from, to] = [now.indexOf(last), now.indexOf(box)].sort((a, b) => a - b);
      for (const one of now.slice(from, to + 1)) one.checked = box.checked;
    }
    last = box;
    count();
  });
  const clear = bar?.querySelector("[data-clear]");
  if (clear) {
    clear.hidden = false;
    clear.addEventListener("click", () => {
      for (const box of boxes()) box.checked = false;
      whole.checked = false;
      count();
    });
  }
  whole?.addEventListener("change", count);
  count();

  // j and k go from row to row, o opens, x chooses. Where one was is found again on the way back.
  const lines = () => [...table.rows];
  const here = () => table.querySelector("tr.here");
  function go(line, focus = true) {
    here()?.classList.remove("here");
    if (!line) return;
    line.classList.add("here");
    line.scrollIntoView({ block: "nearest" });
    if (focus) line.querySelector("a")?.focus({ preventScroll: true });
  }
  const DO = {
    j: () => go(lines()[Math.min(lines().indexOf(here()) + 1, lines().length - 1)]),
    k: () => go(lines()[Math.max(lines().indexOf(here()) - 1, 0)]),
    o: () => here()?.querySelector("a.title, a")?.click(),
    x: () => {
      const box = (here() || lines()[0])?.querySelector("td.pick input");
      if (box) box.click();
    },
    Escape: () => clear?.click(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (document.documentElement.dataset.keys === "off" || septet.isTyping(event.target) || !DO[event.key]) return;
    DO[event.key]();
    if (event.key !== "Escape") event.preventDefault();
  });
  table.addEventListener("click", (event) => {
    const line = event.target.closest("tr");
    if (event.target.closest("a")) sessionStorage.setItem(PLACE, line.id);
  });
  const place = sessionStorage.getItem(PLACE);
  if (place && document.referrer.includes(`/r/${place}/`)) go(document.getElementById(place));
  sessionStorage.removeItem(PLACE);

  // Rows renew themselves where they stand; when others came or went, the reader is asked first.
  let mark = null;
  async function renew() {
    if (document.hidden || bar?.classList.contains("some") || document.querySelector("dialog[open], details.menu[open]")) return;
    const headers = { "HX-Target": "rows", ...(mark ? { "If-None-Match": mark } : {}) };
    const answer = await septet.fetch(location.href, { headers }).catch(() => null);
    if (!answer || answer.status !== 200) return;
    mark = answer.headers.get("ETag");
    const fresh = document.createElement("tbody");
    fresh.innerHTML = await answer.text();
    const asBefore = [...fresh.rows].map((line) => line.id).join() === lines().map((line) => line.id).join();
    for (const line of fresh.rows) {
      const held = document.getElementById(line.id);
      if (!held || held.dataset.version === line.dataset.version) continue;
      const focused = held.contains(document.activeElement);
      line.classList.add("changed");
      if (held.classList.contains("here")) line.classList.add("here");
      held.replaceWith(line.cloneNode(true));
      if (focused) document.getElementById(line.id).querySelector("a")?.focus({ preventScroll: true });
    }
    if (!asBefore) offer();
  }
  function offer() {
    if (form.querySelector(".fresh")) return;
    const template = document.getElementById("fresh-note");
    const bar = template?.content.firstElementChild.cloneNode(true);
    if (!bar) return;
    bar.querySelector("button").addEventListener("click", () => location.reload());
    table.closest(".scroll").prepend(bar);
  }
  if ("live" in table.dataset) setInterval(renew, RENEW);
}

// What does not fit its cell is told in full under the pointer.
document.addEventListener("pointerover", (event) => {
  const cell = event.target.closest?.(".records td");
  if (cell && !event.target.closest("[title]") && cell.scrollWidth > cell.clientWidth) cell.title = cell.innerText;
});
