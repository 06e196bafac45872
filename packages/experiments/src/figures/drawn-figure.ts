import type { Panel, Table, ThemeName } from '@fdr/figures';
import type { Claim } from '@fdr/records';

/** A figure of the paper as it came out here. */
export interface DrawnFigure {
  readonly title: string;
  readonly caption: string;
  /** For a light page, and for a dark one. */
  readonly panels: (theme: ThemeName) => readonly Panel[];
  readonly claims: readonly Claim[];
  /** Numbers that the claims rest on. */
  readonly tables: readonly { readonly title: string; readonly table: Table }[];
}
