import type { Panel, Table, ThemeName } from '@fdr/figures';
import type { Claim } from '@fdr/records';

/** A table with its title. */
export interface TitledTable {
  readonly title: string;
  readonly table: Table;
}

/** A reproduced figure of the paper. */
export interface DrawnFigure {
  readonly title: string;
  readonly caption: string;
  /** The panels for a light or a dark page. */
  readonly panels: (theme: ThemeName) => readonly Panel[];
  readonly claims: readonly Claim[];
  /** The numbers behind the claims. */
  readonly tables: readonly TitledTable[];
}
