/** The files of a run folder. */
export const RUN_FILE = 'run.json';
export const EPOCHS_FILE = 'epochs.jsonl';
export const EVENTS_FILE = 'events.jsonl';
export const STEPS_FILE = 'steps.f32';
export const CHECKPOINTS_FOLDER = 'checkpoints';
