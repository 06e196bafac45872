import { describeThrown } from '@fdr/training';
import { survey, type SurveyOrder } from './estimate.js';
import type { SurveyAnswer } from './start.js';

// Makes one survey in a process of its own: ONNX Runtime blocks the thread that calls it.
async function answer(order: SurveyOrder): Promise<SurveyAnswer> {
  try {
    return { ok: true, record: await survey(order) };
  } catch (error) {
    const { mistake, message, stack } = describeThrown(error);
    return { ok: false, reason: mistake ? message : stack };
  }
}

process.once('message', (order: SurveyOrder) => {
  void answer(order).then((said) => process.send?.(said, () => process.exit(0)));
});
// Nobody is left who would keep what is found.
process.once('disconnect', () => process.exit(1));
