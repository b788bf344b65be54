/** Reading a tar archive, plain or gzipped, from its start to its end. */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";

export interface TarEntry {
  readonly path: string;
  readonly content: Buffer;
}

/**
 * The regular files of an archive, in its order. Rejects where the archive is damaged or cut off; what was given before
 * is whole.
 */
export async function* readTar(archive: string): AsyncGenerator<TarEntry> {
  const unpacked = extract();
  const input = createReadStream(archive, { highWaterMark: 1 << 20 });
  // an error anywhere destroys the last stream, and its iterator throws it
  const ignore = () => {};
  if (await isGzip(archive)) pipeline(input, createGunzip({ chunkSize: 1 << 18 }), unpacked, ignore);
  else pipeline(input, unpacked, ignore);
  for await (const entry of unpacked) {
    // read even if nobody wants it: the next one comes after it
    const content = await collect(entry);
    if (entry.header.type === "file") yield { path: entry.header.name.replace(/^(\.\/)+/, ""), content };
  }
}

async function collect(entry: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}
