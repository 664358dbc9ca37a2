// The time slider goes through the moments in which something happened; the rest of the address stays as it is.
function slide(slider) {
  const moments = slider.dataset.moments.split(" ");
  const input = slider.querySelector("input");
  const said = slider.querySelector("output");
  const written = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short", timeZone: slider.dataset.zone });
  const now = moments.length;
  const at = Date.parse(slider.dataset.at || "");
  slider.hidden = false;
  input.max = now;
  const held = moments.findLastIndex((one) => Date.parse(one) <= at);
  input.value = Number.isNaN(at) ? now : Math.max(held, 0);
  const say = () => {
    const place = Number(input.value);
    said.textContent = place === now ? said.dataset.now : written.format(new Date(moments[place]));
    input.setAttribute("aria-valuetext", said.textContent);
  };
  say();
  input.addEventListener("input", say);
  input.addEventListener("change", () => {
    const place = Number(input.value);
    const goal = new URL(location.href);
    if (place === now) goal.searchParams.delete("as_of");
    else goal.searchParams.set("as_of", moments[place]);
    location.assign(goal);
  });
}

const slideIn = (root) => root.querySelectorAll(".slider").forEach(slide);
slideIn(document);
document.addEventListener("septet:shown", (event) => slideIn(event.detail));
