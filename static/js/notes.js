// Notes of a report, kept while they are written, and who else looks at the report.
//
//   form[data-note]            its text is saved to data-draft-url after each pause; [data-saved]
//                              says so, in the server's words, or data-unsaved where it failed
//   [data-draft]               the button that does the same without scripts; hidden
//   [data-presence-url]        told every fifteen seconds that the report is looked at, and
//                              whether a note is being written; answers who else does
//
// Saving follows typing, so it keeps the session alive; presence does not.

const pause = 1500;
const form = document.querySelector("form[data-note]");
let writtenAt = 0;
if (form) keep(form);

function keep(form) {
  const { note, revision, share } = form.elements;
  const said = form.querySelector("[data-saved]");
  form.querySelector("[data-draft]").hidden = true;
  let timer = 0;
  let saving = false;
  const typed = () => `${share.checked ? 1 : 0}${note.value}`;
  let stored = typed(); // what the server has, or shows itself
  let elsewhere = false; // another window goes on with it
  const send = form.querySelector("button[type=submit]:not([data-draft])");

  note.addEventListener("input", () => { writtenAt = Date.now(); later(pause); });
  share.addEventListener("change", () => later(0));
  note.addEventListener("blur", () => later(0));
  form.addEventListener("submit", () => clearTimeout(timer));
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(true); });

  function later(wait) {
    clearTimeout(timer);
    if (!elsewhere) timer = setTimeout(save, wait);
  }

  async function save(leaving) {
    // While the note is sent its buttons rest; a note that did not leave is kept as before.
    if (elsewhere || send.disabled || saving || typed() === stored) return;
    saving = true;
    const sent = typed();
    let next = pause;
    const body = new URLSearchParams(new FormData(form));
    body.set("quiet", "1");
    try {
      const answer = await fetch(form.dataset.draftUrl, { method: "POST", body, keepalive: leaving === true && body.toString().length < 60000, cache: "no-store", headers: { "X-Recueil-Send": "1", Accept: "application/json" } });
      if (answer.status === 401) {
        form.querySelector("[data-expired]").hidden = false;
        return;
      }
      const told = await answer.json();
      said.textContent = told.said;
      if (answer.status === 409) elsewhere = true; // sending from here shows both
      if (!answer.ok) return;
      stored = sent;
      revision.value = told.revision;
    } catch {
      said.textContent = form.dataset.unsaved;
      next = 5000;
    } finally {
      saving = false;
    }
    if (typed() !== stored) later(next);
  }
}

const line = document.querySelector("[data-presence-url]");
if (line) attend(line);

function attend(line) {
  const url = line.dataset.presenceUrl;
  const headers = { "X-Recueil-Background": "1", Accept: "application/json" };
  const tell = (fields, keepalive) => fetch(url, { method: "POST", body: new URLSearchParams(fields), headers, keepalive, cache: "no-store" });

  async function here() {
    if (document.visibilityState !== "visible") return;
    try {
      const answer = await tell(Date.now() - writtenAt < 30000 ? { writing: "1" } : {});
      if (!answer.ok) return;
      const { said } = await answer.json();
      if (line.textContent === said) return;
      line.textContent = said;
      line.hidden = !said;
    } catch {
      // The next turn tells it again.
    }
  }
  setInterval(here, 15000);
  addEventListener("pagehide", () => { tell({ leaving: "1" }, true).catch(() => {}); });
  addEventListener("pageshow", (event) => { if (event.persisted) here(); });
}
