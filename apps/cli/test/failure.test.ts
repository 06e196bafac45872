import * as relations from '@fdr/core/relations';
import * as datasets from '@fdr/datasets';
import * as planning from '@fdr/experiments/planning';
import * as runStore from '@fdr/run-store';
import * as server from '@fdr/server';
import * as training from '@fdr/training';
import { describe, expect, it } from 'vitest';
import { describeFailure, UserError } from '../src/failure.js';

type ErrorClass = new (...parts: readonly string[]) => Error;

const isErrorClass = (value: unknown): value is ErrorClass =>
  typeof value === 'function' && value.prototype instanceof Error;

/** The error classes that the rooms export. */
const ERRORS = [relations, datasets, planning, runStore, server, training].map((room) => {
  const values: readonly unknown[] = Object.values(room);
  return values.filter(isErrorClass);
});

describe('describeFailure', () => {
  it('meets one error class of each room', () => {
    expect(ERRORS.map((classes) => classes.map(({ name }) => name))).toEqual([
      ['OptionError'],
      ['DatasetError'],
      ['ExperimentError'],
      ['RunFolderError'],
      ['ServerError'],
      ['TrainingError'],
    ]);
  });

  it.each([UserError, ...ERRORS.flat()])('shows a $name as one line, and exits with 2', (Mistake: ErrorClass) => {
    const error = new Mistake('one', 'two', 'three');
    error.message = 'first\nsecond \u001b[2J';
    expect(describeFailure(error)).toEqual({ exitCode: 2, text: 'fdr: first second  [2J\n' });
  });

  it('shows the stack of a bug, and exits with 1', () => {
    const { exitCode, text } = describeFailure(new TypeError('x is not a function'));
    expect(exitCode).toBe(1);
    expect(text).toMatch(/^fdr: this is a bug in fdr, please report it\nTypeError: x is not a function\n {4}at /);
    expect(describeFailure('a text')).toEqual({
      exitCode: 1,
      text: 'fdr: this is a bug in fdr, please report it\na text\n',
    });
  });
});
