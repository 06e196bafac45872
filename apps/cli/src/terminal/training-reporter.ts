import type { Run } from '@fdr/records';
import type { Output } from './output.js';
import { reasonText } from './change-reason.js';
import { jsonLine } from './json-line.js';
import { formatNumber } from '@fdr/core/relations';
import { createProgress } from './progress.js';
import type { Report } from '@fdr/training';

/** What a person or a machine is shown of a training. */
export interface Show {
  readonly report: (report: Report) => void;
  readonly end: () => void;
}

/** For people: one line of progress, and a line for each thing that happened. */
export function showProgress(run: Run, output: Output): Show {
  const { config, stepColumns, stepsPerEpoch } = run;
  const progress = createProgress(output, { epochs: config.epochs, stepsPerEpoch, learningRate: config.learningRate });
  const column = (name: string): number => stepColumns.indexOf(name);
  const [loss, oL, oR] = [column('lossHalf'), column('oLHalf'), column('oRHalf')];
  return {
    report: (said) => {
      if (said.type === 'steps') {
        const last = said.rows.subarray(-stepColumns.length);
        const value = (index: number): number => last[index] ?? NaN;
        const step = said.from + said.rows.length / stepColumns.length;
        progress.onSteps(step, { loss: value(loss), ratio: value(oL) / value(oR) });
      }
      if (said.type === 'epoch') {
        const { step, lossHalf, testAccuracy, ratio, learningRate } = said.record;
        progress.onEpoch(step, { loss: lossHalf, accuracy: testAccuracy, ratio, learningRate });
      }
      if (said.type === 'event') {
        const { record } = said;
        if (record.type === 'warning') progress.note(`warning: ${record.message}`);
        if (record.type === 'learningRate') {
          const change = `${formatNumber(record.from)} -> ${formatNumber(record.to)}`;
          progress.note(`epoch ${record.epoch}: learning rate ${change}: ${reasonText(record.reason)}`);
        }
        if (record.type === 'status' && record.status !== 'running')
          progress.note(`${record.status}: ${record.message}`);
      }
    },
    end: () => progress.end(),
  };
}

/** For machines: one JSON object a line. */
export function showJson(run: Run, output: Output): Show {
  output.write(jsonLine({ type: 'run', run }));
  return {
    report: (said) => {
      if (said.type === 'epoch') output.write(jsonLine({ type: 'epoch', runId: run.id, epoch: said.record }));
      if (said.type === 'event') output.write(jsonLine({ type: 'event', runId: run.id, event: said.record }));
    },
    end: () => undefined,
  };
}
