/**
 * Size and kind of an image from its first bytes, for the three formats that most images come in; the rest are left
 * to sharp. Nothing is decoded, so a picture of 20,000 x 20,000 costs nothing to refuse.
 * Sources: PNG specification 3, ITU T.81 and Exif 2.32, WebP container specification.
 */

export interface ImageHeader {
  readonly format: "png" | "jpeg" | "webp";
  readonly width: number;
  readonly height: number;
  /**
   * 8-bit gray or RGB(A), one frame, upright, and not cut off: any decoder gives the same pixels. A lenient decoder
   * fills what is missing of a cut JPEG with gray, so a file without its end mark is left to a strict one.
   */
  readonly isPlain: boolean;
}

/** The header, or undefined if the bytes are of another format or cut off within it. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (data.toString("latin1", 0, 8) === "\x89PNG\r\n\x1a\n") return readPng(data);
    if (data[0] === 0xff && data[1] === 0xd8) return readJpeg(data);
    if (data.toString("latin1", 0, 4) === "RIFF" && data.toString("latin1", 8, 12) === "WEBP") return readWebp(data);
    return undefined;
  } catch (error) {
    // Buffer's way to say that it ends before the header does
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readPng(data: Buffer): ImageHeader {
  const bitDepth = data.readUInt8(24);
  return {
    format: "png",
    width: data.readUInt32BE(16),
    height: data.readUInt32BE(20),
    isPlain: bitDepth <= 8 && endsWith(data, "IEND\xae\x42\x60\x82") && !hasPngChunkBeforePixels(data, "eXIf"),
  };
}

function hasPngChunkBeforePixels(data: Buffer, wanted: string): boolean {
  for (let at = 8; at + 8 <= data.length; at += 12 + data.readUInt32BE(at)) {
    const kind = data.toString("latin1", at + 4, at + 8);
    if (kind === wanted) return true;
    if (kind === "IDAT") return false;
  }
  return false;
}

function readJpeg(data: Buffer): ImageHeader | undefined {
  let orientation = 1;
  for (let at = 2; ; ) {
    // a marker may be preceded by any number of fill bytes
    while (data.readUInt8(at) === 0xff && data.readUInt8(at + 1) === 0xff) at++;
    if (data.readUInt8(at) !== 0xff) return undefined;
    const marker = data.readUInt8(at + 1);
    const length = data.readUInt16BE(at + 2);
    const isExif = marker === 0xe1 && data.toString("latin1", at + 4, at + 10) === "Exif\0\0";
    if (isExif) orientation = readExifOrientation(data.subarray(at + 10, at + 2 + length));
    if (isFrameHeader(marker)) {
      const bitDepth = data.readUInt8(at + 4);
      const numComponents = data.readUInt8(at + 9);
      return {
        format: "jpeg",
        width: data.readUInt16BE(at + 7),
        height: data.readUInt16BE(at + 5),
        isPlain: bitDepth === 8 && numComponents <= 3 && orientation === 1 && endsWith(data, "\xff\xd9"),
      };
    }
    at += 2 + length;
  }
}

/** SOF0 to SOF15, without the three of that range that mean something else (DHT, JPG, DAC). */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Orientation 1 to 8 of an Exif block (a TIFF file of its own); 1 if it has none. */
function readExifOrientation(exif: Buffer): number {
  const isLittleEndian = exif.toString("latin1", 0, 2) === "II";
  const uint16 = (at: number) => (isLittleEndian ? exif.readUInt16LE(at) : exif.readUInt16BE(at));
  const uint32 = (at: number) => (isLittleEndian ? exif.readUInt32LE(at) : exif.readUInt32BE(at));
  const directory = uint32(4);
  const numEntries = uint16(directory);
  for (let entry = 0; entry < numEntries; entry++) {
    const at = directory + 2 + 12 * entry;
    if (uint16(at) === 0x0112) return uint16(at + 8);
  }
  return 1;
}

function readWebp(data: Buffer): ImageHeader | undefined {
  const isWhole = data.length >= 8 + data.readUInt32LE(4);
  const kind = data.toString("latin1", 12, 16);
  if (kind === "VP8 ") {
    const width = data.readUInt16LE(26) & 0x3fff;
    return { format: "webp", width, height: data.readUInt16LE(28) & 0x3fff, isPlain: isWhole };
  }
  if (kind === "VP8L") {
    const packed = data.readUInt32LE(21);
    const height = ((packed >>> 14) & 0x3fff) + 1;
    return { format: "webp", width: (packed & 0x3fff) + 1, height, isPlain: isWhole };
  }
  if (kind !== "VP8X") return undefined;
  const flags = data.readUInt8(20);
  const hasExifOrAnimation = (flags & 0b0000_1010) !== 0;
  const width = data.readUIntLE(24, 3) + 1;
  return { format: "webp", width, height: data.readUIntLE(27, 3) + 1, isPlain: isWhole && !hasExifOrAnimation };
}

function endsWith(data: Buffer, mark: string): boolean {
  return data.toString("latin1", data.length - mark.length) === mark;
}
