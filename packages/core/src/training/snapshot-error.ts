/** A snapshot that does not belong to the training which is to resume it, or does not agree with itself. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}
