// Files are sent as soon as they are chosen, one after the other, each by a POST of its
// own; the list grows without the page being loaded again. Without this script the form
// sends one file at a time.
//
//   form[data-files]            data-most files of data-most-bytes each; data-many is the label
//   [data-list] [data-none] [data-chooser] [data-full] [data-said]
//   template#fichier, #envoi    a line of the list: a file that is there, one on its way
//   template#mots               sentences, by data-key
//   form#retirer                takes one back: its buttons carry the file's id

const form = document.querySelector("form[data-files]");
if (form) start();

function start() {
  const input = form.querySelector("input[type=file]");
  const list = form.querySelector("[data-list]");
  const said = form.querySelector("[data-said]");
  const removal = document.getElementById("retirer");
  const most = Number(form.dataset.most);
  const waiting = [];
  let sending = null;
  let leaving = false;

  const word = (key) => document.getElementById("mots").content.querySelector(`[data-key="${key}"]`)?.textContent || "";
  const say = (key, name) => { said.textContent = name ? `${name} – ${word(key)}` : word(key); };

  input.multiple = true;
  input.classList.add("is-live");
  form.querySelector("label[for=file]").textContent = form.dataset.many;
  form.querySelector("button[name=_join]").hidden = true;

  function line(template, name, small) {
    const item = document.getElementById(template).content.firstElementChild.cloneNode(true);
    item.querySelector("bdi").textContent = name;
    item.querySelector("small").textContent = small;
    for (const hidden of item.querySelectorAll(".visually-hidden")) hidden.textContent = name;
    return item;
  }

  function update() {
    const full = list.querySelectorAll(".file-line:not(.is-refused)").length >= most;
    list.hidden = !list.children.length;
    form.querySelector("[data-none]").hidden = !list.hidden;
    form.querySelector("[data-chooser]").hidden = full;
    form.querySelector("[data-full]").hidden = !full;
    input.disabled = full;
  }

  input.addEventListener("change", () => {
    for (const file of input.files) add(file);
    input.value = ""; // the form must not send them once more
    next();
  });

  function add(file) {
    const item = line("envoi", file.name, word("waiting"));
    const [cancel, retry] = item.querySelectorAll("button");
    const job = { file, item, retry, request: null };
    cancel.addEventListener("click", () => {
      const under = job.request;
      drop(job);
      if (under) under.abort();
      say("cancelled", file.name);
      if (under) done();
    });
    retry.addEventListener("click", () => {
      item.classList.remove("is-refused");
      retry.hidden = true;
      waiting.push(job);
      cancel.focus();
      next();
    });
    const full = list.querySelectorAll(".file-line:not(.is-refused)").length >= most;
    list.append(item);
    if (full) refuse(job, word("too_many"));
    else if (!file.size) refuse(job, word("empty"));
    else if (file.size > Number(form.dataset.mostBytes)) refuse(job, word("too_large"));
    else waiting.push(job);
    update();
  }

  function drop(job) {
    const at = waiting.indexOf(job);
    if (at >= 0) waiting.splice(at, 1);
    if (sending === job) sending = null;
    job.request = null;
    const held = job.item.contains(document.activeElement);
    job.item.remove();
    update();
    if (held) input.focus();
  }

  function refuse(job, text, again) {
    job.item.classList.add("is-refused");
    job.item.querySelector("small").textContent = text;
    job.item.querySelector(".bar").hidden = true;
    job.retry.hidden = !again;
    said.textContent = `${job.file.name} – ${text}`;
    leaving = false; // who went on went on with this file: he decides again
    update();
  }

  function next() {
    if (sending || !waiting.length) return leave();
    const job = sending = waiting.shift();
    const bar = job.item.querySelector(".bar");
    const request = job.request = new XMLHttpRequest();
    bar.hidden = false;
    bar.setAttribute("aria-label", job.file.name);
    job.item.querySelector("small").textContent = word("sending");
    say("sending", job.file.name);
    request.upload.onprogress = ({ loaded, total }) => {
      bar.value = Math.floor(20 * loaded / total) * 5; // heard twenty times, not a thousand
    };
    request.onload = () => {
      if (job.request !== request) return;
      let told = null;
      try { told = JSON.parse(request.responseText); } catch { /* a page: the draft is gone, or sent */ }
      const added = told?.files?.[0];
      if (added) {
        const item = line("fichier", added.name, added.size);
        item.querySelector("button").value = added.id;
        const held = job.item.contains(document.activeElement);
        job.item.replaceWith(item);
        if (held) item.querySelector("button").focus();
        say("sent", added.name);
      } else refuse(job, told?.problem || word("broken"), !told);
      done();
    };
    request.onerror = request.ontimeout = () => {
      if (job.request !== request) return;
      refuse(job, word("broken"), true);
      done();
    };
    const body = new FormData();
    body.append("_join", "1");
    body.append("file", job.file);
    request.open("POST", form.getAttribute("action"));
    request.setRequestHeader("X-Recueil-Send", "1");
    request.send(body);
  }

  function done() {
    sending = null;
    update();
    next();
  }

  // Who goes on while a file is on its way goes on with it.
  form.addEventListener("submit", (event) => {
    if (!sending) return;
    event.preventDefault();
    leaving = true;
    say("sending");
  });
  function leave() {
    if (leaving && !sending) HTMLFormElement.prototype.submit.call(form);
  }

  removal.addEventListener("submit", async (event) => {
    const button = event.submitter || document.activeElement;
    if (!button?.value) return;
    event.preventDefault();
    const item = button.closest("li");
    try {
      const body = new URLSearchParams({ file: button.value });
      const answer = await fetch(removal.getAttribute("action"), { method: "POST", body, headers: { "X-Recueil-Send": "1" } });
      if (!answer.ok) throw new Error("refused");
    } catch {
      said.textContent = word("broken");
      return;
    }
    const beside = (item.nextElementSibling || item.previousElementSibling)?.querySelector("button");
    const name = item.querySelector("bdi").textContent;
    item.remove();
    update();
    (beside || input).focus();
    say("removed", name);
  });
}
