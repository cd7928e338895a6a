// The back office beside its forms: keys of the queue, arrivals, leases, clocks.
//
//   body[data-shortcuts="off"]     no single-key shortcuts · body[data-now] the server's time
//   body[data-minutes|hours|hours-minutes|days]  how durations are written, with {n} and {m}
//   [data-row]                     a row of the queue; its first link is where j and k go
//   [data-claim]                   button pressed by a, in the row or on the page
//   [data-tick]                    box of a row, ticked by x
//   [data-key="x"]                 pressed by that key, on the page of a report; one that is folded away is not
//   [data-search]                  field reached by /
//   dialog[data-help]              opened by ? and by [data-help-open]
//   details[data-menu]             closed by Escape, and by a click elsewhere
//   [data-shortcuts-toggle]        checkbox; its form, if any, is posted quietly
//   [data-live-url]                hidden banner: server-sent events tell what came; its link shows it.
//     data-arrivals-url            asked every data-every seconds where that does not work: {"count": n}
//     data-singular, data-plural   ("{n} nouveaux") for reports; data-added-… for what was added, data-both
//   [data-fresh="name"]            parts of a report that the link brings anew, what is typed stays
//   main form[data-send]           asked for before the page goes, once words are typed in it
//   [data-insert]                  button that puts the text chosen in [data-canned] into its form
//   [data-lease-url]               posted every five minutes; [data-lease-lost] is shown on 409 or 410
//   body[data-session-url]         asked every minute; once the session is over, [data-expired] is
//                                  shown and every [data-sealed] emptied
//   time[data-clock=since|until]   kept fresh; an until says data-left ("encore {t}"), and data-late
//                                  ("{t} de retard") once it is past by more than data-grace seconds
//
// Background requests say so, because they must not keep a session alive.

const body = document.body;
const background = { "X-Recueil-Background": "1", Accept: "application/json" };
const skew = body.dataset.now ? Date.parse(body.dataset.now) - Date.now() : 0;
const visible = () => document.visibilityState === "visible";

let shortcuts = body.dataset.shortcuts !== "off";
const help = document.querySelector("dialog[data-help]");

function openHelp() {
  if (!help || help.hasAttribute("open")) return;
  if (help.showModal) help.showModal();
  else help.setAttribute("open", "");
}

for (const button of document.querySelectorAll("[data-help-open]")) {
  button.hidden = false;
  button.addEventListener("click", openHelp);
}
help?.addEventListener("click", (event) => {
  if (!event.target.closest("[data-help-close]")) return;
  if (help.close) help.close();
  else help.removeAttribute("open");
});

for (const toggle of document.querySelectorAll("[data-shortcuts-toggle]")) {
  toggle.checked = shortcuts;
  toggle.addEventListener("change", () => {
    shortcuts = toggle.checked;
    if (!toggle.form) return;
    fetch(toggle.form.getAttribute("action"), { method: "POST", body: new URLSearchParams(new FormData(toggle.form)), headers: { "X-Recueil-Send": "1" } }).catch(() => {});
  });
}

// A menu closes when one looks elsewhere, and by Escape.
const menu = document.querySelector("details[data-menu]");
if (menu) {
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

const rows = () => [...document.querySelectorAll("[data-row]")];
const currentRow = () => document.activeElement?.closest("[data-row]") || document.querySelector("[data-row].is-current");

function move(step) {
  const all = rows();
  if (!all.length) return;
  const now = all.indexOf(currentRow());
  const next = all[now < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(now + step, 0), all.length - 1)];
  for (const row of all) row.classList.toggle("is-current", row === next);
  next.querySelector("a[href]")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  a: () => ((rows().length ? currentRow() : document)?.querySelector("[data-claim]"))?.click(),
  n: () => document.querySelector("[data-new-call], .bar a[href='/appels']") && location.assign("/appels/nouveau"),
  x: () => currentRow()?.querySelector("[data-tick]")?.click(),
  "?": openHelp,
  "/": () => document.querySelector("[data-search]")?.focus(),
};

document.addEventListener("keydown", (event) => {
  if (!shortcuts || event.ctrlKey || event.altKey || event.metaKey || event.repeat && event.key === "a") return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
  const keyed = document.querySelector(`main [data-key="${CSS.escape(event.key)}"]`);
  if (!keyed && !Object.hasOwnProperty.call(keys, event.key)) return;
  event.preventDefault();
  if (!keyed) return keys[event.key]();
  // What is folded away is not pressed.
  const folded = keyed.closest("details:not([open])");
  if (folded && keyed.tagName !== "SUMMARY") return;
  keyed.focus();
  keyed.click();
});

// every runs a task while the page is looked at, never twice at once, and once
// more as soon as somebody looks again.
function every(milliseconds, task) {
  let timer = 0;
  let last = Date.now();
  let running = false;
  let stopped = false;
  async function tick() {
    clearTimeout(timer);
    if (stopped || running || !visible()) return;
    running = true;
    last = Date.now();
    stopped = (await task()) === "stop";
    running = false;
    if (!stopped) timer = setTimeout(tick, milliseconds);
  }
  timer = setTimeout(tick, milliseconds);
  document.addEventListener("visibilitychange", () => {
    if (visible() && Date.now() - last >= milliseconds) tick();
    else if (visible()) { clearTimeout(timer); timer = setTimeout(tick, milliseconds - (Date.now() - last)); }
  });
}

function expired() {
  for (const notice of document.querySelectorAll("[data-expired]")) notice.hidden = false;
  // What was opened goes; what is being typed stays, and comes back after the log-in.
  for (const sealed of document.querySelectorAll("[data-sealed]")) {
    sealed.hidden = true;
    sealed.replaceChildren();
  }
  return "stop";
}

if (body.dataset.sessionUrl) {
  every(60 * 1000, async () => {
    try {
      const answer = await fetch(body.dataset.sessionUrl, { headers: background, cache: "no-store" });
      if (answer.status === 401 || answer.redirected) return expired();
    } catch {
      // As below: the next turn asks again.
    }
  });
}

const banner = document.querySelector("[data-live-url]");
if (banner) watchArrivals(banner);

// watchArrivals counts what came since the page was drawn. Rows and texts stay as
// they are until somebody asks for the new ones.
function watchArrivals(banner) {
  const link = banner.querySelector("a");
  const title = document.title;
  const quiet = 10000; // between two announcements
  const heard = document.createElement("p");
  heard.className = "visually-hidden";
  heard.setAttribute("aria-live", "polite");
  banner.after(heard);
  const came = { report: new Set(), added: new Set() };
  let counted = 0; // by asking, where listening does not work
  let fetched = 0; // what is on the screen by now
  let shown = 0;
  let spokenAt = 0;
  let speaking = 0;

  function show() {
    const queue = "plural" in banner.dataset;
    const reports = queue ? Math.max(came.report.size, counted) : 0;
    const added = queue ? came.added.size : Math.max(came.added.size, counted);
    const count = reports + added - fetched;
    if (count === shown) return;
    shown = count;
    document.title = count ? `(${count}) ${title}` : title;
    banner.hidden = count <= 0;
    if (banner.hidden) return;
    const { singular, plural, addedSingular, addedPlural, both } = banner.dataset;
    const words = reports && added ? both : reports ? (count === 1 ? singular : plural) : count === 1 ? addedSingular : addedPlural;
    link.textContent = words.replace("{n}", count);
    clearTimeout(speaking);
    speaking = setTimeout(() => { spokenAt = Date.now(); heard.textContent = link.textContent; }, Math.max(0, spokenAt + quiet - Date.now()));
  }

  async function ask() {
    try {
      const answer = await fetch(banner.dataset.arrivalsUrl, { headers: background, cache: "no-store" });
      if (answer.status === 401 || answer.redirected) return expired();
      if (answer.ok) counted = (await answer.json()).count;
      show();
    } catch {
      // The network is away: the next turn asks again.
    }
  }

  // Where listening does not work, asking does.
  const seconds = 1000 * (Number(banner.dataset.every) || 10);
  const poll = () => every(seconds, ask);
  let source;
  let over = false; // nothing more is said on this line
  let alive = Date.now();
  function listen() {
    source?.close();
    if (over || !visible()) return;
    alive = Date.now();
    source = new EventSource(banner.dataset.liveUrl);
    source.addEventListener("pulse", () => { alive = Date.now(); });
    source.addEventListener("arrivals", ({ data }) => {
      alive = Date.now();
      const { arrivals, more } = JSON.parse(data);
      for (const { kind, id } of arrivals) {
        if (kind === "report") came.report.add(id);
        else if (kind === "addition" || !("plural" in banner.dataset)) came.added.add(id);
      }
      if (more) ask();
      show();
    });
    source.addEventListener("over", ({ data }) => {
      over = true;
      source.close();
      alive = Infinity;
      if (data === "session") expired();
      else poll();
    });
    // The browser comes back by itself, unless it was refused.
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return;
      alive = Infinity;
      ask().then((over) => over || setTimeout(listen, seconds));
    };
  }
  if (!window.EventSource) return poll();
  listen();
  // A line may be dead and not know it, after a sleep of the machine.
  every(20000, async () => { if (Date.now() - alive > 45000) listen(); });
  // A member has few lines: a page that nobody looks at gives its own up, and asks now and
  // then for the sake of its title. Looked at again, it hears what came meanwhile.
  let asking = 0;
  document.addEventListener("visibilitychange", () => {
    clearInterval(asking);
    if (over) return;
    if (visible()) return listen();
    source?.close();
    asking = setInterval(async () => { if (await ask()) clearInterval(asking); }, 30000);
  });

  // On a report the new parts come in beside what is being typed.
  link.addEventListener("click", (event) => {
    if (!document.querySelector("[data-fresh]") || "plural" in banner.dataset) return;
    event.preventDefault();
    const page = new XMLHttpRequest();
    page.open("GET", location.pathname);
    page.responseType = "document";
    page.onload = () => {
      const parts = page.response?.querySelectorAll("[data-fresh]") || [];
      if (!parts.length) return expired();
      for (const part of parts) document.querySelector(`[data-fresh="${part.dataset.fresh}"]`)?.replaceWith(document.adoptNode(part));
      fetched += shown;
      show();
      const heading = document.getElementById("echanges");
      heading?.focus({ preventScroll: true });
      heading?.scrollIntoView({ block: "nearest" });
    };
    page.send();
  });
}

// The telephone rings, and another page is a click away: what is typed and not sent is
// asked for first, in the browser's words; ticks are soon made again. Notes and calls are
// kept as they are written; a form on its way has its buttons at rest, and one that brings a file leaves by itself.
const contents = (form) => JSON.stringify([...form.elements].filter((field) => field.matches("textarea, input[type=text]")).map(({ value }) => value));
const unsent = [...document.querySelectorAll("main form[data-send]:not([data-note], [data-call])")].map((form) => ({ form, drawn: contents(form), left: false }));
for (const each of unsent) each.form.addEventListener("submit", () => { each.left = each.form.enctype === "multipart/form-data"; });
addEventListener("beforeunload", (event) => {
  if (navigator.userActivation?.hasBeenActive === false) return; // nobody touched the page: the browser would only complain
  const resting = (form) => [...form.elements].some((field) => field.type === "submit" && field.disabled);
  if (unsent.some(({ form, drawn, left }) => !left && form.isConnected && !resting(form) && contents(form) !== drawn)) event.preventDefault();
});

// A ready text is put in beside what is typed.
for (const button of document.querySelectorAll("[data-insert]")) {
  button.addEventListener("click", (event) => {
    const { text, asks, files, canned } = button.form.elements;
    const chosen = canned.selectedOptions[0];
    event.preventDefault();
    if (!chosen.dataset.text) return;
    const before = text.value.trimEnd();
    text.value = (before && before + "\n\n") + chosen.dataset.text;
    asks.checked = asks.checked || "asks" in chosen.dataset;
    files.checked = files.checked || "files" in chosen.dataset;
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  });
}

for (const leased of document.querySelectorAll("[data-lease-url]")) {
  every(5 * 60 * 1000, async () => {
    try {
      const answer = await fetch(leased.dataset.leaseUrl, { method: "POST", headers: background });
      if (answer.status === 401 || answer.redirected) return expired();
      if (answer.status !== 409 && answer.status !== 410) return;
      for (const notice of document.querySelectorAll("[data-lease-lost]")) notice.hidden = false;
      return "stop";
    } catch {
      // As above.
    }
  });
}

const clocks = document.querySelectorAll("time[data-clock]");
if (clocks.length) {
  refreshClocks();
  every(60 * 1000, async () => refreshClocks());
}

function refreshClocks() {
  const now = Date.now() + skew;
  for (const clock of clocks) {
    const then = Date.parse(clock.dateTime);
    if (Number.isNaN(then)) continue;
    const until = clock.dataset.clock === "until";
    const late = until && then + 1000 * (Number(clock.dataset.grace) || 0) < now;
    const words = duration(Math.abs(now - then));
    const said = until ? (late ? clock.dataset.late : clock.dataset.left) || "" : "{t}";
    const text = said.replace("{t}", words);
    clock.classList.toggle("late", late);
    if (clock.textContent !== text) clock.textContent = text;
  }
}

// duration writes 4 min, 3 h 10, 2 j: the way the server writes them, in its words.
function duration(milliseconds) {
  const say = (words, n, m) => (words || "{n}").replace("{n}", n).replace("{m}", m);
  const minutes = Math.floor(milliseconds / 60000);
  if (minutes < 60) return say(body.dataset.minutes, minutes);
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return say(body.dataset.days, Math.floor(hours / 24));
  const rest = minutes % 60;
  return rest ? say(body.dataset.hoursMinutes, hours, String(rest).padStart(2, "0")) : say(body.dataset.hours, hours);
}
