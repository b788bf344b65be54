/** Dialects of VICReg. */
import { type DialectTable, defineDialect, sameAs } from "./dialect.js";

const asOfficial = (source: string, [sim, std, cov]: readonly [string, string, string]) =>
  defineDialect({
    source,
    formula: `${sim} invariance + ${std} variance + ${cov} covariance`,
    coefficients: {
      [sim]: { default: 25, min: 0, doc: "invariance" },
      [std]: { default: 25, min: 0, doc: "variance" },
      [cov]: { default: 1, min: 0, doc: "covariance" },
    },
    convert: (given) =>
      sameAs({ invarianceWeight: given[sim]!, varianceWeight: given[std]!, covarianceWeight: given[cov]! }),
  });

export const vicregDialects: DialectTable = {
  official: asOfficial("facebookresearch/vicreg", ["sim_coeff", "std_coeff", "cov_coeff"]),
  lightly: asOfficial("lightly-ai/lightly", ["lambda_param", "mu_param", "nu_param"]),
  "stable-pretraining": asOfficial("rbalestr-lab/stable-pretraining", ["sim_coeff", "std_coeff", "cov_coeff"]),
  "solo-learn": defineDialect({
    source: "vturrisi/solo-learn",
    formula: "sim_loss_weight invariance + var_loss_weight 2 variance + cov_loss_weight covariance (no ½)",
    coefficients: {
      sim_loss_weight: { default: 25, min: 0, doc: "invariance" },
      var_loss_weight: { default: 25, min: 0, doc: "variance, added up over the views" },
      cov_loss_weight: { default: 1, min: 0, doc: "covariance" },
    },
    convert: ({ sim_loss_weight, var_loss_weight, cov_loss_weight }) =>
      sameAs({
        invarianceWeight: sim_loss_weight,
        varianceWeight: 2 * var_loss_weight,
        covarianceWeight: cov_loss_weight,
      }),
  }),
  eb_jepa: defineDialect({
    source: "facebookresearch/eb_jepa",
    formula: "invariance + std_coeff 2 variance + cov_coeff covariance / (D − 1) (no ½; covariance over D(D − 1))",
    coefficients: {
      std_coeff: { default: 1, min: 0, doc: "variance, added up over the views" },
      cov_coeff: { default: 80, min: 0, doc: "mean square of the covariances, added up over the views" },
    },
    // One dimension has no covariances: nothing is divided then.
    convert: ({ std_coeff, cov_coeff }, { projectionDim }) =>
      sameAs({
        invarianceWeight: 1,
        varianceWeight: 2 * std_coeff,
        covarianceWeight: cov_coeff / Math.max(1, projectionDim - 1),
      }),
  }),
};
