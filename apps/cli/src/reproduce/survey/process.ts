import { OptionError } from '@fdr/core';
import { DatasetError } from '@fdr/datasets';
import { UserError } from '../../failure.js';
import { RunFolderError } from '../../run-folder/refusal.js';
import { survey, type SurveyOrder } from './survey.js';
import type { SurveyAnswer } from './start.js';

// Makes one survey in a process of its own: ONNX Runtime blocks the thread that calls it.
async function answer(order: SurveyOrder): Promise<SurveyAnswer> {
  try {
    return { ok: true, record: await survey(order) };
  } catch (error) {
    const mistake = [UserError, DatasetError, OptionError, RunFolderError].some((kind) => error instanceof kind);
    const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
    return { ok: false, reason: mistake ? message : stack };
  }
}

process.once('message', (order: SurveyOrder) => {
  void answer(order).then((said) => process.send?.(said, () => process.exit(0)));
});
// Nobody is left who would keep what is found.
process.once('disconnect', () => process.exit(1));
