// Keys that stand alone. They can be turned off in "My account", and never act while somebody types.
const GOALS = { b: "/", m: "/my-work/", c: "/calendar/" };
let gone = 0;

const DO = {
  "/": () => document.getElementById("seek")?.focus(),
  "?": () => document.getElementById("help")?.showModal(),
  "[": () => septet.fold(),
  c: () => document.querySelector("a[data-create]")?.click() || septet.palette?.("new "),
  e: () => document.querySelector("[data-key=e]")?.click(),
  f: () => document.querySelector("[data-key=f]")?.click(),
  m: () => document.querySelector(".composer textarea")?.focus(),
  n: () => document.querySelector("[data-key=n]")?.click(),
  p: () => document.querySelector("[data-key=p]")?.click(),
  t: () => document.querySelector("[data-key=t]")?.click(),
  w: () => document.querySelector("[data-key=w]")?.click(),
  ".": () => septet.palette?.(""),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (document.documentElement.dataset.keys === "off" || septet.isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "g") {
    gone = Date.now();
    return;
  }
  if (Date.now() - gone < 1500 && GOALS[event.key]) {
    event.preventDefault();
    location.assign(GOALS[event.key]);
  } else if (DO[event.key]) {
    event.preventDefault();
    DO[event.key]();
  }
  gone = 0;
});
