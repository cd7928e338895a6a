// 15: one h1, a title of its own; errors said where errors must be said.

export function structure() {
  const titles = new Map(); // title → h1 of the page that has it, for one walk

  return async ({ page }) => page.evaluate(() => ({
    title: document.title,
    headings: [...document.querySelectorAll("h1")].map((h1) => h1.textContent.trim()),
    levels: [...document.querySelectorAll("h1, h2, h3, h4")].map((heading) => Number(heading.tagName[1])),
    lang: document.documentElement.lang,
    wrong: document.querySelectorAll(".error-summary").length > 0,
    focused: document.activeElement?.className ?? "",
    lost: [...document.querySelectorAll(".error-summary a[href^='#']")].map((link) => link.hash).filter((hash) => !document.getElementById(hash.slice(1))),
    unexplained: [...document.querySelectorAll("[aria-invalid=true]")].filter((field) => !(field.closest("[aria-describedby]"))).map((field) => field.name),
    missing: document.body.innerText.match(/\[[a-z_]+\.[a-z_.N]+\]/g) ?? [],
  })).then((seen) => {
    const found = [];
    const [h1] = seen.headings;
    const title = seen.title.replace(/^(Erreur\s|Error): /, "");
    if (seen.headings.length !== 1 || !h1) found.push(`${seen.headings.length} h1`);
    if (!title.trim()) found.push("no title");
    if (!seen.lang) found.push("no lang");
    if ((titles.get(title) ?? h1) !== h1) found.push(`the title “${title}” is also that of “${titles.get(title)}”`);
    titles.set(title, h1);
    if (seen.wrong !== (title !== seen.title)) found.push(`the title “${seen.title}” with${seen.wrong ? "" : "out"} an error summary`);
    for (const hash of seen.lost) found.push(`a link of the error summary leads to ${hash}, which is not there`);
    for (const name of seen.unexplained) found.push(`${name} is invalid and nothing describes it`);
    for (const key of seen.missing) found.push(`no text for ${key}`);
    seen.levels.forEach((level, i) => { if (level > (seen.levels[i - 1] ?? 0) + 1) found.push(`heading ${i + 1} jumps to level ${level}`); });
    return found;
  });
}
