import { afterEach, expect, test, vi } from "vitest";
import { type Interrupt, listenForInterrupt } from "./interrupt.js";

class Exited extends Error {}
const exit = vi.spyOn(process, "exit").mockImplementation((code) => {
  throw new Exited(String(code));
});
vi.spyOn(process.stderr, "write").mockReturnValue(true);

let interrupt: Interrupt | undefined;
const onAsk = vi.fn();
afterEach(() => {
  interrupt?.close();
  vi.clearAllMocks();
});

test("the first asks, the second quits", () => {
  interrupt = listenForInterrupt(onAsk);
  interrupt.saveFromNowOn();
  expect(interrupt.exitCode).toBeUndefined();
  process.emit("SIGINT", "SIGINT");
  expect(onAsk).toHaveBeenCalledOnce();
  expect(interrupt.signal.aborted).toBe(true);
  expect(interrupt.exitCode).toBe(130);
  expect(exit).not.toHaveBeenCalled();
  expect(() => process.emit("SIGINT", "SIGINT")).toThrow(Exited);
  expect(exit).toHaveBeenCalledWith(130);
});

test("quits at once while there is nothing to save", () => {
  interrupt = listenForInterrupt(onAsk);
  expect(() => process.emit("SIGINT", "SIGINT")).toThrow(Exited);
  expect(onAsk).not.toHaveBeenCalled();
});

test("a polite kill saves, too, with its own exit code", () => {
  interrupt = listenForInterrupt(onAsk);
  interrupt.saveFromNowOn();
  process.emit("SIGTERM", "SIGTERM");
  expect(interrupt.exitCode).toBe(143);
});

test("listens no longer once closed", () => {
  const before = process.listenerCount("SIGINT");
  interrupt = listenForInterrupt(onAsk);
  expect(process.listenerCount("SIGINT")).toBe(before + 1);
  interrupt.close();
  expect(process.listenerCount("SIGINT")).toBe(before);
});
