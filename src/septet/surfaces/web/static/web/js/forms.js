// Forms keep what was typed: in this browser, for this person, until it was sent and taken.
const PERSON = document.body.dataset.person;
const PREFIX = `draft:${PERSON}:`;
const WEEK = 7 * 24 * 3600 * 1000;
const PENDING = "pending-draft";
const dirty = new Set();

const keyOf = (form) => PREFIX + form.dataset.draft;
const read = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };

function valuesOf(form) {
  const values = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== "string" || name === "csrfmiddlewaretoken" || name === "version") continue;
    values[name] = name in values ? [].concat(values[name], value) : value;
  }
  return values;
}

function keep(form) {
  const values = valuesOf(form);
  if (JSON.stringify(values) === form.dataset.asGiven) {
    localStorage.removeItem(keyOf(form));
    dirty.delete(form);
    return;
  }
  dirty.add(form);
  try {
    localStorage.setItem(keyOf(form), JSON.stringify({ at: Date.now(), values }));
    form.dataset.kept = "";
  } catch {
    delete form.dataset.kept; // the store is full
  }
}

function offer(form) {
  const draft = read(keyOf(form));
  if (!draft || Date.now() - draft.at > WEEK || form.querySelector("[aria-invalid=true], .note-bad")) return;
  if (JSON.stringify(draft.values) === form.dataset.asGiven) return;
  const note = document.getElementById("draft-note")?.content.firstElementChild.cloneNode(true);
  if (!note) return;
  note.querySelector("[data-take]").addEventListener("click", () => {
    for (const [name, value] of Object.entries(draft.values)) {
      const texts = [].concat(value);
      septet.rowsFor(form, name, texts.length);
      for (const [place, held] of [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)].entries()) {
        if (held.type === "checkbox") held.checked = texts.includes(held.value);
        else held.value = texts[place] ?? "";
        held.dispatchEvent(new Event("change", { bubbles: true }));
        const shown = held.closest("[data-pick]")?.querySelector("[role=combobox]");
        if (shown) shown.value = held.value;
      }
    }
    note.remove();
    dirty.add(form);
  });
  note.querySelector("[data-forget]").addEventListener("click", () => {
    localStorage.removeItem(keyOf(form));
    note.remove();
  });
  form.prepend(note);
}

function watch(root) {
  for (const form of root.querySelectorAll("form[data-draft]:not([data-as-given])")) {
    form.dataset.asGiven = JSON.stringify(valuesOf(form));
    offer(form);
    let timer = 0;
    for (const name of ["input", "change"]) {
      form.addEventListener(name, () => {
        clearTimeout(timer);
        timer = setTimeout(() => keep(form), 400);
      });
    }
    form.addEventListener("submit", () => {
      keep(form);
      dirty.delete(form);
      sessionStorage.setItem(PENDING, keyOf(form));
    });
  }
}

// A form that was sent and is not shown again with what was wrong was taken. The sign-in page says nothing of it.
const pending = sessionStorage.getItem(PENDING);
if (pending) {
  const again = [...document.querySelectorAll("form[data-draft]")].find((form) => keyOf(form) === pending);
  if (PERSON && !document.querySelector("[data-error]") && !again?.querySelector("[aria-invalid=true], .note-bad")) localStorage.removeItem(pending);
  sessionStorage.removeItem(PENDING);
}
if (PERSON) {
  watch(document);
  document.addEventListener("septet:shown", (event) => watch(event.detail));
  document.addEventListener("htmx:afterSettle", (event) => watch(event.detail.elt));
}
// What was typed in a drawer that is closed stays as a draft; leaving the page asks first.
document.getElementById("drawer")?.addEventListener("close", () => dirty.clear());
addEventListener("beforeunload", (event) => { if (dirty.size) event.preventDefault(); });

// Ctrl-Enter sends the form at hand, and nothing is sent twice.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.closest("form")?.requestSubmit();
});
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button && event.target.method === "post") {
    setTimeout(() => button.setAttribute("aria-busy", "true"));
    setTimeout(() => button.removeAttribute("aria-busy"), 4000);
  }
});
