// Menus, dialogs, the drawer and the navigation.
const root = document.documentElement;

// One menu at a time; it closes by a click elsewhere, by Escape, or when focus leaves it.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(except)) menu.open = false;
}
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("focusin", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement.closest?.("details.menu[open]") || document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if ("navOpen" in root.dataset) openNav(false);
});
// In an open menu the arrows lead from one entry to the next.
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.menu[open]");
  if (!menu || !["ArrowDown", "ArrowUp"].includes(event.key) || septet.isTyping(event.target)) return;
  const entries = [...menu.querySelectorAll(".menu-panel :is(a, button, input)")];
  const step = event.key === "ArrowDown" ? 1 : -1;
  const place = entries.indexOf(document.activeElement) + step;
  entries.at(place % entries.length)?.focus();
  event.preventDefault();
});

// Dialogs
for (const dialog of document.querySelectorAll("dialog.dialog")) {
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}
document.addEventListener("click", (event) => {
  const closer = event.target.closest("[data-close]");
  const dialog = closer?.closest("dialog");
  if (dialog) {
    event.preventDefault();
    dialog.close();
  }
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-help]")) document.getElementById("help").showModal();
});

// The drawer shows a page beside the one it was asked from: `data-drawer` on a link or a form.
const drawer = document.getElementById("drawer");
const body = document.getElementById("drawer-body");
if (drawer) {
  const show = (method, address, values) => htmx.ajax(method, address, { target: body, values, source: body });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-drawer]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    septet.drawer(link.href);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const sent = event.submitter;
    const wanted = "drawer" in form.dataset || (sent && "drawer" in sent.dataset);
    if (!wanted && !body.contains(form)) return;
    if (form.enctype === "multipart/form-data" || form.method !== "post") return;
    event.preventDefault();
    const values = new FormData(form, sent);
    const goal = sent?.getAttribute("formaction") || form.getAttribute("action") || location.href;
    show("POST", goal, Object.fromEntries([...values.keys()].map((name) => [name, values.getAll(name)])));
  });
  septet.drawer = (address) => show("GET", address);
  body.addEventListener("htmx:afterSwap", () => {
    if (!drawer.open) drawer.showModal();
    const first = body.querySelector("[aria-invalid=true], [autofocus], .dialog-body :is(input:not([type=hidden]), select, textarea)");
    first?.focus();
    document.dispatchEvent(new CustomEvent("septet:shown", { detail: body }));
  });
  drawer.addEventListener("close", () => body.replaceChildren());
}

// Navigation: a rail on large screens, a drawer on small ones; which groups are open is kept.
function openNav(open) {
  if (open) root.dataset.navOpen = "";
  else delete root.dataset.navOpen;
  if (open) document.querySelector("#nav a[aria-current], #nav a")?.focus();
  else document.querySelector("[data-open-nav]")?.focus();
}
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open-nav], [data-close-nav]");
  if (opener) {
    event.preventDefault();
    openNav("openNav" in opener.dataset);
  }
  if (event.target.closest("[data-rail]")) septet.fold();
});
septet.fold = () => {
  const rail = root.dataset.nav !== "rail";
  if (rail) root.dataset.nav = "rail";
  else delete root.dataset.nav;
  septet.cookie("nav", rail ? "rail" : "");
};
const sections = document.querySelectorAll("#nav details[data-section]");
for (const section of sections) {
  section.querySelector("summary").addEventListener("click", (event) => {
    if (root.dataset.nav !== "rail") {
      const keep = () => septet.cookie("nav-open", [...sections].filter((one) => one.open).map((one) => one.dataset.section).join("."));
      setTimeout(keep);
      return;
    }
    event.preventDefault();
    const shown = section.classList.contains("peek");
    for (const one of sections) one.classList.remove("peek");
    if (!shown) {
      section.open = true;
      section.classList.add("peek");
    }
  });
}
document.addEventListener("click", (event) => {
  if (!event.target.closest("#nav details")) for (const one of sections) one.classList.remove("peek");
});

// A form that stands open because something in it was refused comes into view.
document.querySelector("main :is([aria-invalid=true], .note-bad)")?.scrollIntoView({ block: "center" });
