// The whole service, started as an operator starts it: `recueil dev` in a folder of
// its own, with the outside site that "Quitter vite" opens beside it.

import { execFile, spawn } from "node:child_process";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, "../..");
const patience = 120_000;

/** What `recueil dev` wrote into dev.json, once it runs. */
export let service;

/** Where the built programs are. */
export const bin = (name) => path.join(process.env.RECUEIL_BIN ?? path.join(root, "bin"), name);

/** Further servers of ours that a test has started, by their addresses. */
export const alsoOurs = new Set();

let child;

export async function start({ demo = true } = {}) {
  await elsewhere.start();
  const dir = await mkdtemp(path.join(os.tmpdir(), "recueil-e2e-"));
  await chmod(dir, 0o755); // PostgreSQL runs as another user when started as root
  const args = ["dev", "--dir", dir, "--intake-listen", "127.0.0.1:0", "--office-listen", "127.0.0.1:0", "--exit-url", elsewhere.url];
  if (!demo) args.push("--no-demo");
  let said = "";
  child = spawn(bin("recueil"), args, { stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => { said += text; });
  process.on("exit", () => child.kill("SIGTERM"));
  const until = Date.now() + patience;
  while (!service) {
    if (ended() || Date.now() > until) {
      child.kill("SIGTERM");
      await rm(dir, { recursive: true, force: true });
      throw new Error(`the service did not start:\n${said}`);
    }
    await pause(50);
    const text = await readFile(path.join(dir, "dev.json"), "utf8").catch(() => "");
    if (text.endsWith("}") || text.endsWith("}\n")) service = { ...JSON.parse(text), dir, said: () => said };
  }
  return service;
}

/** Stops everything and returns what did not go well, which is nothing. */
export async function stop() {
  await elsewhere.stop();
  if (!child) return [];
  const gone = ended() ? null : new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
  if (!service) return [];
  const wrong = Object.entries(service.pids).filter(([, pid]) => alive(pid)).map(([name, pid]) => `${name} (${pid}) is still there`);
  if (child.exitCode !== 0) wrong.push(`the service ended with ${child.exitCode ?? child.signalCode}:\n${service.said().slice(-2000)}`);
  for (const name of ["intake", "office"]) {
    const log = await readFile(path.join(service.dir, `${name}.log`), "utf8");
    wrong.push(...log.split("\n").filter((line) => line.includes("handler panicked")).map((line) => `${name}: ${line}`));
  }
  await rm(service.dir, { recursive: true, force: true });
  return wrong;
}

const ended = () => child.exitCode !== null || child.signalCode !== null;

function alive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/** The rows of a query of the database's owner, as arrays of text. */
export async function sql(query) {
  const { stdout } = await run("psql", ["--no-psqlrc", "--quiet", "--csv", "--tuples-only", "--dbname", service.database_url, "--command", query], { maxBuffer: 64 << 20 });
  return stdout.split("\n").filter(Boolean).map((line) => line.split(","));
}

/** Everything that lies in the database, as a dump in text. */
export async function dump() {
  const { stdout } = await run("pg_dump", ["--dbname", service.database_url], { maxBuffer: 512 << 20 });
  return stdout;
}

/** Runs while the public side gets no connection to the database. */
export async function withoutDatabase(during) {
  await sql("alter role recueil_intake connection limit 0");
  try {
    await sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'recueil_intake'");
    await during();
  } finally {
    await sql("alter role recueil_intake connection limit -1");
  }
}

/** The standard age tool, in the version that the programs are built with. */
export async function age(...args) {
  return tool("age", args);
}
age.keygen = () => tool("age-keygen", ["-pq"]);

async function tool(name, args) {
  const { stdout } = await run("go", ["run", `filippo.io/age/cmd/${name}`, ...args], { cwd: root, maxBuffer: 64 << 20 });
  return stdout;
}

/** The site one leaves to. It is another site than localhost, and it remembers what
    the browser told it. */
export const elsewhere = {
  url: "",
  requests: [],
  server: null,

  async start() {
    this.server = http.createServer((request, response) => {
      this.requests.push({ method: request.method, url: request.url, headers: request.headers });
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      response.end('<!doctype html><html lang="fr"><title>Autre site</title><link rel="icon" href="data:,"><h1>Un autre site</h1></html>');
    });
    await new Promise((resolve) => { this.server.listen(0, "127.0.0.1", resolve); });
    this.url = `http://127.0.0.1:${this.server.address().port}/`;
  },

  async stop() {
    if (!this.server) return;
    this.server.closeAllConnections();
    await new Promise((resolve) => { this.server.close(resolve); });
  },
};
