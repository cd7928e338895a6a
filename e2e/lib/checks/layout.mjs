// 10: no horizontal scrolling from 320 px to 1920 px; 11: text at 200 % and with the
// spacing of WCAG 1.4.12 loses nothing; 12: targets of 44 px.

const widths = [320, 360, 768, 1280, 1920];

const spacing = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; } p { margin-bottom: 2em !important; }";
const large = "html { font-size: 200% !important; }";

export async function layout({ page }) {
  const found = [];
  const usual = page.viewportSize();
  for (const width of widths) {
    await page.setViewportSize({ width, height: 740 });
    found.push(...(await page.evaluate(overflows)).map((what) => `at ${width} px ${what}`));
    if (width === 320) found.push(...(await page.evaluate(smallTargets)).map((what) => `small target: ${what}`));
    if (width === 320) found.push(...await styled(page, spacing, "with WCAG spacing at 320 px"));
    if (width === 1280) found.push(...await styled(page, large, "at 200 % of 1280 px"));
  }
  await page.setViewportSize({ width: 360, height: 740 });
  found.push(...await styled(page, large, "at 200 % of 360 px"));
  await page.setViewportSize(usual);
  return found;
}

async function styled(page, rules, when) {
  await page.evaluate((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [sheet];
  }, rules);
  const found = [...await page.evaluate(overflows), ...await page.evaluate(lostText)];
  await page.evaluate(() => { document.adoptedStyleSheets = []; });
  return found.map((what) => `${when} ${what}`);
}

function overflows() {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const widest = [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > clientWidth + 1 && !element.closest(".trap, .visually-hidden"))
    .map((element) => `${element.tagName.toLowerCase()}.${element.className}`);
  return [`the page is ${scrollWidth} px wide in ${clientWidth}: ${widest.slice(-3).join(", ")}`];
}

// Text that is cut off, lies over other text, or sticks out of its button.
function lostText() {
  const found = [];
  const seen = (element) => {
    const style = getComputedStyle(element);
    for (let at = element; at; at = at.parentElement) if (getComputedStyle(at).clipPath !== "none") return false; // for the ear only
    return style.visibility !== "hidden" && element.getClientRects().length > 0 && !element.closest(".trap, .skip, details:not([open]) > :not(summary), [data-cover]");
  };
  const pieces = [];
  const stuck = (element) => Boolean(element.closest(".top"));
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    const element = text.parentElement;
    if (!text.data.trim() || !seen(element) || element.closest("textarea, select, script, svg")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const words = text.data.trim().slice(0, 30);
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(box);
      if ((overflowX === "hidden" || overflowX === "clip") && box.scrollWidth > box.clientWidth + 1) found.push(`“${words}” is cut off in ${box.tagName}.${box.className}`);
      if ((overflowY === "hidden" || overflowY === "clip") && box.scrollHeight > box.clientHeight + 1) found.push(`“${words}” is cut off in ${box.tagName}.${box.className}`);
    }
    const box = element.closest("a, button, .choice, label, summary");
    for (const part of range.getClientRects()) {
      if (part.width < 2) continue;
      pieces.push({ part, element, words, stuck: stuck(element) });
      if (!box || getComputedStyle(box).display === "inline") continue;
      const frame = box.getBoundingClientRect();
      if (part.left < frame.left - 1 || part.right > frame.right + 1 || part.top < frame.top - 2 || part.bottom > frame.bottom + 2) found.push(`“${words}” sticks out of ${box.tagName}.${box.className}`);
    }
  }
  // From top to bottom, each is compared only with those that begin before it ends, and
  // by its place first: a long page has half a million pairs.
  pieces.sort((a, b) => a.part.top - b.part.top);
  for (const [i, a] of pieces.entries()) {
    for (let j = i + 1; j < pieces.length && pieces[j].part.top < a.part.bottom; j++) {
      const b = pieces[j];
      const wide = Math.min(a.part.right, b.part.right) - Math.max(a.part.left, b.part.left);
      const high = Math.min(a.part.bottom, b.part.bottom) - b.part.top;
      if (wide <= 2 || high <= Math.min(a.part.height, b.part.height) / 2) continue;
      if (a.element === b.element || a.element.contains(b.element) || b.element.contains(a.element) || a.stuck !== b.stuck) continue;
      found.push(`“${a.words}” and “${b.words}” lie over each other`);
    }
  }
  return [...new Set(found)];
}

// Labels of choices are measured in the place of their inputs; links within a
// sentence are exempt.
function smallTargets() {
  const found = [];
  for (const element of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, audio")) {
    if (!element.getClientRects().length || element.closest(".visually-hidden, .trap, .skip")) continue;
    const target = element.matches("[type=radio], [type=checkbox]") ? element.closest("label") ?? element : element;
    const style = getComputedStyle(target);
    if (target.tagName === "A" && style.display === "inline" && target.closest("p, li, dd") && target.closest("p, li, dd").textContent.trim() !== target.textContent.trim()) continue;
    const { width, height } = target.getBoundingClientRect();
    const least = element.matches(".exit") ? 48 : 44;
    if (width < least || height < least) found.push(`${target.tagName.toLowerCase()}.${target.className} “${target.textContent.trim().slice(0, 30)}” ${Math.round(width)} × ${Math.round(height)}`);
  }
  return found;
}
