// Proposals while the name of a commune is typed (a combobox with a list, ARIA 1.2).
// What is typed goes to our own server in the body of a POST, without a cookie. A
// proposal that is taken becomes the text of the field; the server reads that text
// as it would have read it without this script.
//
//   .combobox[data-search="/c"]   around the input
//     data-within="name"          the field that narrows the search
//     data-counts="none|one|…"    what is said of so many proposals
//     data-credentials            of the request, where only members are answered

const pause = 120;

for (const box of document.querySelectorAll(".combobox")) combine(box, box.querySelector("input"));

function combine(box, input) {
  const list = document.createElement("ul");
  list.id = `${input.id}-liste`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0].textContent);
  const said = document.createElement("p");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  box.append(list, said);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  const counts = box.dataset.counts.split("|");
  let active = -1;
  let timer = 0;
  let asking = null;
  close();

  function close() {
    clearTimeout(timer);
    asking?.abort();
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    activate(-1);
  }

  function activate(index) {
    active = index;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === active)));
    const option = list.children[active];
    if (!option) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function take(option) {
    input.value = option.textContent;
    said.textContent = "";
    close();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function show(labels) {
    list.replaceChildren(...labels.map((label, at) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${at}`;
      option.setAttribute("role", "option");
      option.dir = "auto";
      option.textContent = label;
      return option;
    }));
    activate(-1);
    list.hidden = labels.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    said.textContent = counts[labels.length] || "";
    if (!list.hidden) list.scrollTop = 0;
  }

  async function search(then) {
    const typed = input.value.trim();
    asking?.abort();
    asking = new AbortController();
    const within = input.form.elements.namedItem(box.dataset.within);
    try {
      const answer = await fetch(box.dataset.search, {
        method: "POST", body: new URLSearchParams({ q: typed, department: within?.value || "" }),
        signal: asking.signal, credentials: box.dataset.credentials || "omit", cache: "no-store",
      });
      if (!answer.ok || document.activeElement !== input) return;
      show(await answer.json());
      then?.();
    } catch {
      // Superseded, or away from the network: the field stays a field.
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (input.value.trim() === "") {
      said.textContent = "";
      return close();
    }
    timer = setTimeout(search, pause);
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const last = list.children.length - 1;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp": {
        const down = event.key === "ArrowDown";
        if (list.hidden) {
          if (input.value.trim() === "") return;
          search(() => activate(down ? 0 : list.children.length - 1));
        } else if (event.altKey && !down) close();
        else if (down) activate(active >= last ? -1 : active + 1);
        else activate(active < 0 ? last : active - 1);
        break;
      }
      case "Enter":
        if (list.hidden || active < 0) return;
        take(list.children[active]);
        break;
      case "Escape":
        if (list.hidden) return;
        close();
        break;
      default:
        return;
    }
    event.preventDefault();
  });

  // The field keeps the focus, and a touch keyboard stays, while a proposal is pressed.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    take(option);
    input.focus();
  });
  input.addEventListener("blur", close);
}
