/** Bundles pages as a user's bundler would, for a browser: what Node alone can load must not be in them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { ROOT } from "../layering.js";

export interface Bundle {
  /** Text by file name. */
  readonly files: ReadonlyMap<string, string>;
  /** Paths of everything that went in, relative to the repository. */
  readonly inputs: readonly string[];
}

/** package.json speaks of dist/, which is built from src/. */
const sourceOf = (path: string): string => path.replace(/^\.\/dist\/(.*)\.js$/, "./src/$1.ts");

/** package.json's "browser" for the sources, which know nothing of it. */
const browserSources: Plugin = {
  name: "browser-sources",
  setup({ onLoad }) {
    const { browser } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      browser: Readonly<Record<string, string | false>>;
    };
    for (const [path, replacement] of Object.entries(browser)) {
      if (replacement === false) continue;
      const [from, to] = [join(ROOT, sourceOf(path)), join(ROOT, sourceOf(replacement))];
      const filter = new RegExp(`^${from.replace(/[.\\]/g, "\\$&")}$`);
      onLoad({ filter }, () => ({ contents: readFileSync(to, "utf8"), loader: "ts" }));
    }
  },
};

/**
 * Bundle an entry that imports this package's sources, or the package by its name, which means dist/.
 * @param entry path relative to the repository
 */
export async function bundlePage(entry: string): Promise<Bundle> {
  const options: BuildOptions = {
    absWorkingDir: ROOT,
    entryPoints: [join(ROOT, entry)],
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    outdir: join(ROOT, "out"), // nothing is written
    write: false,
    metafile: true,
    logLevel: "silent",
    tsconfigRaw: "{}", // without its paths "darkmatter" is the package, as for its users
    plugins: [browserSources],
  };
  const { outputFiles, metafile } = await build(options);
  const files = new Map(outputFiles!.map(({ path, text }) => [path.split(/[\\/]/).at(-1)!, text]));
  return { files, inputs: Object.keys(metafile!.inputs) };
}
