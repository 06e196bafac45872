// What is needed to read the command line: loading it loads nothing that trains or draws.
export { ExperimentError } from './experiment-error.js';
export { FIGURES, plan, type FigureName, type ModelName, type PlanOptions } from './plan.js';
export { PROTOCOLS } from './protocol.js';
export { parseScale } from './scale.js';
