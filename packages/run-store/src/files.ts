/** Names in a run folder. The run as a whole: configuration, status, environment. */
export const RUN_FILE = 'run.json';
/** One epoch a line. */
export const EPOCHS_FILE = 'epochs.jsonl';
/** One event a line. */
export const EVENTS_FILE = 'events.jsonl';
/** One command a line that changed the course of the training: what must happen again if the training goes on from before it. */
export const COMMANDS_FILE = 'commands.jsonl';
/** One row of little-endian float32 a step. */
export const STEPS_FILE = 'steps.f32';
/** Holds `STEP.safetensors`. */
export const CHECKPOINTS_FOLDER = 'checkpoints';
/** What a person has said of the run. */
export const LABELS_FILE = 'labels.json';
