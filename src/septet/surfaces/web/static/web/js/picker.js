// A reference that is searched for while somebody types: the input shows names, a hidden one holds numbers.
const SPLIT = /^([A-Za-z]{1,10}-\d{1,18})\s+(.+)$/s;
let count = 0;

class Picker {
  constructor(box) {
    this.box = box;
    this.kind = box.dataset.pick;
    this.many = "many" in box.dataset;
    this.input = box.querySelector("input");
    this.held = document.createElement("input");
    this.held.type = "hidden";
    this.held.name = this.input.name;
    this.input.removeAttribute("name");
    this.list = document.createElement("div");
    this.list.id = `pick-${++count}`;
    this.list.className = "options";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.input.labels[0]?.firstChild.textContent.trim() || "");
    this.list.hidden = true;
    for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", this.list.id], ["aria-autocomplete", "list"]]) {
      this.input.setAttribute(name, value);
    }
    this.chosen = [];
    if (this.many) {
      this.shown = document.createElement("ul");
      this.shown.className = "picked chips";
      box.prepend(this.shown);
    }
    this.start();
    box.append(this.held, this.list);
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.input.addEventListener("focus", () => {
      this.input.select();
      if (!this.input.value) this.ask();
    });
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      this.take(event.target.closest("[role=option]"));
    });
  }

  start() {
    const parts = (this.many ? this.input.value.split(/[,\n]/) : [this.input.value]).map((one) => one.trim()).filter(Boolean);
    if (this.many) {
      for (const part of parts) this.chosen.push(this.read(part));
      this.input.value = "";
      this.input.required = false;
      this.draw();
    } else if (parts[0]) {
      const { number, title } = this.read(parts[0]);
      this.input.value = title;
      this.held.value = number;
    }
  }

  read(text) {
    const [, number, title] = SPLIT.exec(text) || [];
    return number ? { number, title } : { number: text, title: text };
  }

  typed() {
    if (!this.many) this.held.value = this.input.value;
    else this.hold();
    clearTimeout(this.timer);
    this.turn = (this.turn || 0) + 1;
    this.waiting = Boolean(this.input.value);
    this.timer = setTimeout(() => this.ask(), 150);
  }

  async ask() {
    const turn = (this.turn = (this.turn || 0) + 1);
    const answer = await septet.fetch(`/look-up/?kind=${encodeURIComponent(this.kind)}&q=${encodeURIComponent(this.input.value)}`).catch(() => null);
    if (turn !== this.turn) return;
    const { entered } = this;
    this.waiting = this.entered = false;
    if (!answer?.ok || document.activeElement !== this.input) return;
    this.list.innerHTML = await answer.text();
    for (const [place, option] of this.options().entries()) option.id = `${this.list.id}-${place}`;
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark(this.input.value ? this.options()[0] : null);
    if (entered) this.take(this.options()[0]);
  }

  options() { return [...this.list.querySelectorAll("[role=option]")]; }

  mark(option) {
    for (const one of this.options()) one.setAttribute("aria-selected", String(one === option));
    if (option) {
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  pressed(event) {
    const all = this.options();
    const now = this.list.querySelector("[aria-selected=true]");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter" && this.waiting) {
      // Whoever types faster than the answers come means the first of them, and not the whole form.
      event.preventDefault();
      this.entered = true;
    } else if (step && this.list.hidden) this.ask();
    else if (step && all.length) {
      event.preventDefault();
      this.mark(all.at((all.indexOf(now) + step + (now ? all.length : 0)) % all.length));
    } else if (event.key === "Enter" && now && !this.list.hidden) {
      event.preventDefault();
      this.take(now);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.stopPropagation();
      event.preventDefault();
      this.close();
    } else if (event.key === "Backspace" && this.many && !this.input.value && this.chosen.length) {
      this.chosen.pop();
      this.draw();
    }
  }

  take(option) {
    if (!option) return;
    const { number, title } = option.dataset;
    if (this.many) {
      if (!this.chosen.some((one) => one.number === number)) this.chosen.push({ number, title });
      this.input.value = "";
      this.draw();
    } else {
      this.input.value = title;
      this.held.value = number;
    }
    this.close();
    this.held.dispatchEvent(new Event("change", { bubbles: true }));
  }

  hold() {
    const rest = this.input.value.trim();
    this.held.value = [...this.chosen.map((one) => one.number), ...(rest ? [rest] : [])].join(", ");
  }

  draw() {
    this.shown.replaceChildren(...this.chosen.map((one) => {
      const chip = document.createElement("li");
      chip.className = "chip";
      const name = document.createElement("span");
      name.textContent = one.title;
      const off = document.createElement("button");
      off.type = "button";
      off.className = "chip-off";
      off.textContent = "×";
      off.setAttribute("aria-label", `− ${one.title}`);
      off.addEventListener("click", () => {
        this.chosen = this.chosen.filter((other) => other !== one);
        this.draw();
        this.input.focus();
      });
      chip.append(name, off);
      return chip;
    }));
    this.hold();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

function enhance(root) {
  for (const box of root.querySelectorAll("[data-pick]:not([data-ready])")) {
    box.dataset.ready = "";
    new Picker(box);
  }
}
enhance(document);
document.addEventListener("septet:shown", (event) => enhance(event.detail));
document.addEventListener("htmx:afterSettle", (event) => enhance(event.detail.elt));
