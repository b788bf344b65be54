/**
 * Tests of WebGPU need no GPU: SwiftShader, which Debian's chromium brings, emulates one. Importing this file lets
 * Vulkan find it; it must come before anything looks for a GPU.
 */
import { existsSync } from "node:fs";
import { availableEngines } from "../engines.js";

const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";
// The same adapter on every machine, whatever GPU it has.
if (existsSync(SWIFTSHADER)) process.env.VK_ICD_FILENAMES = SWIFTSHADER;

/** The engines that run here, with webgpu where a GPU can be emulated. */
export const testedEngines = await availableEngines();

/** Whether `webgpu` can be tested here. Continuous integration must: there a missing adapter is a failure. */
export const hasWebgpu = testedEngines.some(({ name }) => name === "webgpu");
if (!hasWebgpu && process.env.CI) {
  throw new Error("CI must test the webgpu engine, but finds no adapter: .ci/run installs chromium and libvulkan1.");
}

/** For the title of a test that is skipped. */
export const whyNot = hasWebgpu ? "" : " (SKIPPED: no adapter; apt-get install chromium libvulkan1 brings one)";
