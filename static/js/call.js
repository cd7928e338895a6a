// A call, saved while it is written down, and reached by keys while one listens.
//
//   form[data-call]         saved to its action a moment after each change, and when a field is
//                           left; its "revision" follows the server's
//     data-new              nothing is saved yet: the first field takes the focus
//   [data-call-saved]       says when, in the server's words; data-saving, data-unsaved
//   [data-call-conflict]    hidden notice: another window saved something else
//   [data-call-live]        how urgent the call is: one of [data-urgency] shows, [data-call-why]
//                           says why, [data-call-heard] tells a screen reader when that changes
//   [data-group] > [data-item], [data-add-item]  button, hidden without scripts: one more item
//   [data-soon] > [data-in] buttons that fill in a time so many minutes ahead
//   [data-call-index]       links to the parts · [data-section] the parts
//   [data-outcomes] > button[data-number]        ends of a call without a report
//
// F2 goes to the index and F9 to the ends, where a digit then chooses; F8 goes through the
// parts; Ctrl+Enter sends. On a page without a call, c goes to the ends.

const form = document.querySelector("form[data-call]");
const index = document.querySelector("[data-call-index]");
const outcomes = document.querySelector("[data-outcomes]");

if (form) keep(form);

function keep(form) {
  const said = document.querySelector("[data-call-saved]");
  const conflict = form.querySelector("[data-call-conflict]");
  const expired = form.querySelector("[data-expired]");
  const { revision } = form.elements;
  let stored = snapshot();
  let timer = 0;
  let running = null;
  let failures = 0;
  let stopped = false;

  function snapshot() {
    const data = new FormData(form);
    data.delete("revision");
    return new URLSearchParams(data).toString();
  }

  const changed = () => snapshot() !== stored;

  function later(wait) {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(save, wait);
  }

  // Typing waits for a pause, four seconds at most; a tick is weighed at once.
  let first = 0;
  form.addEventListener("input", (event) => {
    const text = event.target.matches("textarea, input:not([type=checkbox]):not([type=radio])");
    if (!first) first = Date.now();
    later(text ? Math.max(0, Math.min(1200, first + 4000 - Date.now())) : 120);
  });
  form.addEventListener("change", () => later(120));
  form.addEventListener("submit", () => { stopped = true; clearTimeout(timer); running?.abort(); setTimeout(() => { stopped = false; }, 3000); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(true); });
  addEventListener("beforeunload", (event) => { if (!stopped && changed()) { save(true); event.preventDefault(); } });

  async function save(leaving) {
    clearTimeout(timer);
    if (stopped || !changed()) return;
    if (running) return later(300);
    first = 0;
    const sent = snapshot();
    const body = new URLSearchParams(new FormData(form));
    running = new AbortController();
    const limit = setTimeout(() => running?.abort(), 10000);
    said.textContent = said.dataset.saving;
    try {
      const answer = await fetch(form.action, {
        method: "POST", body, signal: running.signal, cache: "no-store", keepalive: leaving === true && body.toString().length < 60000,
        headers: { "X-Recueil-Send": "1", "X-Recueil-Autosave": "1", Accept: "application/json" },
      });
      if (answer.status === 401) return refused(expired);
      if (answer.status === 409) return refused(conflict);
      if (!answer.ok) throw new Error(String(answer.status));
      taken(await answer.json(), sent);
    } catch {
      if (stopped) return;
      said.textContent = said.dataset.unsaved;
      later(Math.min(30000, 2000 * 2 ** failures++));
    } finally {
      clearTimeout(limit);
      running = null;
    }
  }

  function refused(notice) {
    stopped = true;
    said.textContent = said.dataset.unsaved;
    notice.hidden = false;
    notice.scrollIntoView({ block: "nearest" });
  }

  function taken(saved, sent) {
    failures = 0;
    stored = sent;
    revision.value = saved.revision;
    if (new URL(saved.action, location.href).pathname !== location.pathname) {
      for (const button of form.querySelectorAll("[formaction]")) button.setAttribute("formaction", button.getAttribute("formaction").replace(new URL(form.action).pathname, saved.action));
      form.setAttribute("action", saved.action);
      history.replaceState(null, "", saved.action); // a reload finds the call again
    }
    const department = form.elements.namedItem("place.department");
    if (department && !department.value && saved.department) department.value = saved.department;
    said.textContent = saved.saved;
    show(saved);
    if (changed()) later(1200);
  }

  for (const button of form.querySelectorAll("[data-add-item]")) {
    button.hidden = false;
    button.addEventListener("click", () => addItem(button));
  }
}

function show({ urgency, why }) {
  const live = document.querySelector("[data-call-live]");
  let word = "";
  for (const each of live.querySelectorAll("[data-urgency]")) {
    each.hidden = Number(each.dataset.urgency) !== urgency;
    if (!each.hidden) word = each.textContent.trim();
  }
  live.className = live.className.replace(/is-u\d/, `is-u${urgency}`);
  live.querySelector("[data-call-why]").replaceChildren(...why.map((text) => {
    const line = document.createElement("li");
    line.textContent = text;
    return line;
  }));
  const heard = live.querySelector("[data-call-heard]");
  if (heard.dataset.of !== String(urgency)) heard.textContent = word;
  heard.dataset.of = String(urgency);
}

// addItem makes one more item of a group out of its last one, with the next number in
// every name.
function addItem(button) {
  const group = button.closest("[data-group]");
  const items = group.querySelectorAll("[data-item]");
  const last = items[items.length - 1];
  const name = group.dataset.group;
  const copy = last.cloneNode(true);
  const [from, to] = [`${name}.${items.length - 1}`, `${name}.${items.length}`];
  const [fromID, toID] = [from.replaceAll(".", "-"), to.replaceAll(".", "-")];
  const renamed = (text, a, b) => text.split(" ").map((word) => (word.startsWith(a) ? b + word.slice(a.length) : word)).join(" ");
  for (const each of [copy, ...copy.querySelectorAll("*")]) {
    for (const attribute of ["id", "for", "aria-describedby", "aria-controls"]) {
      if (each.hasAttribute(attribute)) each.setAttribute(attribute, renamed(each.getAttribute(attribute), `${fromID}-`, `${toID}-`));
    }
    if (each.hasAttribute("name")) each.setAttribute("name", renamed(each.getAttribute("name"), `${from}.`, `${to}.`));
    if (each.matches("input[type=checkbox], input[type=radio]")) each.checked = false;
    else if (each.matches("input, textarea, select")) each.value = "";
  }
  copy.dataset.item = to;
  const legend = copy.querySelector("legend");
  legend.textContent = legend.textContent.replace(/\d+$/, String(items.length + 1));
  last.after(copy);
  const limit = { children: 10, parents: 4, suspects: 5, "exploitation.handles": 10 }[name];
  if (items.length + 1 >= limit) button.hidden = true;
  copy.querySelector("input, select, textarea").focus();
}

for (const soon of document.querySelectorAll("[data-soon]")) {
  soon.hidden = false;
  soon.addEventListener("click", (event) => {
    const button = event.target.closest("[data-in]");
    if (!button) return;
    const at = new Date(Date.now() + 60000 * Number(button.dataset.in));
    // The house counts in the time of Paris, wherever the screen stands.
    const parts = Object.fromEntries(new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Paris", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
      .formatToParts(at).map(({ type, value }) => [type, value]));
    const { callback_day: day, callback_time: time } = button.closest("form").elements;
    day.value = `${parts.year}-${parts.month}-${parts.day}`;
    time.value = `${parts.hour}:${parts.minute}`;
    time.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

const sections = [...document.querySelectorAll("[data-section]")];

function enter(section) {
  if (!section) return;
  if (section.tagName === "DETAILS") section.open = true;
  const field = section.querySelector("textarea, input:not([type=hidden]), select");
  (field || section).focus();
  section.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const now = sections.findIndex((section) => section.contains(document.activeElement));
  enter(sections[Math.min(Math.max(now + by, 0), sections.length - 1)]);
}

const numbered = (buttons, digit) => [...buttons].find((button) => button.dataset.number === digit);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "Enter" && form) {
    event.preventDefault();
    return form.querySelector("[data-call-send]").click();
  }
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const inIndex = index?.contains(document.activeElement);
  const inOutcomes = outcomes?.contains(document.activeElement);
  if (/^[1-9]$/.test(event.key) && inIndex) {
    event.preventDefault();
    return enter(sections[Number(event.key) - 1]);
  }
  if (/^[1-9]$/.test(event.key) && inOutcomes) {
    event.preventDefault();
    return numbered(outcomes.querySelectorAll("button"), event.key)?.click();
  }
  const act = {
    F2: () => index?.querySelector("a").focus(),
    F8: () => step(event.shiftKey ? -1 : 1),
    F9: () => outcomes?.querySelector("button").focus(),
  }[event.key];
  if (act && (form || event.key === "F9")) {
    event.preventDefault();
    return act();
  }
  const typing = event.target.closest("input, textarea, select, [contenteditable], dialog");
  if (event.key === "c" && !form && !typing && document.body.dataset.shortcuts !== "off") {
    event.preventDefault();
    outcomes?.querySelector("button").focus();
  }
});

// A link of the index opens the part it leads to.
index?.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  const section = link && document.getElementById(link.hash.slice(1));
  if (!section) return;
  event.preventDefault();
  enter(section);
});

if (form?.hasAttribute("data-new")) form.elements.namedItem("situation.facts").focus();
