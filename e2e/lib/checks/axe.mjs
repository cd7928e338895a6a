// 8: no violation of WCAG 2.0 to 2.2, A and AA, that axe can find; 13: neither in
// the dark.

import { AxeBuilder } from "@axe-core/playwright";

const levels = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export async function axe({ page }) {
  const found = await run(page, (builder) => builder.withTags(levels));
  await page.emulateMedia({ colorScheme: "dark" });
  found.push(...await run(page, (builder) => builder.withRules(["color-contrast"])));
  await page.emulateMedia({ colorScheme: "light" });
  return found;
}

async function run(page, choose) {
  const { violations } = await choose(new AxeBuilder({ page }).setLegacyMode()).analyze();
  return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id} at ${node.target.join(" ")}: ${node.failureSummary.split("\n").slice(1).join(" ").trim()}`));
}
