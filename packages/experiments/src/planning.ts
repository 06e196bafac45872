// What the command line needs to parse its words. Loading it loads nothing that trains or draws.
export { ExperimentError } from './experiment-error.js';
export { FIGURES, modelsOf, plan, type PlanOptions } from './paper/plan/plan.js';
export { PAPER_MODELS } from './paper/protocols/catalogue.js';
export { parseScale } from './paper/plan/scale.js';
export { EXECUTORS, type ExecutorName } from './executors/names.js';
export { estimateJob } from './estimate.js';
export { withFlags } from './sweep/flags.js';
export { EMPTY_PLAN, readPlanFile } from './sweep/plan-file.js';
export { SETTING_NAMES } from './sweep/settings.js';
export { showSweep } from './sweep/shown-sweep.js';
export { planSweep, type SweepPlan } from './sweep/sweep-plan.js';
