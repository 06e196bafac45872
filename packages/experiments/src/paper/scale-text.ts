import { formatNumber } from '@fdr/core/relations';
import type { Protocol } from './protocols/protocol.js';
import { epochFraction, type Scale } from './plan/scale.js';

/**
 * A sentence or two about how much of the paper's experiment a scale is.
 *
 * @param protocol at that scale
 */
export function describeScale(scale: Scale, protocol: Protocol): string {
  const { name, minimumEpochs } = scale;
  const { title, base, sequence, momentum } = protocol;
  if (scale.fraction === 'relaxation')
    return (
      `Scale ${name}: ${title}, each stage 4 (1 - mu) / (eta lambda) steps long, at least ${minimumEpochs} epochs, so that every rate can come into ` +
      'equilibrium. Nothing is smoothed or left out.'
    );
  const fraction = epochFraction(scale, protocol);
  if (fraction === 1)
    return `Scale ${name}: ${title}, all epochs of the paper's protocol. Nothing is smoothed or left out.`;
  const epochs = `${formatNumber(100 * fraction)} % of the paper's epochs, each run at least ${minimumEpochs}`;
  const data =
    scale.fraction === 'quick'
      ? ` The data are synthetic and small, ${sequence.length} learning rates stand for all, with batches of ${base.batchSize}, weight decay ` +
        `${base.weightDecay} and, where the relations are tested, momentum ${momentum}: it shows that everything runs, not what the paper found.`
      : '';
  return `Scale ${name}: ${title}, ${epochs}.${data} Nothing is smoothed.`;
}
