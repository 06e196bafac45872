import { changeText, formatRateChange, relaxationOf } from '@fdr/core/relations';
import type { EventRecord, Run } from '@fdr/records';
import type { WorkerMessage } from '@fdr/training';
import { jsonLine } from './json-line.js';
import type { Output } from './output.js';
import { createProgress } from './progress.js';

/** Shows a training to people or to machines. */
export interface Reporter {
  readonly report: (message: WorkerMessage) => void;
  readonly end: () => void;
}

/** For people: one line of progress, and a line for each event that is worth one. */
export function progressReporter(run: Run, output: Output): Reporter {
  const { config, stepColumns, stepsPerEpoch } = run;
  const progress = createProgress(output, { epochs: config.epochs, stepsPerEpoch, learningRate: config.learningRate });
  return {
    report: (message) => {
      if (message.type === 'steps') {
        const last = message.rows.subarray(-stepColumns.length);
        const value = (column: string): number => last[stepColumns.indexOf(column)] ?? NaN;
        const step = message.from + message.rows.length / stepColumns.length;
        progress.onSteps(step, { loss: value('lossHalf'), ratio: value('oLHalf') / value('oRHalf') });
      }
      if (message.type === 'epoch') {
        const { step, lossHalf, testAccuracy, average, ratio, learningRate } = message.record;
        const accuracies = { accuracy: testAccuracy, averageAccuracy: average?.testAccuracy };
        progress.onEpoch(step, { loss: lossHalf, ...accuracies, ratio, learningRate });
      }
      if (message.type === 'event') {
        const note = noteOf(message.record);
        if (note !== undefined) progress.note(note);
      }
    },
    end: () => progress.end(),
  };
}

/** The line that an event is worth in the terminal; undefined where its effect is visible anyway. */
function noteOf(event: EventRecord): string | undefined {
  switch (event.type) {
    case 'warning':
      return `warning: ${event.message}`;
    case 'learningRate':
      return `epoch ${event.epoch}: learning rate ${formatRateChange(event.from, event.to)}: ${changeText(event)}`;
    case 'status':
      return event.status === 'running' ? undefined : `${event.status}: ${event.message}`;
    case 'schedule':
    case 'command':
      return undefined;
    default:
      return event satisfies never;
  }
}

/** For machines: one JSON object a line. */
export function jsonReporter(run: Run, output: Output): Reporter {
  output.write(jsonLine({ type: 'run', run }));
  const relaxation = relaxationOf(run);
  if (relaxation)
    output.write(jsonLine({ type: 'relaxation', runId: run.id, steps: relaxation.steps, epochs: relaxation.epochs }));
  return {
    report: (message) => {
      if (message.type === 'epoch') output.write(jsonLine({ type: 'epoch', runId: run.id, epoch: message.record }));
      if (message.type === 'event') output.write(jsonLine({ type: 'event', runId: run.id, event: message.record }));
    },
    end: () => undefined,
  };
}
