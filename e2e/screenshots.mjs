// Takes every page in every state at 320, 768 and 1280 px, by day and by night, into
// var/screenshots; a page that folds something away is taken once more with it open.
// `make screenshots`, or `node screenshots.mjs young` for some of the walks. The rooms
// whose walks live in their tests are taken by `PICTURES=1 node run.mjs record`.

import { walks as accountWalks } from "./lib/accounts.mjs";
import { walks as alertWalks } from "./lib/alerts.mjs";
import { asVisitor, closeBrowser } from "./lib/browser.mjs";
import { sendShort, walks as officeWalks } from "./lib/office.mjs";
import { picture } from "./lib/pictures.mjs";
import { walks as publicWalks } from "./lib/public.mjs";
import { walks as referralWalks } from "./lib/referral.mjs";
import { start, stop } from "./lib/service.mjs";

const locale = process.env.LOCALE ?? "fr-FR"; // LOCALE=en-GB for the English pages
const kept = locale.slice(0, 2);
const wanted = process.argv.slice(2);
process.env.PICTURES ??= "1"; // walks may take their time

await start();
try {
  for (const [side, walks] of Object.entries({ public: publicWalks, office: { ...officeWalks, ...accountWalks, ...alertWalks, ...referralWalks } })) {
    for (const [name, walk] of Object.entries(walks)) {
      if (wanted.length && !wanted.some((word) => name.includes(word))) continue;
      const reference = side === "office" ? await sendShort() : "";
      // A walk that goes astray is said, and takes no other one with it.
      await asVisitor({ locale }, async (visitor) => {
        for await (const state of walk(visitor, reference)) await picture(visitor.page, `${kept}/${side}/${state.replaceAll("/", "-")}`);
      }).catch((error) => { console.error(`${name}: ${error.message}`); process.exitCode = 1; });
    }
  }
} finally {
  await closeBrowser();
  await stop();
}
