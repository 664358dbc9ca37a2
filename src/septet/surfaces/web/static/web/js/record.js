// The page of a record: facts edited in place, files dropped or pasted, names mentioned.
const record = document.querySelector("[data-record]");

// A fact becomes its form where it stands; what is saved brings the whole page up to date.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-fact]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const answer = await septet.fetch(link.href);
  if (!answer.ok) return;
  const fact = link.closest(".fact");
  const before = [...fact.childNodes];
  const back = () => {
    fact.replaceChildren(...before);
    link.focus();
  };
  async function show(html) {
    fact.innerHTML = html;
    document.dispatchEvent(new CustomEvent("septet:shown", { detail: fact }));
    const form = fact.querySelector("form");
    form.querySelector(".field label")?.classList.add("visually-hidden");
    form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    form.querySelector("[data-cancel]").addEventListener("click", (cancelled) => {
      cancelled.preventDefault();
      back();
    });
    form.addEventListener("keydown", (pressed) => {
      if (pressed.key === "Escape" && !pressed.defaultPrevented) back();
    });
    form.addEventListener("submit", async (sent) => {
      sent.preventDefault();
      const saved = await septet.fetch(form.getAttribute("action"), { method: "POST", body: new FormData(form) });
      if (saved.status !== 204) show(await saved.text());
    });
  }
  show(await answer.text());
});

if (record) {
  // Files
  const attach = document.querySelector("form[data-attach]");
  async function send(files) {
    for (const file of files) {
      const body = new FormData(attach);
      body.set("file", file, file.name || "picture.png");
      const answer = await septet.fetch(attach.getAttribute("action"), { method: "POST", body });
      if (answer.status !== 204) {
        septet.toast(`${file.name}: ${answer.status}`, true);
        return;
      }
    }
  }
  if (attach) {
    let inside = 0;
    const hasFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
    document.addEventListener("dragenter", (event) => { if (hasFiles(event) && ++inside) record.classList.add("dropping"); });
    document.addEventListener("dragleave", (event) => { if (hasFiles(event) && !--inside) record.classList.remove("dropping"); });
    document.addEventListener("dragover", (event) => { if (hasFiles(event)) event.preventDefault(); });
    document.addEventListener("drop", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      inside = 0;
      record.classList.remove("dropping");
      send(event.dataTransfer.files);
    });
    document.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files || [])];
      if (!files.length) return;
      event.preventDefault();
      send(files);
    });
  }

  // The timeline can show only what was said.
  const filter = document.querySelector("[data-timeline-filter]");
  if (filter && document.querySelector(".timeline [data-said]")) {
    filter.hidden = false;
    filter.addEventListener("click", (event) => {
      const button = event.target.closest("[data-show]");
      if (!button) return;
      for (const one of filter.querySelectorAll("[data-show]")) one.setAttribute("aria-pressed", String(one === button));
      for (const line of document.querySelectorAll(".timeline > li")) {
        line.hidden = button.dataset.show === "said" && !("said" in line.dataset);
      }
    });
  }

  // @ and the first letters of a name suggest people.
  const text = document.querySelector("[data-mentions] textarea");
  if (text) {
    const list = document.createElement("div");
    list.className = "options";
    list.id = "mentions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", text.placeholder);
    list.hidden = true;
    const box = document.createElement("div");
    box.className = "pick-one";
    text.replaceWith(box);
    box.append(text, list);
    let turn = 0;
    const begun = () => /(?:^|\s)@([^\s@]*(?: [^\s@]*)?)$/u.exec(text.value.slice(0, text.selectionStart));
    const options = () => [...list.querySelectorAll("[role=option]")];
    const chosen = () => list.querySelector("[aria-selected=true]");
    const mark = (option) => {
      chosen()?.setAttribute("aria-selected", "false");
      option?.setAttribute("aria-selected", "true");
      if (option) text.setAttribute("aria-activedescendant", option.id);
      else text.removeAttribute("aria-activedescendant");
    };
    const close = () => {
      list.hidden = true;
      mark(null);
    };
    const take = (option) => {
      const match = begun();
      if (!option || !match) return;
      const end = text.selectionStart;
      text.setRangeText(`@${option.dataset.title} `, end - match[1].length - 1, end, "end");
      text.dispatchEvent(new Event("input", { bubbles: true }));
      close();
    };
    text.addEventListener("input", async () => {
      const match = begun();
      const mine = ++turn;
      if (!match || match[1].length < 2) return close();
      const answer = await septet.fetch(`/look-up/?kind=person&q=${encodeURIComponent(match[1])}`);
      if (!answer.ok || mine !== turn) return undefined;
      list.innerHTML = await answer.text();
      for (const [place, option] of options().entries()) option.id = `mention-${place}`;
      list.hidden = !options().length;
      mark(options()[0]);
      return undefined;
    });
    text.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      const all = options();
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) mark(all.at((all.indexOf(chosen()) + step + all.length) % all.length));
      else if (event.key === "Enter" || event.key === "Tab") take(chosen());
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
    text.addEventListener("blur", () => setTimeout(close, 150));
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      take(event.target.closest("[role=option]"));
    });
  }
}
