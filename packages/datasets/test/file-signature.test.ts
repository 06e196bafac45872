import { encode } from 'fast-png';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { describeFile, isGzip } from '../src/file-signature.js';

const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));

describe('describeFile', () => {
  // The signatures are those of the formats' specifications.
  it.each<[string, Uint8Array]>([
    ['an empty file', new Uint8Array()],
    ['a gzip stream', gzipSync('text')],
    ['a zip archive', bytes('PK\x03\x04\x14\x00')],
    ['a bzip2 stream', bytes('BZh91AY&SY')],
    ['an xz stream', bytes('\xfd7zXZ\x00')],
    ['a Zstandard stream', bytes('\x28\xb5\x2f\xfd\x04')],
    ['a PNG image', encode({ width: 1, height: 1, data: Uint8Array.of(7), channels: 1, depth: 8 })],
    ['an HDF5 file', bytes('\x89HDF\r\n\x1a\n')],
    ['a NumPy array', bytes('\x93NUMPY\x01\x00')],
    ['an HTML page', bytes('\n <!doctype HTML>')],
    ['markup', bytes('<?xml version="1.0"?>')],
    ['a Git LFS pointer, not the file itself', bytes('version https://git-lfs.github.com/spec/v1\n')],
    ['text', bytes('5 0 4 1 9\r\n')],
    ['a file that begins with the bytes 50 4b 05 06', bytes('PK\x05\x06\x00')],
    ['a file that begins with the bytes 89', bytes('\x89')],
  ])('recognizes %s', (description, start) => {
    expect(describeFile(start)).toBe(description);
  });
});

describe('isGzip', () => {
  it('is true of gzip streams alone', () => {
    expect(isGzip(gzipSync(''))).toBe(true);
    expect(isGzip(brotliCompressSync('text'))).toBe(false);
    expect(isGzip(Uint8Array.of(0x1f))).toBe(false);
  });
});
