// The preview of a file that is to leave.
//
//   [data-redact]   shown by this script: adds what is selected on the page to the passages
//                   to take out, a line each
//   [data-plain]    sends its form once more into a tab of its own, so that the page with
//                   what is typed on it stays
const form = document.querySelector("form.preparing");

if (form) {
  const passages = form.elements.redactions;
  const button = form.querySelector("[data-redact]");
  let selected = "";

  // Pressing the button would end the selection before its click comes.
  document.addEventListener("selectionchange", () => {
    const at = document.getSelection();
    const within = at.anchorNode?.parentElement?.closest(".leaf-row .what");
    if (within && !at.isCollapsed) selected = at.toString();
  });
  button.hidden = false;
  button.addEventListener("click", () => {
    const lines = selected.split("\n").map((line) => line.trim()).filter(Boolean);
    if (lines.length === 0) return passages.focus();
    const before = passages.value.replace(/\s+$/, "");
    passages.value = (before ? before + "\n" : "") + lines.join("\n") + "\n";
    selected = "";
    passages.focus();
    passages.scrollIntoView({ block: "center" });
  });

  for (const plain of form.querySelectorAll("[data-plain]")) {
    plain.addEventListener("click", (event) => {
      event.preventDefault();
      event.stopPropagation();
      const copy = document.createElement("form");
      copy.method = "post";
      copy.action = form.getAttribute("action");
      copy.target = "_blank";
      const data = new FormData(form);
      data.append(plain.name, plain.value);
      for (const [name, value] of data) {
        const field = document.createElement("input");
        field.type = "hidden";
        field.name = name;
        field.value = value;
        copy.append(field);
      }
      document.body.append(copy);
      copy.submit();
      copy.remove();
    });
  }
}
