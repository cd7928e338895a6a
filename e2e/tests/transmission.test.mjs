// What leaves the house, page by page: in French with and without scripts, in English
// with them.

import { test } from "node:test";
import { asVisitor, scripting, words } from "../lib/browser.mjs";
import { sendShort } from "../lib/office.mjs";
import { walks } from "../lib/transmission.mjs";
import { axe } from "../lib/checks/axe.mjs";
import { contrast } from "../lib/checks/contrast.mjs";
import { html } from "../lib/checks/html.mjs";
import { layout } from "../lib/checks/layout.mjs";
import { structure } from "../lib/checks/structure.mjs";
import { visit } from "../lib/visit.mjs";

for (const how of [...scripting, { js: true, locale: "en-GB" }]) {
  for (const [name, walk] of Object.entries(walks)) {
    test(`office, ${name}, ${words(how)}${how.locale ? ", in English" : ""}`, async (t) => {
      const reference = await sendShort();
      await asVisitor({ ...how, width: 1280, height: 800 }, async (visitor) => {
        await visit(t, visitor, walk(visitor, reference), {
          "8 and 13 axe": how.js ? axe : null,
          "9 valid HTML": html,
          "10 to 12 layout": layout,
          "13 contrast of controls": contrast,
          "15 headings and titles": structure(),
        });
      });
    });
  }
}
