import { onOneLine } from './text.js';

/** Takes a terminal's cursor to the line's beginning and clears the line. */
export const ERASE_LINE = '\r\u001b[K';

/** Where a command writes. A reader that goes away (`| head -1`) stops the writing, nothing else. */
export interface Output {
  readonly write: (text: string) => void;
  /** Whether a line can be drawn over: on a terminal that is not dumb. */
  readonly redraws: boolean;
  /** Columns of the terminal at this moment; undefined where there is none. */
  readonly columns: () => number | undefined;
}

type Stream = Pick<NodeJS.WriteStream, 'write' | 'on' | 'isTTY' | 'columns'>;

/**
 * The output on a stream of this process.
 *
 * @param environment its `TERM` is read: a `dumb` terminal gets plain lines
 */
export function createOutput(stream: Stream, environment: Readonly<Record<string, string | undefined>>): Output {
  let open = true;
  stream.on('error', () => {
    open = false;
  });
  return {
    write: (text) => {
      if (open) stream.write(text);
    },
    redraws: stream.isTTY && environment['TERM'] !== 'dumb',
    // Some terminals report 0 where they do not know.
    columns: () => (stream.isTTY && stream.columns > 0 ? stream.columns : undefined),
  };
}

/** Writes a line for people to the error stream. */
export function warn(message: string): void {
  process.stderr.write(`fdr: ${onOneLine(message)}\n`);
}
