// What the command line needs to parse its words. Loading it loads nothing that trains or draws.
export { ExperimentError } from './experiment-error.js';
export { FIGURES, modelsOf, plan, type PlanOptions } from './paper/plan/plan.js';
export { PAPER_MODELS } from './paper/protocols/catalogue.js';
export { parseScale } from './paper/plan/scale.js';
