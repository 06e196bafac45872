import type { EChartsOption } from 'echarts';
import type { Run } from '@fdr/records';
import type { RunRecords, View } from './run-records.js';
import type { Scale } from './scale.js';
import type { Table } from './table.js';

/** A figure drawn for someone's view of a run. */
export interface Drawing {
  readonly option: EChartsOption;
  /** The values drawn, one row an epoch or event, in full precision. */
  readonly table: Table;
  /** What the figure says now, in a sentence. */
  readonly summary: string;
}

/** A kind of figure. To add one: a file like this one's neighbours and a row in `catalogue.ts`. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  /** What is drawn, and the paper's equation. */
  readonly caption: string;
  /** The vertical axis before anyone chooses. */
  readonly scale: Scale;
  /** Whether a run records what is drawn; every run does where it is left out. */
  readonly isOf?: (run: Run) => boolean;
  readonly draw: (records: RunRecords, view: View) => Drawing;
}
