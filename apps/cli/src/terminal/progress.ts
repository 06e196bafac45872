import { ERASE_LINE, type Output } from './output.js';
import { progressLine, type TrainingState } from './progress-line.js';
import { createStepRate } from './step-rate.js';
import { onOneLine } from './text.js';

/** Milliseconds between two drawings of the line. */
const REDRAW = 100;
/** Milliseconds between two plain lines: a log of a fast run must not be all progress. */
const PLAIN = 1000;

/** The training whose progress is shown. */
interface ProgressOptions {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Steps already done by a run that is resumed. */
  readonly step?: number;
  readonly learningRate: number;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/** What is shown of an epoch. */
type ProgressValues = Pick<TrainingState, 'loss' | 'accuracy' | 'averageAccuracy' | 'ratio' | 'learningRate'>;

/** New values of what is shown. What is left out stays as it was. */
type ProgressUpdate = Partial<ProgressValues>;

/** Shows a training's progress. */
interface Progress {
  /**
   * After a segment.
   *
   * @param step steps done since the run began
   */
  readonly onSteps: (step: number, update?: ProgressUpdate) => void;
  /** After an epoch. Without a terminal this prints a line, or leaves it to the next epoch or to the end where the last line is recent. */
  readonly onEpoch: (step: number, update: ProgressUpdate) => void;
  /** Prints a line that stays. */
  readonly note: (text: string) => void;
  /** Prints the last values, and nothing afterwards. */
  readonly end: () => void;
}

/** Progress on a terminal is one line that is drawn over and over, elsewhere a line an epoch. */
export function createProgress(output: Output, options: ProgressOptions): Progress {
  const { epochs, stepsPerEpoch, now = () => performance.now() } = options;
  const rate = createStepRate(stepsPerEpoch, now);
  let step = options.step ?? 0;
  let values: ProgressValues = { loss: NaN, accuracy: NaN, ratio: NaN, learningRate: options.learningRate };
  let printed = -Infinity;
  let pending = false;
  let ended = false;
  rate.note(step);

  const line = (columns?: number) => {
    const stepsPerSecond = rate.perSecond();
    const remainingSeconds = (epochs * stepsPerEpoch - step) / stepsPerSecond;
    const state = { ...values, epoch: step / stepsPerEpoch, epochs, stepsPerSecond, remainingSeconds };
    return progressLine(state, columns);
  };
  const draw = () => {
    // A character in the last column makes some terminals wrap.
    if (output.redraws) output.write(`${ERASE_LINE}${line((output.columns() ?? 80) - 1)}`);
    else output.write(`${line()}\n`);
    printed = now();
    pending = false;
  };
  const advance = (newStep: number, update: ProgressUpdate) => {
    step = newStep;
    values = { ...values, ...update };
    rate.note(step);
  };
  const drawUnlessRecent = (interval: number) => {
    pending = true;
    if (!ended && now() - printed >= interval) draw();
  };

  return {
    onSteps: (newStep, update = {}) => {
      advance(newStep, update);
      if (output.redraws) drawUnlessRecent(REDRAW);
    },
    onEpoch: (newStep, update) => {
      advance(newStep, update);
      drawUnlessRecent(output.redraws ? REDRAW : PLAIN);
    },
    note: (text) => {
      // Without a terminal the pending line belongs before the note.
      if (pending && !ended && !output.redraws) draw();
      output.write(`${output.redraws ? ERASE_LINE : ''}${onOneLine(text)}\n`);
      if (output.redraws && !ended && printed > -Infinity) draw();
    },
    end: () => {
      if (ended) return;
      if (pending) draw();
      if (output.redraws && printed > -Infinity) output.write('\n');
      ended = true;
    },
  };
}
