// 34: after the home page neither address nor title names what this is about;
// 35: nothing is kept on the device; 36: what shows a form is never stored, and its
// answer sets a cookie, which keeps it out of the back-forward cache.

import { service } from "../service.mjs";

export async function privacy({ page, js, answer }) {
  const found = [];
  const path = page.url().slice(service.intake.length);
  if (path !== "/" && /119|enfant|signalement/i.test(`${path} ${await page.title()}`)) found.push(`${path} or “${await page.title()}” says what this is`);
  if (js) {
    const kept = await page.evaluate(async () => ({ local: localStorage.length, session: sessionStorage.length, databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length, cookies: document.cookie }));
    for (const [where, what] of Object.entries(kept)) if (what) found.push(`${where} holds ${what}`);
  }
  const headers = await answer().allHeaders();
  if (headers["cache-control"] !== "no-store") found.push(`Cache-Control: ${headers["cache-control"]}`);
  const typing = await page.locator("main form :is(input:not([type=hidden]), textarea, select)").count();
  if (typing && !/__Host-[^=]+=[^;]+;.*HttpOnly; Secure; SameSite=Strict/.test(headers["set-cookie"] ?? "")) found.push(`Set-Cookie: ${headers["set-cookie"]}`);
  return found;
}
