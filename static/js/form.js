// What makes a form easier where scripts run; without it every form still works.
//
//   form[data-send]             sent by fetch: what is typed stays until the server has it
//     data-sending              on the form or its button: the words said while sending
//     [data-offline]            hidden notice in the form: not sent, nothing is lost
//     [data-expired]            hidden notice in the form: log in again elsewhere, then send
//   form[data-keep]             what is typed is kept before a link leads away from it
//   textarea[data-max]          counted into [data-count] of its field
//   [data-reveal-when="a=b c=d"] shown while one of these fields has that answer
//   [data-copy="id"]            button, hidden without scripts; data-copied is said afterwards
//   [data-print]                button, hidden without scripts
//   .error-summary              takes the focus when the page opens
//   input[data-work="worker.js"] gets a proof of work for the form's _token, if one is
//     data-bits                 found within three seconds; nothing waits for it

// A text is waited for as long as a slow line needs for it: 5 bytes in a millisecond.
const patience = (body) => 20000 + body.length / 5;

// Whatever has nothing to show, a proxy whose server is away or one that finds the text
// too long, must not take the page away from what is typed on it.
const nothingToShow = (answer) => answer.status >= 500 || answer.status === 413;

function status(beside) {
  const line = document.createElement("span");
  line.className = "status";
  line.setAttribute("role", "status");
  beside.after(line);
  return line;
}

// Without this script a link would lose what is typed: a button of the form stands in
// its place, sends it along and goes there. With it, the link keeps what is typed itself.
for (const button of document.querySelectorAll("button[name=_go]")) {
  const link = Object.assign(document.createElement("a"), { href: button.value, className: button.className });
  link.append(...button.childNodes);
  button.replaceWith(link);
}

for (const form of document.querySelectorAll("form[data-send]")) sendByFetch(form);

function sendByFetch(form) {
  let sending = false;
  let native = false;
  let pressed = null; // the submitter, for browsers whose event does not name it
  const buttons = [...form.elements].filter((each) => each.type === "submit"); // some stand outside the form
  const inside = buttons.filter((each) => form.contains(each));
  const said = inside.length ? status(inside[inside.length - 1]) : null;

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button, input[type=submit]");
    if (button && button.form === form) pressed = button;
  });

  form.addEventListener("submit", (event) => {
    if (native) return;
    if (sending) return event.preventDefault();
    // A form with files streams them itself.
    if (form.enctype === "multipart/form-data") return;
    event.preventDefault();
    send(event.submitter || pressed || buttons[0]);
  });

  async function send(button) {
    const body = new URLSearchParams(new FormData(form));
    if (button && button.name) body.append(button.name, button.value);
    const url = new URL((button && button.getAttribute("formaction")) || form.getAttribute("action") || "", location.href);
    start(button);
    const waiting = new AbortController();
    const sent = body.toString();
    const timer = setTimeout(() => waiting.abort(), patience(sent));
    try {
      const answer = await fetch(url.href, {
        method: "POST", body, signal: waiting.signal, credentials: "same-origin", cache: "no-store",
        headers: { "X-Recueil-Send": "1", Accept: "application/json, text/html;q=0.9" },
      });
      if (nothingToShow(answer)) return failed(button, "[data-offline]");
      if (answer.status === 401 && form.querySelector("[data-expired]")) return failed(button, "[data-expired]");
      const next = await destination(answer);
      if (next) return go(next);
    } catch {
      return failed(button, "[data-offline]");
    } finally {
      clearTimeout(timer);
    }
    submitNatively(button, url);
  }

  function start(button) {
    sending = true;
    for (const notice of form.querySelectorAll("[data-offline], [data-expired]")) notice.hidden = true;
    for (const each of buttons) each.disabled = true;
    button?.classList.add("is-sending");
    if (said) said.textContent = button?.dataset.sending || form.dataset.sending || "";
  }

  function stop(button) {
    sending = false;
    for (const each of buttons) each.disabled = false;
    button?.classList.remove("is-sending");
    if (said) said.textContent = "";
  }

  function failed(button, which) {
    stop(button);
    const notice = form.querySelector(which);
    if (notice) {
      notice.hidden = false;
      notice.scrollIntoView({ block: "nearest" });
    }
    button?.focus({ preventScroll: true });
  }

  // The server has something to show instead, errors most often: the browser goes
  // there itself, with the same values.
  function submitNatively(button, url) {
    native = true;
    if (button && button.name) {
      const carrier = document.createElement("input");
      carrier.type = "hidden";
      carrier.name = button.name;
      carrier.value = button.value;
      form.append(carrier);
    }
    form.setAttribute("action", url.href);
    // A field named "submit" would hide the form's own method.
    HTMLFormElement.prototype.submit.call(form);
  }

  addEventListener("pageshow", (event) => {
    if (event.persisted) stop(form.querySelector(".is-sending"));
  });
}

for (const form of document.querySelectorAll("form[data-keep]")) keepOnLeaving(form);

// keepOnLeaving lets the server have what was typed before a link of ours leads away:
// whoever looks up a number in the middle of his story finds it again. The exit takes
// nothing along. Where it cannot be kept that is said once; nobody is held back.
function keepOnLeaving(form) {
  const typed = () => new URLSearchParams([...new FormData(form)].filter(([name]) => !name.startsWith("_"))).toString();
  const before = typed();
  const notice = form.querySelector("[data-offline]");
  let leaving = false;
  let warned = false;

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    if (!link || link.origin !== location.origin || link.target || link.dataset.exit !== undefined) return;
    if (link.pathname === location.pathname && link.search === location.search) return; // a place of this page
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || warned || typed() === before) return;
    event.preventDefault();
    if (leaving) return;
    leaving = true;
    const keep = Object.assign(document.createElement("input"), { type: "hidden", name: "_keep", value: "1" });
    form.append(keep);
    const answer = await post();
    const kept = answer && await destination(answer);
    if (kept) history.replaceState(null, "", kept); // Back finds it there
    else if (answer !== null && (!answer || nothingToShow(answer))) return stay(keep);
    else if (answer?.status > 400) return HTMLFormElement.prototype.submit.call(form); // there is something to see first
    location.assign(link.href);
  });

  // null: it took too long
  async function post() {
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(), 2000);
    try {
      return await fetch(form.getAttribute("action"), {
        method: "POST", body: new URLSearchParams(new FormData(form)), signal: waiting.signal, credentials: "same-origin", cache: "no-store",
        headers: { "X-Recueil-Send": "1", Accept: "application/json, text/html;q=0.9" },
      });
    } catch {
      return waiting.signal.aborted ? null : undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  function stay(keep) {
    keep.remove();
    leaving = false;
    warned = true;
    notice.hidden = false;
    notice.scrollIntoView({ block: "nearest" });
  }
}

// destination is where a 200 sends us, or null when the answer is a page to show.
async function destination(answer) {
  if (!answer.ok) return null;
  if (answer.redirected) return answer.url;
  if (!(answer.headers.get("Content-Type") || "").startsWith("application/json")) return null;
  const { location: next } = await answer.json();
  const url = new URL(next, location.href);
  return url.origin === location.origin ? url.href : null;
}

// go opens an address that the server named. Another place of this very page, an
// item just added, would only be scrolled to: the page is asked for again.
function go(next) {
  if (next.split("#")[0] !== location.href.split("#")[0]) return location.assign(next);
  history.scrollRestoration = "manual";
  history.replaceState(null, "", next); // a reload then repeats no POST
  location.reload();
}

// Only once the page is loaded may the browser scroll by itself again: it would go
// back to where the page was before.
if (history.scrollRestoration === "manual") {
  const place = document.getElementById(location.hash.slice(1));
  place?.focus({ preventScroll: true }); // which is content with a corner of it
  place?.scrollIntoView();
  addEventListener("load", () => requestAnimationFrame(() => { history.scrollRestoration = "auto"; }));
}

for (const area of document.querySelectorAll("textarea[data-max]")) count(area);

// count shows how much of the announced length is used, in code points like the
// server. Assistive technology hears of it near the limit only, after a pause.
function count(area) {
  const field = area.closest(".field") || area.form;
  const shown = field?.querySelector("[data-count]");
  if (!shown) return;
  const max = Number(area.dataset.max);
  const most = Number(area.dataset.most || max); // beyond what is announced more is taken, and said
  const number = new Intl.NumberFormat(document.documentElement.lang || undefined);
  const heard = document.createElement("span");
  heard.className = "visually-hidden";
  heard.setAttribute("role", "status");
  shown.after(heard);
  let pause = 0;

  function update(event) {
    let length = 0;
    for (const _ of area.value) length++;
    const near = length >= max * 0.9;
    // A limit far away is no one's concern, and reads like a test to be passed.
    const text = length * 2 < max ? "" : `${number.format(length)} / ${number.format(length > max ? most : max)}`;
    shown.textContent = text;
    shown.classList.toggle("is-near", near);
    shown.classList.toggle("is-over", length > most);
    clearTimeout(pause);
    if (near && event) pause = setTimeout(() => { heard.textContent = text; }, 1500);
    else heard.textContent = "";
  }
  area.addEventListener("input", update);
  update();
}

const conditional = [...document.querySelectorAll("[data-reveal-when]")].map((block) => ({
  block, when: block.dataset.revealWhen.split(/\s+/).filter(Boolean).map((each) => each.split("=")),
}));

function answered(form, name, code) {
  for (const field of form.elements) {
    if (field.name !== name || field.value !== code) continue;
    if ((field.type !== "radio" && field.type !== "checkbox") || field.checked) return true;
  }
  return false;
}

function reveal() {
  for (const { block, when } of conditional) {
    const form = block.closest("form");
    if (form) block.hidden = !when.some(([name, code]) => answered(form, name, code));
  }
}
if (conditional.length) {
  reveal();
  document.addEventListener("change", reveal);
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  if (!source) continue;
  const said = status(button);
  button.hidden = false;
  button.addEventListener("click", async () => {
    said.textContent = "";
    if (await copied(source)) said.textContent = button.dataset.copied || "";
  });
}

async function copied(source) {
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    return true;
  } catch {
    // No permission, or no secure context: the words are selected, one key away.
    getSelection().selectAllChildren(source);
    return document.execCommand("copy");
  }
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

const proof = document.querySelector("input[data-work]");
if (proof) addEventListener("load", () => work(proof));

// work looks for a proof beside the page, once the page is there.
function work(proof) {
  let worker;
  try {
    worker = new Worker(workerAddress(proof.dataset.work));
  } catch {
    return; // sent without
  }
  const timer = setTimeout(() => worker.terminate(), 3000);
  worker.onmessage = ({ data }) => {
    proof.value = data;
    clearTimeout(timer);
    worker.terminate();
  };
  worker.postMessage({ token: proof.form.elements._token.value, bits: Number(proof.dataset.bits) });
}

// workerAddress passes the one script that may run as a worker, and no other.
function workerAddress(path) {
  if (!window.trustedTypes) return path;
  const policy = trustedTypes.createPolicy("recueil-work", {
    createScriptURL(url) {
      if (/^\/static\/[0-9a-f]+\/pow-worker\.js$/.test(url)) return url;
      throw new TypeError("not our worker");
    },
  });
  return policy.createScriptURL(path);
}

document.querySelector(".error-summary")?.focus();
