// Pictures of a page at three widths, by day and by night, for eyes to look at.

import { mkdir } from "node:fs/promises";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../../var/screenshots");

/** Takes the page as it stands, and once more with what it folds away open. `name`
    says where: "office/queue, filtered". */
export async function picture(page, name) {
  const [folder, state] = [path.dirname(name), path.basename(name)];
  const file = path.join(root, folder, state.replace(/[^\p{L}\d]+/gu, "-"));
  await mkdir(path.dirname(file), { recursive: true });
  const before = page.viewportSize();
  await each(page, file, ["light", "dark"], [320, 768, 1280]);
  const folded = await page.evaluate(() => {
    const closed = document.querySelectorAll("main details:not([open])");
    closed.forEach((one) => { one.open = true; });
    return closed.length;
  });
  if (folded) await each(page, `${file}-open`, ["light", "dark"], [320, 1280]);
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(before);
}

async function each(page, file, schemes, widths) {
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 });
      await page.screenshot({ path: `${file}-${width}-${colorScheme}.png`, fullPage: true });
    }
  }
}
