/** What a named data set is. One file a data set, one line in `index.ts`. */
import type { ImageSource } from "../image-source.js";
import type { OnProgress } from "../progress.js";

export interface DatasetContext {
  readonly cacheDir: string;
  readonly onProgress?: OnProgress | undefined;
}

export interface DatasetDefinition {
  readonly name: string;
  /** One sentence: what the pictures are, how many, with which labels. */
  readonly summary: string;
  readonly licence: string;
  /** Size of the download; 0 if there is none. */
  readonly approximateMegabytes: number;
  /**
   * Bring the data here and check it by digest; does nothing if it is here already.
   * @throws DarkmatterError with the reason and what to do about it
   */
  fetch(context: DatasetContext): Promise<void>;
  /** Its images. Listing them fetches first, so a set whose cache is here opens without the download. */
  source(context: DatasetContext): ImageSource;
}
