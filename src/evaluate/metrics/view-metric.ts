/** What a metric of views is: one number about features of several views of each image, without labels. */
import { ValueError } from "../../compute/index.js";
import { checkFeatures, type Features } from "../features.js";

/** Rows i q .. i q + q − 1 are the q views of image i, so there are numImages / viewsPerImage images. */
export interface ViewFeatures extends Features {
  readonly viewsPerImage: number;
}

export interface ViewMetric {
  /** Name of the export. */
  readonly name: string;
  readonly summary: string;
  of(views: ViewFeatures): number;
}

/**
 * Check at the door that rows come in whole groups, of two images and two views at least.
 * @returns the number of images
 * @throws ShapeError or ValueError
 */
export function checkViewFeatures(operation: string, views: ViewFeatures): number {
  checkFeatures(operation, "views", views);
  const { numImages: numRows, viewsPerImage } = views;
  if (!(Number.isInteger(viewsPerImage) && viewsPerImage >= 2)) {
    const hint = "The spread within an image needs views that differ.";
    throw new ValueError(operation, "viewsPerImage", "a whole number, at least 2", viewsPerImage, hint);
  }
  const count = numRows / viewsPerImage;
  if (!Number.isInteger(count) || count < 2) {
    const expected = `rows of at least 2 images, ${viewsPerImage} views each`;
    throw new ValueError(operation, "views", expected, numRows, "Views of one image must be next to each other.");
  }
  return count;
}
