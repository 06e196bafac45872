import { fileURLToPath } from 'node:url';

/** What goes wrong at an operation: the process is killed before it, or in the middle of a write, or the system refuses it. */
export const FAULT_KINDS = ['kill', 'tear', 'ENOSPC', 'EIO', 'EROFS'] as const;
/** See {@link FAULT_KINDS}. */
export type FaultKind = (typeof FAULT_KINDS)[number];

/** A fault, and the operation that meets it. */
export interface Fault {
  readonly kind: FaultKind;
  /** Operations are numbered from 1. */
  readonly at: number;
  /** How many operations in a row are refused; left out, all from there on. */
  readonly times?: number | undefined;
}

/** What `disk-faults.mjs` is told. */
export interface DiskFaults {
  /** What it watches: operations that change this folder or something in it. */
  readonly folder: string;
  /** A file outside the folder, which gets an {@link Operation} a line. */
  readonly log?: string | undefined;
  readonly fault?: Fault | undefined;
}

/** A line of the log. */
export interface Operation {
  readonly number: number;
  readonly call: string;
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** The environment in which a process of Node numbers its operations and meets a fault. */
export function faultEnvironment(faults: DiskFaults): Record<string, string> {
  return {
    NODE_OPTIONS: `--import ${fileURLToPath(new URL('disk-faults.mjs', import.meta.url))}`,
    FDR_DISK_FAULTS: JSON.stringify(faults),
  };
}
