/** Speeds of engines and of memory. */
import { compile, type Engine } from "../../compute/index.js";
import { prepare, type Workload, type WorkloadSize } from "./workloads.js";

export interface Speed {
  readonly workload: string;
  readonly size: string;
  /** Undefined where an engine chooses by itself. */
  readonly numThreads?: number;
  /** Best of several runs. */
  readonly gflops: number;
  /** Of the estimated peak of as many cores, at most 1; undefined where the peak does not bound it. */
  readonly shareOfPeak?: number;
}

/** Longest run that is waited for, about. */
const LONGEST_RUN_SECONDS = 0.3;
/** How long the largest size is repeated. */
const MEASURING_SECONDS = 0.25;

/** The largest size of a workload that the engine finishes in a moment. */
export async function measureSpeed(engine: Engine, { name, sizes }: Workload, numThreads?: number): Promise<Speed> {
  let speed: Speed | undefined;
  for (const [i, size] of sizes.entries()) {
    const isLast = i === sizes.length - 1;
    const gflops = await fastestRun(engine, size, numThreads, (seconds) => {
      const next = isLast ? Number.POSITIVE_INFINITY : (seconds * sizes[i + 1]!.flops) / size.flops;
      return next > LONGEST_RUN_SECONDS;
    });
    speed = {
      workload: name,
      size: size.label,
      gflops: gflops.best,
      ...(numThreads === undefined ? {} : { numThreads }),
    };
    if (gflops.isFinal) break;
  }
  return speed!;
}

/** Runs once to warm up, once to judge whether this size is the one, and if so again and again. */
async function fastestRun(
  engine: Engine,
  size: WorkloadSize,
  numThreads: number | undefined,
  isFinal: (seconds: number) => boolean,
): Promise<{ readonly best: number; readonly isFinal: boolean }> {
  const { program, inputs } = await prepare(size);
  const executable = await compile(program, engine, numThreads === undefined ? {} : { numThreads });
  try {
    await executable.run(inputs);
    let fastest = await secondsOf(() => executable.run(inputs));
    const isEnough = isFinal(fastest);
    const end = performance.now() + 1000 * MEASURING_SECONDS;
    while (isEnough && performance.now() < end) {
      fastest = Math.min(fastest, await secondsOf(() => executable.run(inputs)));
    }
    return { best: size.flops / fastest / 1e9, isFinal: isEnough };
  } finally {
    await executable.dispose();
  }
}

/** Bytes read plus bytes written by one core that copies arrays too large for its caches, in GB/s: the best of several. */
export async function measureMemoryBandwidth(): Promise<number> {
  const source = new Float64Array(8_000_000).fill(1);
  const target = new Float64Array(source.length);
  let fastest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 8; i++) fastest = Math.min(fastest, await secondsOf(async () => target.set(source)));
  return (2 * source.byteLength) / fastest / 1e9;
}

async function secondsOf(body: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await body();
  return (performance.now() - start) / 1000;
}
