// 8: no violation of WCAG 2.0 to 2.2, A and AA, that axe can find; 13: nor any of
// contrast in the dark.

import { AxeBuilder } from "@axe-core/playwright";

const levels = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const only = { resultTypes: ["violations"] }; // what passed is much longer

export async function axe({ page }) {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().options(only).withTags(levels).analyze();
  await page.emulateMedia({ colorScheme: "dark" });
  // The builder has left axe on the page.
  const dark = await page.evaluate((options) => window.axe.run(options), { ...only, runOnly: ["color-contrast"] });
  await page.emulateMedia({ colorScheme: "light" });
  return [...violations, ...dark.violations].flatMap((rule) => rule.nodes.map((node) => `${rule.id} at ${node.target.join(" ")}: ${node.failureSummary.split("\n").slice(1).join(" ").trim()}`));
}
