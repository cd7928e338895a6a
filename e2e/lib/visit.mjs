// Walks through pages and puts every check to each; one subtest for each check says
// what it found, and where. With PICTURES set, each state is taken for eyes to look
// at instead.

import { picture } from "./pictures.mjs";

/** The pages and states that were looked at, for the list at the end of the run. */
export const visited = [];

export async function visit(t, visitor, states, checks) {
  const wanted = Object.entries(checks).filter(([, check]) => check);
  const found = new Map(wanted.map(([name]) => [name, []]));
  for await (const state of states) {
    if (process.env.PICTURES && visitor.js) {
      const lang = await visitor.page.locator("html").getAttribute("lang");
      await picture(visitor.page, `${lang}/rooms/${state.replaceAll("/", "-")}`);
    }
    visited.push(`${state}${visitor.js ? "" : " (without JavaScript)"}`);
    // What is folded away is looked at as well.
    await visitor.page.evaluate(() => document.querySelectorAll("details").forEach((folded) => { folded.open = true; }));
    if (process.env.PICTURES) continue;
    for (const [name, check] of wanted) {
      for (const what of await check(visitor)) found.get(name).push(`${state}: ${what}`);
    }
  }
  for (const [name, problems] of found) {
    await t.test(name, () => {
      if (problems.length) throw new Failure(problems);
    });
  }
}

/** An error that says what was found, and not where in these tests. */
class Failure extends Error {
  constructor(problems) {
    super(problems.map((what) => `• ${what}`).join("\n"));
    this.stack = this.message;
  }
}
