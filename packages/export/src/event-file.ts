import { crc32c } from './crc32c.js';

/** One number of TensorBoard. */
export interface Scalar {
  readonly tag: string;
  /** A 32-bit float. */
  readonly value: number;
}

/** Numbers of one step. */
export interface ScalarEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  readonly scalars: readonly Scalar[];
}

/** Field numbers and kinds of TensorFlow's `event.proto` and `summary.proto`: `(number << 3) | kind`. */
const EVENT = { wallTime: (1 << 3) | 1, step: 2 << 3, fileVersion: (3 << 3) | 2, summary: (5 << 3) | 2 } as const;
const SUMMARY = { value: (1 << 3) | 2, tag: (1 << 3) | 2, simpleValue: (2 << 3) | 5 } as const;

/** The events of a file that TensorBoard reads, the one with the version first. */
export function eventFile(events: readonly ScalarEvent[]): Buffer {
  const version = Buffer.concat([
    double(EVENT.wallTime, events[0]?.wallTime ?? 0),
    text(EVENT.fileVersion, 'brain.Event:2'),
  ]);
  return Buffer.concat([version, ...events.map(encodeEvent)].map(framed));
}

const encodeEvent = ({ wallTime, step, scalars }: ScalarEvent): Buffer =>
  Buffer.concat([
    double(EVENT.wallTime, wallTime),
    Buffer.from([EVENT.step]),
    varint(step),
    field(
      EVENT.summary,
      Buffer.concat(
        scalars.map(({ tag, value }) =>
          field(SUMMARY.value, Buffer.concat([text(SUMMARY.tag, tag), float(SUMMARY.simpleValue, value)])),
        ),
      ),
    ),
  ]);

/** A record of TensorFlow's record file: length, its masked checksum, the bytes, and theirs. */
function framed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([length, maskedChecksum(length), bytes, maskedChecksum(bytes)]);
}

function maskedChecksum(bytes: Uint8Array): Buffer {
  const sum = crc32c(bytes);
  const masked = (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(masked);
  return buffer;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    const isLast = rest < 128;
    bytes.push((rest % 128) + (isLast ? 0 : 128));
    if (isLast) return Buffer.from(bytes);
  }
}

const field = (key: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([key]), varint(content.length), content]);
const text = (key: number, content: string): Buffer => field(key, Buffer.from(content));

function double(key: number, value: number): Buffer {
  const buffer = Buffer.alloc(9, key);
  buffer.writeDoubleLE(value, 1);
  return buffer;
}

function float(key: number, value: number): Buffer {
  const buffer = Buffer.alloc(5, key);
  buffer.writeFloatLE(value, 1);
  return buffer;
}
