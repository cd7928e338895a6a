// 16: nothing is asked twice, and what was answered is still there on coming back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asVisitor, scripting, words } from "../lib/browser.mjs";
import { answer, enter, fill, follow, forward, open, press, typed } from "../lib/form.mjs";

const answers = {
  "/e/1": { danger_now: "no" },
  "/e/2": { "situation.story": "Des cris.", "situation.facts": "Des cris.", "situation.young_ticks": ["someone_gains_from_me"] },
  "/e/3": { "children.0.first_name": "Camille" }, "/e/4": { "place.department": "59", "children.0.age": "9" },
  "/e/5": { "situation.dangers": ["sexual_exploitation"] }, "/e/12": { "contact.channel": "none" },
};

const names = (page) => page.evaluate(() => [...new Set([...document.querySelectorAll("main [name]:not([type=hidden], button)")].map((field) => field.name))]);

for (const how of scripting) {
  for (const door of ["self", "young_for_other", "relative", "professional"]) {
    test(`16 nothing is asked twice at the door ${door}, ${words(how)}`, async () => asVisitor(how, async ({ page }) => {
      await enter(page, door);
      const profile = door === "professional" ? "elected" : "neighbour";
      const askedOn = new Map();
      const given = new Map();
      for (let pages = 0; !page.url().endsWith("/v"); pages++) {
        assert.ok(pages < 30, `no end at ${page.url()}`);
        const { pathname } = new URL(page.url());
        const shown = await names(page);
        for (const name of shown) {
          assert.ok(!askedOn.has(name) || askedOn.get(name) === pathname, `${name} is asked on ${askedOn.get(name)} and on ${pathname}`);
          askedOn.set(name, pathname);
        }
        await fill(page, Object.fromEntries(Object.entries(answers[pathname] ?? { "reporter.profile": profile }).filter(([name]) => shown.includes(name))));
        given.set(pathname, await typed(page));
        await press(page, forward);
        if (await page.locator("button[name=_skip]").count()) await press(page, "button[name=_skip]");
        if (page.url().endsWith("/v") && await page.locator("a[href='/v?plus=1']").count()) await press(page, "a[href='/v?plus=1']");
      }
      for (const [pathname, before] of given) {
        await press(page, `main dl a[href^='${pathname}?']`);
        assert.deepEqual(await typed(page), before, `${pathname} comes back without what was answered`);
        await press(page, "main .actions .is-quiet");
      }
    }));
  }

  test(`16 who flees to the short form takes along what was told, ${words(how)}`, async () => asVisitor(how, async ({ page }) => {
    await enter(page, "self");
    await answer(page, { danger_now: "no" });
    await answer(page, { "situation.story": "La moitié." });
    await follow(page, "/d", ".footer");
    await press(page, "main a[href='/m']");
    await answer(page, { "short.where": "Ici." });
    assert.match(page.url(), /\/r$/);
  }));
}
