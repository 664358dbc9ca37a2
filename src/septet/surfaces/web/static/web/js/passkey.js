// Passkeys: a form with data-passkey="create" or "get" asks the browser for one and sends what it says.
// The options stand in data-options, or are fetched from data-options-from when the button is pressed.
const able = Boolean(window.PublicKeyCredential?.parseCreationOptionsFromJSON) && !/^[\d.]+$|:/.test(location.hostname);

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const creating = form.dataset.passkey === "create";
  const said = form.querySelector("[data-trouble]");
  if (!able) {
    form.querySelector("button").disabled = true;
    said.textContent = form.dataset.unable;
    said.className = "hint"; // nothing went wrong
    said.hidden = false;
    if ("optional" in form.dataset) form.hidden = true;
    continue;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.hidden = true;
    try {
      const given = form.dataset.options || await (await fetch(form.dataset.optionsFrom, { headers: { Accept: "application/json" } })).text();
      const { publicKey } = creating ? JSON.parse(given) : ((all) => all.request_options || all)(JSON.parse(given));
      const credential = creating
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
      form.elements.credential.value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      said.textContent = form.dataset.failed;
      said.hidden = false;
    }
  });
}
