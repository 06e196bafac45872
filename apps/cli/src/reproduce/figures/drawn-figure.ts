import type { Panel, Table } from '@fdr/figures';
import type { Claim } from '../claim.js';

/** A figure of the paper as it came out here. */
export interface DrawnFigure {
  readonly title: string;
  readonly caption: string;
  readonly panels: readonly Panel[];
  readonly claims: readonly Claim[];
  /** Numbers that the claims rest on. */
  readonly tables: readonly { readonly title: string; readonly table: Table }[];
}
