// Passkeys and security keys, on the two pages that ask for them.
//
//   form[data-passkey=get|create]  shown where the browser knows passkeys; data-options is what it
//                                  is asked with, as the server's JSON. Its answer goes into the
//                                  field named credential, and the form is sent as it is
//   [data-passkey-failed]          hidden notice in the form: no key answered
//
// The browser's own translation of such JSON (parseRequestOptionsFromJSON, toJSON) is
// younger than the browsers we serve.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function asked(json) {
  const options = JSON.parse(json);
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    for (const key of options[list] || []) key.id = bytes(key.id);
  }
  return { publicKey: options };
}

function answered(credential) {
  const { id, type, response } = credential;
  const answer = { id, rawId: text(credential.rawId), type, clientExtensionResults: credential.getClientExtensionResults(), response: { clientDataJSON: text(response.clientDataJSON) } };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) answer.response[part] = text(response[part]);
  }
  if (response.getTransports) answer.response.transports = response.getTransports();
  return JSON.stringify(answer);
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  const failed = form.querySelector("[data-passkey-failed]");
  const button = form.querySelector("[type=submit]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    button.disabled = true;
    try {
      const options = asked(form.dataset.options);
      const credential = form.dataset.passkey === "create" ? await navigator.credentials.create(options) : await navigator.credentials.get(options);
      form.elements.credential.value = answered(credential);
      HTMLFormElement.prototype.submit.call(form);
    } catch {
      failed.hidden = false; // cancelled, too late, or not a key of ours
      button.disabled = false;
      button.focus();
    }
  });
}
