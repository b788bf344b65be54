/** Clustering: do the classes lie apart by themselves? */
import { keyFor, type OptionTable, Random } from "../../compute/index.js";
import { adjustedRandIndex, kMeans, normalizedMutualInformation } from "../clustering.js";
import { gatherRows, type LabelledRows, rowNorms, selectLabelled } from "../features.js";
import { meanEstimate } from "../intervals.js";
import { type Metric, type ProgramCache, visitDotProducts } from "../linear-algebra/index.js";
import { evenly } from "../sampling.js";
import { type Probe, type ProbeEstimate, strongest } from "./probe.js";

const options = {
  numRows: { default: 1000, min: 2, integer: true, doc: "at most so many test images are clustered, evenly spread" },
  numDraws: { default: 5, min: 1, integer: true, doc: "how many clusterings are averaged" },
  numRestarts: { default: 2, min: 1, integer: true, doc: "k-means++ starts of each, of which the tightest counts" },
} satisfies OptionTable;

export interface ClusteringScores extends Readonly<Record<string, ProbeEstimate>> {
  /** Normalised mutual information with the labels. */
  readonly nmi: ProbeEstimate;
  /** Adjusted Rand index. */
  readonly ari: ProbeEstimate;
}

/**
 * k-means with as many clusters as the clustered images have classes, on rows of unit length (cosine) or as they are (euclidean);
 * agreement with the labels as normalised mutual information and adjusted Rand index.
 * @returns mean over draws, each the tightest of its k-means++ starts, with Student's interval (n = draws); with several
 * metrics the best, named
 */
export const clusteringProbe: Probe<typeof options, ClusteringScores, "clustering"> = {
  name: "clusteringProbe",
  reportKey: "clustering",
  title: "clustering",
  rowTitle: (name) => `clustering, ${name.toUpperCase()}`,
  summary: "k-means with k = classes, against the labels",
  options,
  /** Clusters drawn at random: NMI grows with the number of clusters, the Rand index is adjusted for it. */
  chance({ test, seed }, { numRows, numDraws }) {
    const { labels } = clustered(test, numRows);
    const numClusters = new Set(labels).size;
    const random = new Random(keyFor(seed, "clustering", "chance"));
    const draws = Array.from({ length: 4 * numDraws }, () =>
      normalizedMutualInformation(
        labels.map(() => random.integer(numClusters)),
        labels,
      ),
    );
    return { nmi: meanEstimate(draws).mean, ari: 0 };
  },
  async run({ test, metrics, seed, programs }, { numRows, numDraws, numRestarts }) {
    const rows = clustered(test, numRows);
    const n = rows.labels.length;
    const numClusters = new Set(rows.labels).size;
    const outcomes: ClusteringScores[] = [];
    for (const metric of metrics) {
      const gram = await gramOf(rows, metric, programs);
      const scores = Array.from({ length: numDraws }, (_, draw) => {
        const starts = Array.from({ length: numRestarts }, (_, start) =>
          kMeans(gram, n, numClusters, keyFor(seed, "clustering", draw, start)),
        );
        const { clusterOf } = starts.reduce((best, other) => (other.inertia < best.inertia ? other : best));
        return {
          nmi: normalizedMutualInformation(clusterOf, rows.labels),
          ari: adjustedRandIndex(clusterOf, rows.labels),
        };
      });
      outcomes.push({
        nmi: { ...meanEstimate(scores.map(({ nmi }) => nmi)), metric },
        ari: { ...meanEstimate(scores.map(({ ari }) => ari)), metric },
      });
    }
    return {
      nmi: strongest(outcomes.map(({ nmi }) => nmi)),
      ari: strongest(outcomes.map(({ ari }) => ari)),
    };
  },
};

function clustered(test: LabelledRows, numRows: number): LabelledRows {
  return selectLabelled(test, evenly([...test.labels.keys()], numRows));
}

/** Dot products of all pairs of rows, [n, n]. */
async function gramOf(rows: LabelledRows, metric: Metric, programs: ProgramCache): Promise<Float32Array> {
  const n = rows.indices.length;
  const norms = metric === "cosine" ? rowNorms(rows).map((norm) => norm || 1) : new Float64Array(n).fill(1);
  const gram = new Float32Array(n * n);
  const compact = gatherRows(rows);
  const all = { source: compact, indices: Int32Array.from({ length: n }, (_, i) => i) };
  await visitDotProducts(all, all, programs, ({ queryStart, queryEnd, galleryStart, galleryEnd, dots, stride }) => {
    for (let q = queryStart; q < queryEnd; q++) {
      for (let g = galleryStart; g < galleryEnd; g++) {
        gram[q * n + g] = dots[(q - queryStart) * stride + g - galleryStart]! / (norms[q]! * norms[g]!);
      }
    }
  });
  return gram;
}
