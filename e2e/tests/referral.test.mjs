// Referrals to the follow-up unit, on both sides, in French and in English.

import { test } from "node:test";
import { asVisitor } from "../lib/browser.mjs";
import { walks } from "../lib/referral.mjs";
import { axe } from "../lib/checks/axe.mjs";
import { contrast } from "../lib/checks/contrast.mjs";
import { html } from "../lib/checks/html.mjs";
import { layout } from "../lib/checks/layout.mjs";
import { structure } from "../lib/checks/structure.mjs";
import { visit } from "../lib/visit.mjs";

for (const how of [{ words: "in French" }, { words: "without JavaScript", js: false }, { words: "in English", locale: "en-GB" }]) {
  test(`office, a referral, ${how.words}`, async (t) => {
    const { words, ...options } = how;
    await asVisitor({ ...options, width: 1280, height: 800 }, async (visitor) => {
      await visit(t, visitor, walks.referral(visitor), {
        "8 and 13 axe": options.js === false ? null : axe,
        "9 valid HTML": html,
        "10 to 12 layout": layout,
        "13 contrast of controls": contrast,
        "15 headings and titles": structure(),
      });
    });
  });
}
