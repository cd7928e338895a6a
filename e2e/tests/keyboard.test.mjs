// 14: the whole way by keyboard alone, the focus always to be seen.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asVisitor, scripting, words } from "../lib/browser.mjs";
import { enter, answer, fill, open } from "../lib/form.mjs";

/** Presses Tab until the focus is on what is wanted, and looks at each stop. */
async function tabTo(page, wanted) {
  for (let stops = 0; stops < 80; stops++) {
    await page.keyboard.press("Tab");
    const { there, problem } = await page.evaluate(look, wanted);
    assert.equal(problem, "", page.url());
    if (there) return;
  }
  assert.fail(`${page.url()}: the focus never comes to ${wanted}`);
}

// What is wrong with how the focused element shows, if anything.
function look(wanted) {
  const element = document.activeElement;
  if (!element || element === document.body) return { there: false, problem: "" };
  const frame = element.closest(".choice") ?? element;
  const name = `${element.tagName.toLowerCase()} ${element.name ?? ""} ${element.id} “${frame.textContent.trim().slice(0, 30)}”`;
  const drawn = element.closest(".choice") ? getComputedStyle(frame.querySelector("span"), "::before") : getComputedStyle(element);
  let problem = "";
  if (drawn.outlineStyle === "none" || parseFloat(drawn.outlineWidth) < 2) problem = `${name} shows no focus`;
  const box = frame.getBoundingClientRect();
  const bar = document.querySelector(".top")?.getBoundingClientRect().bottom ?? 0;
  const inBar = Boolean(element.closest(".top"));
  if (Math.min(box.bottom, box.top + 44) > innerHeight + 1) problem = `${name} is below the screen`;
  if (!inBar && box.top < bar - 1 && box.height < innerHeight - bar) problem = `${name} is under the bar`;
  const middle = document.elementFromPoint(box.left + box.width / 2, Math.min(Math.max(box.top + box.height / 2, inBar ? 0 : bar + 1), innerHeight - 1));
  if (!middle || !(frame.contains(middle) || middle.contains(element))) problem = `${name} is covered`;
  return { there: element.matches(wanted), problem };
}

/** Presses Enter and waits for the page it leads to. */
async function enterKey(page) {
  await Promise.all([page.waitForEvent("domcontentloaded"), page.keyboard.press("Enter")]);
  await page.waitForLoadState();
}

const go = "main form .actions .button";

for (const how of scripting) {
  for (const size of [{ width: 360, height: 740 }, { width: 640, height: 280 }]) {
    test(`14 the young person’s way by keyboard on ${size.width} × ${size.height}, ${words(how)}`, async () => asVisitor({ ...how, ...size }, async ({ page }) => {
      await open(page, "/");
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement.className), "exit", "the exit comes first");
      await tabTo(page, ".skip");
      await tabTo(page, "[name=door][value=self]");
      await enterKey(page);
      await tabTo(page, "main a.button");
      await enterKey(page);

      await tabTo(page, "[name=danger_now]");
      await page.keyboard.press("Space");
      await page.keyboard.press("ArrowDown");
      assert.equal(await page.evaluate(() => document.activeElement.value), "no");
      await tabTo(page, go);
      await enterKey(page);

      await tabTo(page, "[value=suicidal_thoughts]");
      await page.keyboard.press("Space");
      await tabTo(page, "textarea");
      await page.keyboard.type("Écrit au clavier.");
      await tabTo(page, go);
      await enterKey(page);

      await tabTo(page, go); // what is asked is left out: the page asks once more
      await enterKey(page);
      if (how.js) assert.match(await page.evaluate(() => document.activeElement.className), /error-summary/);
      await tabTo(page, ".error-summary a");
      await page.keyboard.press("Enter");
      assert.equal(await page.evaluate(() => document.activeElement.name), "place.department");
      await page.keyboard.type("Nord");
      await page.keyboard.press("Tab");
      await tabTo(page, go);
      await enterKey(page);

      await tabTo(page, "[name='contact.channel'], [name='contact.confidentiality']");
      await page.keyboard.press("Space");
      await tabTo(page, "[name='contact.channel']");
      await page.keyboard.press("Space");
      await tabTo(page, go);
      await enterKey(page);

      await tabTo(page, "main dl .change a");
      await tabTo(page, "main form .button");
      await enterKey(page);
      assert.match(page.url(), /\/r$/);
      await tabTo(page, "main a[data-exit]");
    }));
  }

  test(`Enter in a field goes on and removes no item of a group, ${words(how)}`, async () => asVisitor(how, async ({ page }) => {
    await enter(page, "relative");
    while (!page.url().includes("/e/3")) {
      const kind = new URL(page.url()).pathname;
      await answer(page, { "/e/13": { "reporter.profile": "neighbour" }, "/e/1": { danger_now: "no" }, "/e/2": { "situation.facts": "Des cris." } }[kind] ?? {});
    }
    await fill(page, { "children.0.first_name": "Camille" });
    await tabTo(page, "[name=_add]");
    await enterKey(page);
    await fill(page, { "children.1.first_name": "Sacha" });
    await page.locator("[name='children.1.first_name']").focus();
    await enterKey(page);
    await page.goBack().catch(() => {});
    await open(page, "/e/3?m=1");
    const kept = await page.evaluate(async () => (await fetch("/e/3", { headers: { Accept: "text/html" } })).text());
    assert.match(kept, /value="Camille"/);
    assert.match(kept, /value="Sacha"/);
  }));
}
