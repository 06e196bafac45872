import type { Table } from '@fdr/figures';

/** A part of a report, whatever format it is written in. */
export type Block =
  | { readonly type: 'heading'; readonly text: string }
  | { readonly type: 'paragraph'; readonly text: string }
  | { readonly type: 'image'; readonly file: string; readonly description: string }
  | { readonly type: 'table'; readonly table: Table }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'links'; readonly files: readonly { readonly file: string; readonly text: string }[] };

/** A report, whatever format it is written in. All texts are plain. */
export interface Document {
  readonly title: string;
  readonly blocks: readonly Block[];
}
