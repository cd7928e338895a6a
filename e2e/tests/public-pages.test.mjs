// Every page of the public side in every state, with and without JavaScript: what
// holds for each of them.

import { describe, test } from "node:test";
import { asVisitor, scripting, words } from "../lib/browser.mjs";
import { walks } from "../lib/public.mjs";
import { axe } from "../lib/checks/axe.mjs";
import { contrast } from "../lib/checks/contrast.mjs";
import { exit } from "../lib/checks/exit.mjs";
import { html } from "../lib/checks/html.mjs";
import { layout } from "../lib/checks/layout.mjs";
import { privacy } from "../lib/checks/privacy.mjs";
import { structure } from "../lib/checks/structure.mjs";
import { visit } from "../lib/visit.mjs";

// Two of the ways differ in their words only, which no script touches.
const once = ["young, for a friend", "professional"];
// Two take the database away, from everybody.
const troubled = ["mailbox", "gone wrong"];

const checks = (how) => ({
  "8 and 13 axe": how.js ? axe : null,
  "9 valid HTML": html,
  "10 to 12 layout": layout,
  "13 contrast of controls": contrast,
  "15 headings and titles": structure(),
  "29 the exit": exit,
  "34 to 36 what stays behind": privacy,
});

// Where no script runs, the pages speak English: both are seen for the time of one.
function look(name, how) {
  test(`${name}, ${words(how)}`, async (t) => asVisitor({ ...how, locale: how.js ? "fr-FR" : "en-GB" }, (visitor) => visit(t, visitor, walks[name](visitor), checks(how))));
}

// Most of the run's time is spent here, so two visitors walk at once.
describe("every page of the public side", { concurrency: 2 }, () => {
  for (const how of scripting) {
    for (const name of Object.keys(walks)) {
      if (!troubled.includes(name) && (how.js || !once.includes(name))) look(name, how);
    }
  }
});

for (const how of scripting) for (const name of troubled) look(name, how);
