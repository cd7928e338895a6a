// Leaving and being away, on every public page.
//
// The exit link blanks the page at once and replaces it by the neutral page of the
// server; Shift pressed and released alone three times does the same. On a form
// page (data-form-page on body) the content is covered whenever the page is out of
// sight. Back within three minutes uncovers it; later, or from the browser's
// history, one has to ask for it.

const root = document.documentElement;

function exit() {
  root.classList.add("is-left");
  const link = document.querySelector("a[data-exit]");
  const target = link ? link.href : "/s";
  document.title = "\u00a0";
  // Whatever the browser still keeps of this page is then an empty one.
  document.body.replaceChildren();
  location.replace(target);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-exit]");
  if (!link || event.button !== 0) return;
  event.preventDefault();
  exit();
}, true);

// Three releases of Shift count, each with no other key down before or meanwhile:
// a capital letter always starts again. Esc is left alone, it stops loading pages
// and closes keyboards.
const presses = 3;
const within = 5000;
let released = [];
let alone = false;

function again() {
  released = [];
  alone = false;
}

addEventListener("keydown", (event) => {
  if (event.key !== "Shift" || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return again();
  if (!event.repeat) alone = true;
}, true);

addEventListener("keyup", (event) => {
  if (event.key !== "Shift" || !alone) return again();
  alone = false;
  const now = Date.now();
  released = released.filter((then) => now - then < within);
  if (released.push(now) >= presses) exit();
}, true);

addEventListener("pointerdown", again, true);
addEventListener("blur", again);

document.querySelector("[data-keys]")?.removeAttribute("hidden"); // without this script there is no such key

const cover = document.querySelector("[data-cover]");
if (cover && "formPage" in document.body.dataset) keepCovered(cover);

function keepCovered(cover) {
  const patience = 3 * 60 * 1000;
  let leftAt = 0; // 0 while the page is in sight
  let locked = false;
  let restored = false;
  let focused = null;

  function hide() {
    if (root.classList.contains("is-covered")) return;
    leftAt = Date.now();
    focused = document.activeElement;
    root.classList.add("is-covered");
    cover.hidden = false;
  }

  function show() {
    leftAt = 0;
    locked = false;
    root.classList.remove("is-covered");
    cover.hidden = true;
    if (focused && focused !== document.body && focused.isConnected) focused.focus({ preventScroll: true });
  }

  function lock() {
    locked = true;
    hide();
    cover.querySelector("[data-resume]")?.focus();
  }

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") hide();
    else if (locked || restored) return;
    else if (Date.now() - leftAt >= patience) lock();
    else show();
  });

  // A page put into the history is covered before it goes, so that it comes back
  // covered and no frame of it is painted.
  addEventListener("pagehide", hide);
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    restored = true;
    lock();
  });

  // What came from the history is asked of the server again, which knows whether
  // the draft still lives; what merely waited keeps its unsent words.
  cover.querySelector("[data-resume]")?.addEventListener("click", () => {
    if (restored) location.replace(location.pathname + location.search); // a reload could repeat a POST
    else show();
  });
}
