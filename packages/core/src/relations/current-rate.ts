import type { EventRecord, Run } from '@fdr/records';

/**
 * The learning rate by which the next step is made: that of the last change, or of a command that has been carried out and waits for the
 * next step to be reported as a change, as it does while the training is paused.
 */
export const currentRate = ({ config }: Pick<Run, 'config'>, events: readonly EventRecord[]): number =>
  events.reduce((rate, event) => {
    if (event.type === 'learningRate') return event.to;
    return event.type === 'command' && event.command.type === 'setLearningRate' ? event.command.learningRate : rate;
  }, config.learningRate);
