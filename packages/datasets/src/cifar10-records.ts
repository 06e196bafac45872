/** Rows, columns and channels (red, green, blue) of a CIFAR-10 image. */
export const CIFAR10_SHAPE = [32, 32, 3] as const;
/** Labels of CIFAR-10 are 0 to 9. */
export const CIFAR10_CLASSES = 10;

const PIXELS = 32 * 32;
const CHANNELS = 3;
/** Bytes of an image. */
export const IMAGE_LENGTH: number = CHANNELS * PIXELS;
/** Bytes of a record of the binary version (Krizhevsky 2009): a label, then the red, the green and the blue plane. */
export const RECORD_LENGTH: number = 1 + IMAGE_LENGTH;

/**
 * Joins labels and images to records; the opposite of {@link splitRecords}.
 *
 * @param labels [count]
 * @param images [count, 32, 32, 3], the channels of a pixel side by side
 * @returns [count, 3073]
 */
export function toRecords(labels: Uint8Array, images: Uint8Array): Uint8Array {
  const records = new Uint8Array(labels.length * RECORD_LENGTH);
  const source = viewOf(images);
  for (const [index, label] of labels.entries()) {
    const record = index * RECORD_LENGTH;
    records[record] = label;
    for (let channel = 0; channel < CHANNELS; channel++) {
      const plane = record + 1 + channel * PIXELS;
      let position = index * IMAGE_LENGTH + channel;
      for (let pixel = 0; pixel < PIXELS; pixel++, position += CHANNELS) {
        records[plane + pixel] = source.getUint8(position);
      }
    }
  }
  return records;
}

/**
 * Splits records into labels and images; the opposite of {@link toRecords}. The channels of a pixel come to lie side by
 * side, as TensorFlow.js convolves them.
 *
 * @param records [count, 3073]
 * @param labels [count], written
 * @param images [count, 32, 32, 3], written
 */
export function splitRecords(records: Uint8Array, labels: Uint8Array, images: Uint8Array): void {
  const source = viewOf(records);
  for (let index = 0; index < labels.length; index++) {
    const record = index * RECORD_LENGTH;
    labels[index] = source.getUint8(record);
    for (let channel = 0; channel < CHANNELS; channel++) {
      const plane = record + 1 + channel * PIXELS;
      let position = index * IMAGE_LENGTH + channel;
      for (let pixel = 0; pixel < PIXELS; pixel++, position += CHANNELS) {
        images[position] = source.getUint8(plane + pixel);
      }
    }
  }
}

/** The same bytes; a view reads single ones as fast, and never yields undefined. */
function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
