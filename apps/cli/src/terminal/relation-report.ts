import { EXTRA_OBSERVABLES } from '@fdr/core';
import { cubicRelation, dynamicsOf, formatMeasured, quadraticRelations, type Sides } from '@fdr/core/relations';
import { anyNumber, type EpochRecord, type Run } from '@fdr/records';
import { z } from 'zod';
import type { Section } from './section.js';

/** A relation of the paper, and its two sides in a run's last averages. */
interface MeasuredRelation {
  /** Its equation's number, and `ahead` where v is read after the update. */
  readonly name: string;
  readonly meaning: string;
  readonly sides: Sides;
}

/** The relations whose pieces the run has measured. */
function measuredRelations({ config }: Run, { observables = {}, learningRate }: EpochRecord): MeasuredRelation[] {
  const dynamics = dynamicsOf(config.optimizer);
  const quadratic = dynamics ? quadraticRelations(observables, { ...dynamics, learningRate }) : undefined;
  return [
    { name: '(26)', meaning: '|v|^2 is constant', sides: quadratic?.velocity.now },
    { name: '(26) ahead', meaning: 'the update (10), to rounding', sides: quadratic?.velocity.ahead },
    { name: '(27)', meaning: 'theta . v - eta |v|^2 is constant', sides: quadratic?.cross.now },
    { name: '(27) ahead', meaning: 'the update (11), to rounding', sides: quadratic?.cross.ahead },
    { name: '(28)', meaning: '|theta|^2 and |v|^2 are constant', sides: quadratic?.position.now },
    { name: '(28) ahead', meaning: '|theta|^2 is constant', sides: quadratic?.position.ahead },
    { name: '(14)', meaning: 'sum theta^3 is constant', sides: cubicRelation(observables) },
  ].flatMap(({ sides, ...relation }) =>
    sides && !Number.isNaN(sides.left - sides.right) ? [{ ...relation, sides }] : [],
  );
}

/** A value, padded so that what follows it is aligned. */
const padded = (value: number): string => formatMeasured(value).padEnd(11);

/** The extra observables of a run and the relations they make, for people; none where the run has measured none. */
export function relationSections(run: Run, last: EpochRecord): readonly Section[] {
  const observables = EXTRA_OBSERVABLES.flatMap(({ name, meaning }) => {
    const average = last.observables?.[name];
    return average === undefined ? [] : [[name, `${padded(average)} ${meaning}`] as const];
  });
  const relations = measuredRelations(run, last).map(({ name, meaning, sides: { left, right, defect } }) => {
    const equation = `${padded(left)} = ${padded(right)} off by ${padded(Math.abs(defect))}`;
    return [name, `${equation} ${meaning}`] as const;
  });
  return [
    ['observables, half-running', observables],
    ['relations, off as a fraction of their terms', relations],
  ];
}

/** The two sides of each relation, for machines; the averages are in the epochs' records. */
export const relationsJson = (run: Run, last: EpochRecord) =>
  measuredRelations(run, last).map(({ name, sides: { left, right, defect } }) => ({
    name,
    left: z.encode(anyNumber, left),
    right: z.encode(anyNumber, right),
    defect: z.encode(anyNumber, defect),
  }));
