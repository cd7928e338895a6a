// Acting on pages as a visitor does: doors, answers, buttons.

import { service } from "./service.mjs";

/** Opens an address of the public side by hand, as from the address bar. */
export async function open(page, path) {
  return page.goto(service.intake + path);
}

/** Enters by one of the doors of the home page, up to the first question. */
export async function enter(page, door) {
  await open(page, "/");
  await press(page, `button[name=door][value=${door}]`);
  await press(page, "main a.button");
}

/** Clicks what leads to another page, and waits for that page. */
export async function press(page, selector) {
  // Opening a passphrase file takes a second of a whole processor, and turns are taken.
  const arrived = page.waitForEvent("domcontentloaded", { timeout: 45_000 });
  await Promise.all([arrived, page.locator(selector).first().click()]);
  await page.waitForLoadState();
}

/** Follows a way that leads from the form: a link, or without a script a button. */
export const follow = (page, to, within = "main") => press(page, `${within} a[href="${to}"], ${within} button[value="${to}"]`);

/** The button that sends the page's answers. */
export const forward = "main form .actions button:not([name])";

/** Answers questions by their names and goes on. */
export async function answer(page, answers) {
  await fill(page, answers);
  await press(page, forward);
}

/** Answers questions by their names: a text or a code, a list of codes, or
    {day, month, year}. */
export async function fill(page, answers) {
  for (const [name, value] of Object.entries(answers)) await fillOne(page, name, value);
}

async function fillOne(page, name, value) {
  if (typeof value === "object" && !Array.isArray(value)) {
    for (const part of ["day", "month", "year"]) await fillOne(page, `${name}.${part}`, value[part]);
    return;
  }
  const fields = page.locator(`main [name="${name}"]`);
  const field = fields.first();
  await field.evaluate((element) => { element.closest("details")?.setAttribute("open", ""); });
  switch (await field.evaluate((element) => element.type)) {
    case "radio": case "checkbox":
      for (const code of [value].flat()) await page.locator(`main [name="${name}"][value="${code}"]`).check();
      break;
    case "select-one":
      await field.selectOption(value);
      break;
    default:
      await field.fill(value);
  }
}

/** What the page's fields hold now, by name. */
export async function typed(page) {
  return page.evaluate(() => {
    const held = {};
    for (const field of document.querySelectorAll("main [name]:not([type=hidden])")) {
      if ((field.type === "radio" || field.type === "checkbox") && !field.checked) continue;
      (held[field.name] ??= []).push(field.value);
    }
    return held;
  });
}
