/** What is timed: products and convolutions as a training step has them, in sizes for fast engines and for slow ones. */
import {
  float32,
  type HostArray,
  keyFor,
  type Program,
  Random,
  sizeOf,
  type Tensor,
  trace,
} from "../../compute/index.js";

export interface Workload {
  readonly name: string;
  /** Whether an engine must do all the arithmetic that is counted, so that the peak bounds its speed. */
  readonly isBoundByPeak: boolean;
  /** Small ones first: an engine does the largest that it finishes in a moment. */
  readonly sizes: readonly WorkloadSize[];
}

export interface WorkloadSize {
  /** "1024 x 1024 x 1024". */
  readonly label: string;
  /** Additions and multiplications as the definition counts them; Winograd's convolution makes do with fewer. */
  readonly flops: number;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly body: (inputs: Readonly<Record<string, Tensor>>) => Tensor;
}

/** Each repeats its operation on its own result, so that moving data to and from an engine weighs little, as in a step. */
export const workloads: readonly Workload[] = [
  { name: "matmul", isBoundByPeak: true, sizes: [256, 512, 1024].map(squareProducts) },
  { name: "matmul of a ViT", isBoundByPeak: true, sizes: [256, 1024, 4096].map(mlpProducts) },
  {
    name: "3x3 convolution",
    isBoundByPeak: false,
    sizes: (
      [
        [1, 8],
        [1, 32],
        [8, 32],
        [32, 32],
      ] as const
    ).map(([batch, side]) => convolutions(batch, side)),
  },
];

function squareProducts(n: number): WorkloadSize {
  return {
    label: `${n} x ${n} x ${n}`,
    flops: 4 * 2 * n ** 3,
    shapes: { x: [n, n], w: [n, n] },
    body: ({ x, w }) => x!.matmul(w!).matmul(w!).matmul(w!).matmul(w!),
  };
}

/** Out to four times the width and back, as in each block of a ViT of width 192. */
function mlpProducts(rows: number): WorkloadSize {
  return {
    label: `${rows} x 192 x 768`,
    flops: 2 * 2 * rows * 192 * 768,
    shapes: { x: [rows, 192], out: [192, 768], back: [768, 192] },
    body: ({ x, out, back }) => x!.matmul(out!).matmul(back!),
  };
}

function convolutions(batch: number, side: number): WorkloadSize {
  const channels = 64;
  return {
    label: `${batch} ${batch === 1 ? "image" : "images"} of ${side} x ${side} with ${channels} channels`,
    flops: 2 * 2 * batch * channels * channels * 9 * side ** 2,
    shapes: { x: [batch, channels, side, side], w: [channels, channels, 3, 3] },
    body: ({ x, w }) => x!.conv2d(w!, { padding: 1 }).conv2d(w!, { padding: 1 }),
  };
}

export type WorkloadProgram = Program<Record<string, HostArray>, { y: HostArray }>;

/** The program of a size, and inputs that keep its values from growing. */
export async function prepare({ shapes, body }: WorkloadSize): Promise<{
  readonly program: WorkloadProgram;
  readonly inputs: Record<string, HostArray>;
}> {
  const entries = Object.entries(shapes);
  const specs = Object.fromEntries(entries.map(([name, shape]) => [name, { dtype: "float32" as const, shape }]));
  const program = await trace(specs, (inputs) => ({ y: body(inputs as Record<string, Tensor>) }));
  return {
    program: program as WorkloadProgram,
    inputs: Object.fromEntries(entries.map(([name, shape]) => [name, noise(name, shape)])),
  };
}

function noise(name: string, shape: readonly number[]): HostArray {
  const random = new Random(keyFor(0, "machine", name));
  const scale = name === "x" ? 1 : 1 / Math.sqrt(sizeOf(shape) / shape.at(shape.length === 4 ? 0 : -1)!);
  return float32(
    Float32Array.from({ length: sizeOf(shape) }, () => scale * random.uniform(-1.7, 1.7)),
    shape,
  );
}
