/** Bytes to be appended to a file. */
export interface Append {
  readonly kind: 'append';
  readonly file: string;
  readonly bytes: Uint8Array;
  /** Is repeated in place of the bytes if they are dropped; undefined if nothing takes their place. */
  readonly filler: Uint8Array | undefined;
}

/** What takes the place of appended bytes that were dropped. */
export interface Fill {
  readonly kind: 'fill';
  readonly file: string;
  readonly filler: Uint8Array;
  /** In bytes; grows while the entry is not the first. */
  length: number;
}

/** A whole file to be replaced. */
interface Replace {
  readonly kind: 'replace';
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** A write that waits for the disk. */
type Write = Append | Fill | Replace;

/** Writes that wait for the disk, in order and in bounded memory. The first one may have been written in part. */
export interface WriteBacklog {
  /** How many appends were dropped, by file. */
  readonly lost: Readonly<Record<string, number>>;
  /** The next write; undefined if none waits. */
  first(): Write | undefined;
  /** The first write is done. */
  removeFirst(): void;
  append(file: string, bytes: Uint8Array, filler: Uint8Array | undefined): void;
  /** Drops an earlier replacement of the same file, unless it is the first write. */
  replace(file: string, bytes: Uint8Array): void;
}

/** @param limit bytes that may wait; beyond them the oldest appends are dropped, except the first write */
export function createWriteBacklog(limit: number): WriteBacklog {
  const writes: Write[] = [];
  const lost: Record<string, number> = {};
  let size = 0;

  function add(write: Append | Replace): void {
    writes.push(write);
    size += write.bytes.length;
    let index = 1;
    while (size > limit && index < writes.length) {
      const oldest = writes[index];
      if (oldest?.kind === 'append') drop(oldest, index);
      else index += 1;
    }
  }

  function drop({ file, bytes, filler }: Append, index: number): void {
    size -= bytes.length;
    lost[file] = (lost[file] ?? 0) + 1;
    if (filler === undefined) {
      writes.splice(index, 1);
      return;
    }
    const fill = writes.slice(1, index).find((write): write is Fill => write.kind === 'fill' && write.file === file);
    if (fill === undefined) {
      writes[index] = { kind: 'fill', file, filler, length: bytes.length };
      return;
    }
    fill.length += bytes.length;
    writes.splice(index, 1);
  }

  return {
    lost,
    first: () => writes[0],
    removeFirst: () => {
      const done = writes.shift();
      if (done !== undefined && done.kind !== 'fill') size -= done.bytes.length;
    },
    append: (file, bytes, filler) => {
      add({ kind: 'append', file, bytes, filler });
    },
    replace: (file, bytes) => {
      const index = writes.findIndex((write, i) => i > 0 && write.kind === 'replace' && write.file === file);
      const earlier = writes[index];
      if (earlier?.kind === 'replace') {
        size -= earlier.bytes.length;
        writes.splice(index, 1);
      }
      add({ kind: 'replace', file, bytes });
    },
  };
}
