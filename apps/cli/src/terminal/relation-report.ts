import { cubicRelation, EXTRA_OBSERVABLES, quadraticRelations, type Sides } from '@fdr/core';
import { anyNumber, type EpochRecord, type Run } from '@fdr/records';
import { z } from 'zod';
import { formatMeasured } from '@fdr/core/relations';
import type { Section } from './section.js';

/** A relation of the paper, and its two sides in a run's last averages. */
interface MeasuredRelation {
  /** Its number, and `ahead` where v is read after the update. */
  readonly name: string;
  readonly says: string;
  readonly sides: Sides;
}

/** The relations whose pieces the run has measured. */
function measuredRelations({ config }: Run, { observables = {}, learningRate }: EpochRecord): MeasuredRelation[] {
  const { velocity, cross, position } = quadraticRelations(observables, { ...config, learningRate });
  return [
    { name: '(26)', says: '|v|^2 is constant', sides: velocity.now },
    { name: '(26) ahead', says: 'the update (10), to rounding', sides: velocity.ahead },
    { name: '(27)', says: 'theta . v - eta |v|^2 is constant', sides: cross.now },
    { name: '(27) ahead', says: 'the update (11), to rounding', sides: cross.ahead },
    { name: '(28)', says: '|theta|^2 and |v|^2 are constant', sides: position.now },
    { name: '(28) ahead', says: '|theta|^2 is constant', sides: position.ahead },
    { name: '(14)', says: 'sum theta^3 is constant', sides: cubicRelation(observables) },
  ].filter(({ sides: { left, right } }) => !Number.isNaN(left - right));
}

/** Columns of a value, so that what follows it stands in line. */
const VALUE = 11;

/** The extra observables of a run and the relations they make, for people; none where none were asked for. */
export function relationSections(run: Run, last: EpochRecord): readonly Section[] {
  const observables = EXTRA_OBSERVABLES.flatMap(({ name, meaning }) => {
    const average = last.observables?.[name];
    return average === undefined ? [] : [[name, `${formatMeasured(average).padEnd(VALUE)} ${meaning}`] as const];
  });
  const relations = measuredRelations(run, last).map(({ name, says, sides: { left, right, defect } }) => {
    const apart = `${formatMeasured(left).padEnd(VALUE)} = ${formatMeasured(right).padEnd(VALUE)}`;
    return [name, `${apart} off by ${formatMeasured(Math.abs(defect)).padEnd(VALUE)} ${says}`] as const;
  });
  return [
    ['observables, half-running', observables],
    ['relations, off as a part of their terms', relations],
  ];
}

/** The same for machines: each relation's sides; the averages stand in the epochs' records. */
export const relationsJson = (run: Run, last: EpochRecord) =>
  measuredRelations(run, last).map(({ name, sides: { left, right, defect } }) => ({
    name,
    left: z.encode(anyNumber, left),
    right: z.encode(anyNumber, right),
    defect: z.encode(anyNumber, defect),
  }));
