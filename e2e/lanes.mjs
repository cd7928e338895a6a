// All browser tests, in two lanes beside each other: `npm test`. A browser waits more
// than it works, so two processors carry two of everything: a service, a browser, and
// the files that run.mjs is told, one after another. What the second lane says is kept
// until the first has said all; the lanes share nothing, so neither upsets the other.

import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";

// What takes about half of the time together. Every other file is in the second lane.
const first = ["accounts", "acts", "challenge", "commune", "conversation", "exit", "files", "journey", "keyboard", "mailbox", "office-english", "office-files", "once", "passkey", "phone", "professional", "shift", "transmission"];

const all = (await readdir(new URL("tests", import.meta.url))).map((name) => name.replace(".test.mjs", ""));
const unknown = first.filter((name) => !all.includes(name));
if (unknown.length) throw new Error(`no such file of tests: ${unknown}`);
const second = all.filter((name) => !first.includes(name) && name !== "whole-run");

function lane(names, aloud) {
  const child = spawn(process.execPath, ["--test-reporter=spec", "run.mjs", ...names.map((name) => `${name}.`)], { cwd: import.meta.dirname, stdio: ["ignore", aloud ? "inherit" : "pipe", "inherit"] });
  const said = [];
  child.stdout?.on("data", (chunk) => said.push(chunk));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.once("close", (code) => resolve({ code: code ?? 1, said: Buffer.concat(said) }));
  });
}

const [one, other] = await Promise.all([lane(first, true), lane(second, false)]);
process.stdout.write(other.said);
process.exitCode = one.code || other.code;
