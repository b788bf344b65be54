/** A headless Chromium with an emulated GPU, and a server on localhost: WebGPU wants a page it can trust. */
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Browser, chromium, type Page } from "playwright-core";
import type { Bundle } from "./bundle.js";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  // Nothing but the page: no look-ups of its own.
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** Why there is no browser to test in, or undefined. */
export function browserProblem(): string | undefined {
  return existsSync(CHROMIUM) ? undefined : `${CHROMIUM} is missing; apt-get install chromium, or set CHROMIUM`;
}

export interface OpenPage {
  readonly page: Page;
  /** What the page printed, errors among it. */
  readonly messages: readonly string[];
  close(): Promise<void>;
}

/** Serve a bundle with a page that loads it, and open that page. */
export async function openPage(bundle: Bundle, html: string, query = ""): Promise<OpenPage> {
  const server = await serve(
    new Map([["/", html], ...[...bundle.files].map(([name, text]) => [`/${name}`, text] as const)]),
  );
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    server.close();
  };
  try {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    const page = await browser.newPage();
    const messages: string[] = [];
    page.on("console", (message) => messages.push(message.text()));
    page.on("pageerror", (error) => messages.push(String(error)));
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/${query}`, { waitUntil: "load" });
    return { page, messages, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function serve(files: ReadonlyMap<string, string>): Promise<Server> {
  const server = createServer((request, response) => {
    const [path] = request.url!.split("?") as [string];
    const type = path.endsWith(".js") ? "text/javascript" : "text/html";
    // Nothing else is asked for but an icon, which is left out without an error on the page.
    response.writeHead(files.has(path) ? 200 : 204, { "content-type": type }).end(files.get(path));
  });
  return new Promise((resolve) => server.listen(0, "localhost", () => resolve(server)));
}
