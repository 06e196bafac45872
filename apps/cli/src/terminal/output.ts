/** Takes a terminal's cursor to the line's beginning and clears the line. */
export const ERASE_LINE = '\r\u001b[K';

/** Where a command writes for whoever started it. A reader that goes away (`| head -1`) stops the writing, nothing else. */
export interface Output {
  readonly write: (text: string) => void;
  /** Whether a line can be drawn over: a terminal that knows how. */
  readonly redraws: boolean;
  /** Columns of the terminal as it is now; undefined where there is none. */
  readonly columns: () => number | undefined;
}

type Stream = Pick<NodeJS.WriteStream, 'write' | 'on' | 'isTTY' | 'columns'>;

/** @param environment for `TERM`: a `dumb` terminal gets plain lines */
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
    // Some terminals say 0 where they do not know.
    columns: () => (stream.isTTY && stream.columns > 0 ? stream.columns : undefined),
  };
}
