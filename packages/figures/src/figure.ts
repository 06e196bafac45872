import type { EChartsOption } from 'echarts';
import type { Run } from '@fdr/records';
import type { RunRecords, View } from './run-records.js';
import type { Scale } from './scale.js';
import type { Table } from './table.js';

/** A figure of a run, drawn for a view. */
export interface Drawing {
  readonly option: EChartsOption;
  /** The values in full precision, one row per epoch or event. */
  readonly table: Table;
  /** The current state in one sentence. */
  readonly summary: string;
}

/** A kind of figure. To add one, write a file like those beside this one and add a row to `catalogue.ts`. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  /** What is drawn, with the paper's equation. */
  readonly caption: string;
  /** The default scale of the vertical axis. */
  readonly scale: Scale;
  /** Whether a run records what is drawn; every run does by default. */
  readonly appliesTo?: (run: Run) => boolean;
  readonly draw: (records: RunRecords, view: View) => Drawing;
}
