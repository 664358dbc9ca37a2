// Ctrl-K: go to a page or a record, create one, or do something to the record at hand.
const dialog = document.getElementById("palette");
if (dialog) {
  const text = document.getElementById("palette-text");
  const list = document.getElementById("palette-list");
  const said = document.getElementById("palette-said");
  // Which records were opened last, by number alone: what they are called is asked of the server.
  const RECENT = `recent:${document.body.dataset.person}`;
  const MOST = 8;
  const at = document.querySelector("[data-record]")?.dataset.record || "";
  const recent = (localStorage.getItem(RECENT) || "").split(",").filter((one) => one && one !== at);
  if (at) localStorage.setItem(RECENT, [at, ...recent].slice(0, MOST).join());
  let asked = 0;
  let timer = 0;
  let waiting = false;
  let entered = null;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) text.setAttribute("aria-activedescendant", option.id);
    else text.removeAttribute("aria-activedescendant");
  }

  async function suggest() {
    const turn = ++asked;
    const answer = await septet.fetch(`/palette/?q=${encodeURIComponent(text.value)}&at=${at}&recent=${recent}`).catch(() => null);
    if (turn !== asked) return;
    waiting = false;
    if (!answer?.ok) return;
    list.innerHTML = await answer.text();
    choose(options()[0]);
    said.textContent = list.firstElementChild?.dataset.count || "";
    if (entered) follow(chosen(), entered.aside);
    entered = null;
  }

  function follow(option, aside) {
    if (!option) return;
    const { href, drawer, post } = option.dataset;
    dialog.close();
    if (post) document.getElementById(post)?.requestSubmit();
    else if (aside) open(href);
    else if (drawer !== undefined) septet.drawer(href);
    else location.assign(href);
  }

  septet.palette = (words = "") => {
    if (!dialog.open) dialog.showModal();
    text.value = words;
    text.focus();
    suggest();
  };
  text.addEventListener("input", () => {
    clearTimeout(timer);
    asked += 1;
    waiting = true;
    entered = null;
    timer = setTimeout(suggest, 120);
  });
  dialog.addEventListener("keydown", (event) => {
    const all = options();
    const place = all.indexOf(chosen());
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && all.length) {
      event.preventDefault();
      choose(all.at((place + step + all.length) % all.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      const aside = event.ctrlKey || event.metaKey;
      // Whoever types faster than the answers come means the first answer to come, not what stands there still.
      if (waiting) entered = { aside };
      else follow(chosen(), aside);
    }
  });
  list.addEventListener("click", (event) => follow(event.target.closest("[role=option]"), event.ctrlKey || event.metaKey));
  list.addEventListener("mousemove", (event) => {
    const option = event.target.closest("[role=option]");
    if (option && option !== chosen()) choose(option);
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-palette]")) septet.palette(); });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !event.shiftKey) {
      event.preventDefault();
      if (dialog.open) dialog.close();
      else septet.palette();
    }
  });
}
