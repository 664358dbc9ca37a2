"use strict";
// While somebody says what it is about, articles that may help are shown below.
for (const input of document.querySelectorAll("[data-suggest]")) {
  const place = document.getElementById("suggestions");
  let turn = 0;
  let timer;
  const ask = async () => {
    const mine = ++turn;
    const text = input.value.trim();
    if (text.length < 4) {
      place.replaceChildren();
      return;
    }
    const answer = await septet.fetch(`${input.dataset.suggest}?q=${encodeURIComponent(text)}`);
    if (answer.ok && mine === turn) place.innerHTML = await answer.text();
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 300);
  });
}
