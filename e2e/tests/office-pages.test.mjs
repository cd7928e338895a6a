// Every page of the back office in every state, with and without JavaScript.

import { test } from "node:test";
import { asVisitor, scripting, words } from "../lib/browser.mjs";
import { walks as accounts } from "../lib/accounts.mjs";
import { walks as alerts } from "../lib/alerts.mjs";
import { sendShort, walks as listening } from "../lib/office.mjs";
import { axe } from "../lib/checks/axe.mjs";
import { contrast } from "../lib/checks/contrast.mjs";
import { html } from "../lib/checks/html.mjs";
import { layout } from "../lib/checks/layout.mjs";
import { structure } from "../lib/checks/structure.mjs";
import { visit } from "../lib/visit.mjs";

for (const how of scripting) {
  for (const [name, walk] of Object.entries({ ...listening, ...accounts, ...alerts })) {
    test(`office, ${name}, ${words(how)}`, async (t) => {
      const reference = await sendShort(); // of its own for each walk
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
