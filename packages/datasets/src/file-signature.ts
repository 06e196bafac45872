const SIGNATURES: readonly (readonly [readonly number[], string])[] = [
  [[0x1f, 0x8b], 'a gzip stream'],
  [[0x50, 0x4b, 0x03, 0x04], 'a zip archive'],
  [[0x42, 0x5a, 0x68], 'a bzip2 stream'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'an xz stream'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'a Zstandard stream'],
  [[0x89, 0x50, 0x4e, 0x47], 'a PNG image'],
  [[0x89, 0x48, 0x44, 0x46], 'an HDF5 file'],
  [[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], 'a NumPy array'],
];

const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^\s*(<!doctype html|<html)/i, 'an HTML page'],
  [/^\s*</, 'markup'],
  [/^version https:\/\/git-lfs/, 'a Git LFS pointer, not the file itself'],
  [/^[\x20-\x7e\s]+$/, 'text'],
];

/** Describes in a few words, for error messages, what a file seems to be whose first bytes are `start`. */
export function describeFile(start: Uint8Array): string {
  if (start.length === 0) return 'an empty file';
  for (const [signature, kind] of SIGNATURES) {
    if (signature.every((byte, index) => start[index] === byte)) return kind;
  }
  const text = String.fromCharCode(...start.subarray(0, 64));
  for (const [pattern, kind] of TEXTS) if (pattern.test(text)) return kind;
  const bytes = Array.from(start.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0'));
  return `a file that begins with the bytes ${bytes.join(' ')}`;
}

/** Whether a file whose first bytes are `start` is a gzip stream. */
export function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

/** Describes in a few words, for error messages, a folder with these entries. */
export function describeFolder(entries: readonly string[]): string {
  if (entries.length === 0) return 'an empty folder';
  const first = entries.slice(0, 5).join(', ');
  return `a folder with ${first}${entries.length > 5 ? ` and ${entries.length - 5} more` : ''}`;
}
