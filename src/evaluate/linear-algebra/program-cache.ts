/** Compiled programs by name: each is traced and compiled once, then serves every probe of an evaluation. */
import { compile, type Engine, type Executable, type Program } from "../../compute/index.js";

export class ProgramCache {
  readonly #compiled = new Map<string, Promise<Executable<unknown, unknown>>>();

  constructor(readonly engine: Engine) {}

  /** The program of this name, made on its first use. The name must hold everything its shapes depend on. */
  get<Inputs, Outputs>(
    name: string,
    make: () => Promise<Program<Inputs, Outputs>>,
  ): Promise<Executable<Inputs, Outputs>> {
    let entry = this.#compiled.get(name);
    if (entry === undefined) {
      entry = make().then((program) => compile(program, this.engine)) as Promise<Executable<unknown, unknown>>;
      this.#compiled.set(name, entry);
    }
    return entry as Promise<Executable<Inputs, Outputs>>;
  }

  /** Free all programs. */
  async dispose(): Promise<void> {
    const entries = [...this.#compiled.values()];
    this.#compiled.clear();
    await Promise.all(entries.map(async (entry) => (await entry).dispose()));
  }
}
