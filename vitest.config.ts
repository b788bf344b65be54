import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = fileURLToPath(new URL("./src", import.meta.url));

export default defineConfig({
  // Benches and examples import the package by its name; under test that means the sources, as tsconfig.json says too.
  resolve: {
    alias: [
      { find: /^darkmatter$/, replacement: `${source}/index.ts` },
      { find: /^darkmatter\/(\w+)$/, replacement: `${source}/$1/index.ts` },
    ],
  },
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
