// 8: no violation of WCAG 2.0 to 2.2, A and AA, that axe can find; 13: nor any of
// contrast in the dark.

import { readFile } from "node:fs/promises";

const rules = await readFile(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const levels = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// Sent as it is: a wrapper around it takes half as long again.
export async function axe({ page }) {
  for (const frame of page.frames()) await frame.evaluate(rules);
  const violations = await run(page, levels);
  await page.emulateMedia({ colorScheme: "dark" });
  violations.push(...await run(page, ["color-contrast"]));
  await page.emulateMedia({ colorScheme: "light" });
  return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id} at ${node.target.join(" ")}: ${node.failureSummary.split("\n").slice(1).join(" ").trim()}`));
}

async function run(page, runOnly) {
  return page.evaluate(async (options) => {
    const { violations } = await window.axe.run(options); // what passed is much longer
    return violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary })) }));
  }, { resultTypes: ["violations"], runOnly });
}
