/** A set of any kind, open. */
import type { ClipSet } from "./episodes/index.js";
import type { ImageSet } from "./image-set.js";
import type { SeriesSet } from "./series/index.js";

/** What an encoder can learn from: told apart by `kind`. */
export type Samples = ImageSet | SeriesSet | ClipSet;
