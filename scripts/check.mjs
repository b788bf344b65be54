/**
 * Everything that must hold before a change is shared: `npm test`, the same as `npm run check`.
 *
 * Build, format, lint, types and tests, each a step with its time; every step runs even if an earlier one failed. The
 * last line is `N passed, N failed`, where each of the first four steps counts as one and the tests count themselves.
 * Arguments go to vitest: `npm test -- src/data` runs only those tests.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (...path) => join(ROOT, "node_modules", ...path);

const STEPS = [
  { name: "build", run: () => check(join(ROOT, "scripts", "ensure.mjs"), "--build") },
  { name: "format", run: () => check(bin("@biomejs", "biome", "bin", "biome"), "check", "--linter-enabled=false") },
  { name: "lint", run: () => check(bin("@biomejs", "biome", "bin", "biome"), "lint", "--error-on-warnings") },
  { name: "types", run: () => check(bin("typescript", "bin", "tsc"), "-p", ".") },
  { name: "tests", run: (filters) => runTests(filters) },
];

/** Run a Node program to its end; what it prints is shown. */
function runNode(script, ...args) {
  return spawnSync(process.execPath, [script, ...args], { cwd: ROOT, stdio: "inherit" }).status === 0;
}

function check(script, ...args) {
  const isGood = runNode(script, ...args);
  return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0 };
}

function runTests(filters) {
  const folder = mkdtempSync(join(tmpdir(), "darkmatter-check-"));
  const report = join(folder, "vitest.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  try {
    const isGood = runNode(bin("vitest", "vitest.mjs"), "run", "--allowOnly=false", ...reporters, ...filters);
    return countTests(readJson(report), isGood);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Counts of vitest's JSON report. A test file that could not even be loaded, an error outside any test, a missing
 * report and a run without a single test have no failed test to show, so each counts as one failure here.
 */
export function countTests(report, isGood) {
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const count = (...statuses) => tests.filter(({ status }) => statuses.includes(status)).length;
  const [passed, failed] = [count("passed"), count("failed")];
  const unloaded = report.testResults.filter((file) => file.status === "failed" && isQuiet(file)).length;
  const unexplained = (passed === 0 || !isGood) && failed + unloaded === 0 ? 1 : 0;
  return { passed, failed: failed + unloaded + unexplained, skipped: tests.length - passed - failed };
}

function isQuiet(file) {
  return file.assertionResults.every(({ status }) => status !== "failed");
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined; // vitest crashed before it wrote its report
  }
}

function main(filters) {
  const results = STEPS.map(({ name, run }) => {
    console.log(`\n== ${name}`);
    const start = performance.now();
    return { name, ...run(filters), seconds: (performance.now() - start) / 1000 };
  });
  console.log();
  for (const { name, seconds, passed, failed, skipped } of results) {
    const counts = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
    console.log(`${name.padEnd(8)}${seconds.toFixed(1).padStart(7)} s  ${failed > 0 ? "FAILED" : "ok    "}  ${counts}`);
  }
  const sum = (field) => results.reduce((total, result) => total + result[field], 0);
  console.log(`\n${sum("passed")} passed, ${sum("failed")} failed`);
  process.exitCode = sum("failed") === 0 ? 0 : 1;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main(process.argv.slice(2));
