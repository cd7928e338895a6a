// Chromium, and visitors: each a browser profile of its own. Whatever any visitor's
// browser says or asks for during the whole run is remembered, and judged at the end.

import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { alsoOurs, elsewhere, service } from "./service.mjs";

/** What was seen in the whole run. */
export const seen = {
  complaints: [], // what browsers wrote to their consoles, CSP violations among it
  strangers: new Set(), // addresses asked for that are neither ours nor the site one leaves to
  answers: [], // {side, method, path, status, headers} of every answer of ours
  documents: [], // {side, path, title} of every page that was shown
};

const executablePath = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

let browser; // the promise of one: two visitors may come at once

export async function launch(options = {}) {
  return chromium.launch({ executablePath, args: quiet, chromiumSandbox: process.getuid() !== 0, ...options });
}

export async function closeBrowser() {
  await (await browser)?.close();
}

/** The settings every check runs under: with and without JavaScript. */
export const scripting = [{ js: true }, { js: false }];
export const words = ({ js = true }) => (js ? "with JavaScript" : "without JavaScript");

/** Runs a test as a new visitor: a context of its own, with one page open. What it
    provokes the browser to complain of is not held against the pages. */
export async function asVisitor(options, test) {
  const { js = true, width = 360, height = 740, dark = false, on, provokes, ...rest } = options;
  browser ??= launch();
  const context = await (on ?? await browser).newContext({
    viewport: { width, height }, javaScriptEnabled: js, colorScheme: dark ? "dark" : "light", locale: "fr-FR", timezoneId: "Europe/Paris", ...rest,
  });
  context.setDefaultTimeout(10_000);
  await watch(context, provokes);
  const page = await context.newPage();
  let document; // the answer that the page on the screen came with
  page.on("response", (answer) => {
    if (answer.request().isNavigationRequest() && answer.frame() === page.mainFrame() && ![301, 302, 303].includes(answer.status())) document = answer;
  });
  const visitor = { context, page, js, answer: () => document, source: () => document.text(), status: () => document.status() };
  // Not everything that waits for a page has a limit of its own.
  const patience = setTimeout(() => {
    visitor.late = true;
    context.close();
  }, process.env.PICTURES ? 900_000 : 180_000);
  try {
    return await test(visitor);
  } catch (error) {
    throw visitor.late ? new Error(`nothing came any more at ${page.url()}`, { cause: error }) : error;
  } finally {
    clearTimeout(patience);
    await context.close();
  }
}

export const sideOf = (url) => ["intake", "office"].find((side) => service[side] && (url + "/").startsWith(service[side] + "/"));

async function watch(context, provokes) {
  context.on("request", (request) => {
    const url = request.url();
    if (!sideOf(url) && !alsoOurs.has(new URL(url).origin) && !url.startsWith(elsewhere.url) && !/^(data|blob|about):/.test(url)) seen.strangers.add(url);
  });
  context.on("response", async (response) => {
    const side = sideOf(response.url());
    if (!side || response.headers().server === "proxy") return; // ours never name themselves; a test that stands in for a proxy does
    const { pathname, search } = new URL(response.url());
    seen.answers.push({ side, method: response.request().method(), path: pathname + search, status: response.status(), headers: await response.allHeaders().catch(() => null) });
  });
  context.on("console", (message) => {
    if (!["error", "warning"].includes(message.type())) return;
    // The browser reports each 4xx and each lost connection in these words; they are
    // what many of these tests are about.
    if (message.text().startsWith("Failed to load resource")) return;
    if (provokes?.test(message.text())) return; // a test that shows what is refused
    seen.complaints.push(`${message.page()?.url()}: ${message.text()}`);
  });
  context.on("weberror", (error) => seen.complaints.push(`${error.page()?.url()}: ${error.error()}`));
  context.on("page", (page) => page.on("domcontentloaded", () => remember(page)));
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
}

async function remember(page) {
  const url = page.url();
  const side = sideOf(url);
  if (!side) return;
  const title = await page.title().catch(() => null); // it may have left already
  if (title !== null) seen.documents.push({ side, path: url.slice(service[side].length), title });
}
