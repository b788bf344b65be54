/**
 * The order of nodes decides how much memory is alive at once. Automatic differentiation writes weight gradients last,
 * and until then every activation waits for its last reader. Here a node runs as soon as it can if that costs no
 * memory: it frees at least what it makes, or boils much down to little (a reduction, a weight gradient). The others
 * keep their order.
 */
import { bytesOf, memoryOwners, ownsOutputs, peakBytes } from "./memory.js";
import type { ModelMessage, NodeMessage, ValueMessage } from "./onnx-model.js";

/** A node whose result is so much smaller than what it reads runs at once, whoever else still reads that. */
const SMALL_SHARE = 1 / 8;

/** The model with its nodes in an order of lower peak memory; unchanged if none was found. */
export function schedule(model: ModelMessage, values: ReadonlyMap<string, ValueMessage>): ModelMessage {
  const reordered = { ...model, nodes: new Scheduler(model, values).run() };
  return peakBytes(reordered, values) < peakBytes(model, values) ? reordered : model;
}

class Scheduler {
  readonly #order: NodeMessage[] = [];
  readonly #done = new Set<NodeMessage>();
  /** Inputs a node still waits for. */
  readonly #waiting = new Map<NodeMessage, number>();
  readonly #readers = new Map<string, NodeMessage[]>();
  /** Nodes that have yet to read the memory of a value, by its owner. */
  readonly #pendingReaders = new Map<string, Set<NodeMessage>>();
  readonly #owners: ReadonlyMap<string, string>;
  /** Memory that stays: inputs and constants, and outputs, whose place was there before. */
  readonly #kept: ReadonlySet<string>;

  constructor(
    readonly model: ModelMessage,
    readonly values: ReadonlyMap<string, ValueMessage>,
  ) {
    this.#owners = memoryOwners(model);
    const { inputs, initializers, outputs } = model;
    this.#kept = new Set([...inputs, ...initializers, ...outputs].map(({ name }) => this.#ownerOf(name)));
    const made = new Set(model.nodes.flatMap((node) => node.outputs));
    for (const node of model.nodes) {
      const inputs = new Set(node.inputs.filter((name) => name !== ""));
      this.#waiting.set(node, [...inputs].filter((name) => made.has(name)).length);
      for (const name of inputs) {
        entry(this.#readers, name, () => [] as NodeMessage[]).push(node);
        entry(this.#pendingReaders, this.#ownerOf(name), () => new Set<NodeMessage>()).add(node);
      }
    }
  }

  run(): NodeMessage[] {
    for (const node of this.model.nodes) this.#execute(node);
    return this.#order;
  }

  /** Run a node, then whatever may follow at once; an explicit stack, since chains are long. */
  #execute(first: NodeMessage): void {
    const stack = [first];
    while (stack.length > 0) {
      const node = stack.pop()!;
      if (this.#done.has(node)) continue;
      if (node !== first && !this.#paysAtOnce(node)) continue;
      this.#done.add(node);
      this.#order.push(node);
      const follow = new Set<NodeMessage>();
      for (const name of node.outputs) {
        for (const reader of this.#readers.get(name) ?? []) {
          this.#waiting.set(reader, this.#waiting.get(reader)! - 1);
          follow.add(reader);
        }
      }
      for (const name of new Set(node.inputs.filter((name) => name !== ""))) {
        const pending = this.#pendingReaders.get(this.#ownerOf(name))!;
        pending.delete(node);
        if (pending.size === 1) for (const reader of pending) follow.add(reader); // the last one may free it now
      }
      stack.push(...[...follow].reverse());
    }
  }

  #paysAtOnce(node: NodeMessage): boolean {
    if (this.#waiting.get(node) !== 0) return false;
    if (!ownsOutputs(node)) return true;
    const inputs = new Set(node.inputs.filter((name) => name !== "").map((name) => this.#ownerOf(name)));
    const made = sum(node.outputs.filter((name) => !this.#kept.has(name)).map((name) => this.#bytes(name)));
    const freed = sum([...inputs].filter((owner) => this.#isLastReader(owner)).map((owner) => this.#bytes(owner)));
    const largest = Math.max(
      0,
      ...[...inputs].filter((owner) => !this.#kept.has(owner)).map((owner) => this.#bytes(owner)),
    );
    return made <= freed || made <= SMALL_SHARE * largest;
  }

  #isLastReader(owner: string): boolean {
    return !this.#kept.has(owner) && this.#pendingReaders.get(owner)!.size === 1;
  }

  #ownerOf(name: string): string {
    return this.#owners.get(name) ?? name;
  }

  #bytes(name: string): number {
    return bytesOf(this.values.get(name)!);
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
