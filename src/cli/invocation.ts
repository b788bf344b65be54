/** How this command line was called, so that the commands it suggests work when pasted. */
import { basename, relative } from "node:path";

interface Process {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  cwd(): string;
}

/** A command line that runs darkmatter with these words, the way it was run now. */
export function commandLine(words: readonly string[], current: Process = process): string {
  return [programName(current), ...words.map(quoteWord)].join(" ");
}

function programName({ argv, env, cwd }: Process): string {
  // npm 11 calls the command "run", npm 10 "run-script"
  const isScript = env.npm_command === "run" || env.npm_command === "run-script";
  if (env.npm_package_name === "darkmatter" && isScript) return "npm run darkmatter --";
  if (env.npm_command === "exec") return "npx darkmatter";
  const script = argv[1] ?? "";
  return basename(script) === "main.js" ? `node ${quoteWord(relative(cwd(), script))}` : "darkmatter";
}

/** A word as a shell takes it. */
export function quoteWord(word: string): string {
  return /^[\p{L}\p{N}_@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
