import { polynomialAverage, tailAverage, type ParameterAverage } from '@fdr/core';
import type { RunConfig } from '@fdr/records';

const AVERAGES: Readonly<Record<NonNullable<RunConfig['average']>, () => ParameterAverage>> = {
  tail: tailAverage,
  polynomial: polynomialAverage,
};

/** The average of the parameters that a configuration names; undefined where it names none. */
export const makeAverage = (name: RunConfig['average']): ParameterAverage | undefined => name && AVERAGES[name]();
