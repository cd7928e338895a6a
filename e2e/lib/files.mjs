// The files of a report, as a visitor adds them.

import { answer, enter, forward, press } from "./form.mjs";

export const join = "button[name=_join]";
export const list = "[data-list] .file-name bdi";

/** A relative who has told something, at the page of the files. */
export async function toFiles(page) {
  await enter(page, "relative");
  await answer(page, { danger_now: "no" });
  while (!page.url().endsWith("/e/11")) {
    const number = new URL(page.url()).pathname.slice(3);
    await answer(page, number === "2" ? { "situation.facts": "Des cris, le soir." } : {});
    if (await page.locator("button[name=_skip]").count()) await press(page, "button[name=_skip]");
  }
}

/** Adds a file and waits until the page lists it. */
export async function addFile(page, js, chosen) {
  const before = await page.locator(list).count();
  await page.locator("input[type=file]").setInputFiles(chosen);
  if (!js) await press(page, join);
  await page.waitForFunction(({ list, many }) => document.querySelectorAll(`${list}`).length === many
    && !document.querySelector(".is-sending"), { list, many: before + 1 });
}

/** Goes on to the end and sends; returns the reference. */
export async function sendOn(page) {
  while (!page.url().endsWith("/v")) {
    await press(page, forward);
    if (await page.locator("button[name=_skip]").count()) await press(page, "button[name=_skip]");
  }
  await press(page, forward);
  return page.locator("#reference").textContent();
}
