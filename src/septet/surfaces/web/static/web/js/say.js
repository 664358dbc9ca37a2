// What the other scripts share: toasts, fetching as htmx does, cookies of this browser.
const region = document.getElementById("toasts");
const HELD = 8000;

function leaveAfterAWhile(toast) {
  let timer = setTimeout(() => toast.remove(), HELD);
  for (const name of ["mouseenter", "focusin"]) toast.addEventListener(name, () => clearTimeout(timer));
  for (const name of ["mouseleave", "focusout"]) {
    toast.addEventListener(name, () => { timer = setTimeout(() => toast.remove(), HELD); });
  }
}

window.septet = {
  // The proof, kept in the page, that a request comes from one of ours.
  headers() {
    return { ...JSON.parse(document.body.getAttribute("hx-headers") || "{}"), "HX-Request": "true" };
  },
  // Fetch as htmx does: a lost session leads to the sign-in page instead of into the middle of this one.
  async fetch(address, options = {}) {
    const answer = await fetch(address, { ...options, headers: { ...septet.headers(), ...options.headers } });
    const goal = answer.headers.get("HX-Redirect");
    if (goal) location.assign(goal);
    return answer;
  },
  toast(text, bad = false) {
    const toast = document.createElement("div");
    toast.className = bad ? "toast toast-bad" : "toast";
    const said = document.createElement("span");
    said.textContent = text;
    toast.append(said);
    region.append(toast);
    leaveAfterAWhile(toast);
  },
  cookie(name, value) {
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax${secure}`;
  },
  isTyping(target) {
    return Boolean(target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]"));
  },
};

for (const toast of region.children) leaveAfterAWhile(toast);

// Distances in time go on while the page stands.
const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const written = new Intl.RelativeTimeFormat(document.documentElement.lang, { style: "short" });
function tick() {
  for (const time of document.querySelectorAll("time[data-near]")) {
    const away = (Date.parse(time.dateTime) - Date.now()) / 1000;
    if (Math.abs(away) < 45) continue;
    const [unit, size] = STEPS.find(([, seconds]) => Math.abs(away) >= seconds);
    time.textContent = written.format(Math.trunc(away / size), unit);
  }
}
setInterval(() => { if (!document.hidden) tick(); }, 60000);
