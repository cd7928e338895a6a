// The browser tests of the whole service, in Chromium, on `recueil dev` as it is
// built: `npm test`, or `node run.mjs keyboard exit` for some of the files.
//
// The files run one after another on one service and one browser; each test is a
// visitor with a profile of his own. At the end the pages and states that were
// looked at are printed.

import { readdir } from "node:fs/promises";
import { test } from "node:test";
import assert from "node:assert/strict";
import { closeBrowser } from "./lib/browser.mjs";
import { start, stop } from "./lib/service.mjs";
import { visited } from "./lib/visit.mjs";

const wanted = process.argv.slice(2);
const last = "whole-run.test.mjs"; // judges what the others met
const files = (await readdir(new URL("tests", import.meta.url))).filter((name) => name === last || !wanted.length || wanted.some((word) => name.startsWith(word)))
  .sort((a, b) => (a === last) - (b === last) || a.localeCompare(b));

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => end().then(() => process.exit(130)));
await start();

async function end() {
  await closeBrowser();
  return stop();
}

for (const file of files) await import(`./tests/${file}`);

test("everything stops, and no process stays behind", async () => {
  assert.deepEqual(await end(), []);
  console.log(`Pages and states looked at (${visited.length}):\n  ${visited.join("\n  ")}`);
});
