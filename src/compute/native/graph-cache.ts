/**
 * Compiled graphs on disk, by a hash of everything they depend on: the traced operations, the constants and the
 * compiler's own code. A second start of the same training compiles nothing. A cache is never needed: what cannot be
 * read is compiled again, what cannot be written is not kept.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Atom, Jaxpr } from "../jax.js";
import type { Program } from "../program.js";
import { type GraphPlan, planGraph } from "./graph-plan.js";

/** Graphs that were used last stay. */
const MOST_GRAPHS = 100;
const EXTENSION = ".graph";

/** The plan of a program, from `folder` if it was planned before. */
export async function cachedPlan(program: Program<unknown, unknown>, folder: string): Promise<GraphPlan> {
  const path = join(folder, `${await fingerprint(program)}${EXTENSION}`);
  const known = await readPlan(path);
  if (known !== undefined) return known;
  const plan = planGraph(program);
  await writePlan(path, plan).catch(() => {});
  await removeOldest(folder).catch(() => {});
  return plan;
}

/** The text of the operations, the bytes of the constants, the code that compiles them. */
export async function fingerprint(program: Program<unknown, unknown>): Promise<string> {
  const hash = createHash("sha256")
    .update(await compilerDigest())
    .update(textOf(program.jaxpr));
  for (const constant of program.constants) {
    if (constant === undefined) continue;
    const { data, dtype, shape } = constant;
    hash.update(`${dtype} [${shape}]`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex").slice(0, 32);
}

/** One line an operation, variables numbered in order. */
function textOf(jaxpr: Jaxpr): string {
  const numbers = new Map<Atom, number>();
  const show = (atom: Atom): string => {
    const type = `${atom.aval.dtype}[${atom.aval.shape}]`;
    if ("value" in atom) return `${atom.value}:${type}`;
    if (!numbers.has(atom)) numbers.set(atom, numbers.size);
    return `${numbers.get(atom)}:${type}`;
  };
  const binders = jaxpr.inBinders.map(show).join(" ");
  const lines = jaxpr.eqns.map(
    ({ primitive, params, inputs, outBinders }) =>
      `${outBinders.map(show)} = ${primitive} ${inputs.map(show)} ${JSON.stringify(params)}`,
  );
  return [binders, ...lines, jaxpr.outs.map(show).join(" ")].join("\n");
}

let digest: Promise<string> | undefined;

/** Of the files of this folder, so that a changed compiler never meets what an older one made. */
function compilerDigest(): Promise<string> {
  digest ??= (async () => {
    const folder = fileURLToPath(new URL(".", import.meta.url));
    const names = (await readdir(folder))
      .filter((name) => /\.[jt]s$/.test(name) && !/\.(test|d)\.ts$/.test(name))
      .sort();
    const hash = createHash("sha256");
    for (const name of names) hash.update(name).update(await readFile(join(folder, name)));
    return hash.digest("hex");
  })();
  return digest;
}

/** A header of JSON behind its length, then the model; the header has the model's digest. */
async function writePlan(path: string, { model, ...rest }: GraphPlan): Promise<void> {
  await mkdir(join(path, ".."), { recursive: true });
  const header = Buffer.from(JSON.stringify({ ...rest, digest: digestOf(model) }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, Buffer.concat([length, header, model]));
  await rename(temporary, path);
}

/** Undefined where there is none, or what is there is not whole. */
async function readPlan(path: string): Promise<GraphPlan | undefined> {
  try {
    const bytes = await readFile(path);
    const end = 4 + bytes.readUInt32LE(0);
    const { digest, ...rest } = JSON.parse(bytes.toString("utf8", 4, end));
    const model = new Uint8Array(bytes.buffer, bytes.byteOffset + end, bytes.length - end);
    if (digest !== digestOf(model)) return undefined;
    await utimes(path, new Date(), new Date());
    return { ...rest, model };
  } catch {
    return undefined;
  }
}

function digestOf(model: Uint8Array): string {
  return createHash("sha256").update(model).digest("hex");
}

async function removeOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(EXTENSION));
  if (names.length <= MOST_GRAPHS) return;
  const used = await Promise.all(names.map(async (name) => ({ name, time: (await stat(join(folder, name))).mtimeMs })));
  used.sort((a, b) => b.time - a.time);
  for (const { name } of used.slice(MOST_GRAPHS)) await rm(join(folder, name), { force: true });
}
