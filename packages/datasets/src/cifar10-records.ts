/** Rows, columns and channels (red, green, blue) of a CIFAR-10 image. */
export const CIFAR10_SHAPE = [32, 32, 3] as const;

const PIXELS = 32 * 32;
const CHANNELS = 3;
/** Bytes of an image. */
export const IMAGE_LENGTH: number = CHANNELS * PIXELS;
/** Bytes of a record of the binary version (Krizhevsky 2009): a label, then the red, the green and the blue plane. */
export const RECORD_LENGTH: number = 1 + IMAGE_LENGTH;

/**
 * Makes records of labels and images.
 *
 * @param labels [count]
 * @param images [count, 32, 32, 3], the channels of a pixel side by side
 * @returns [count, 3073]
 */
export function toRecords(labels: Uint8Array, images: Uint8Array): Uint8Array {
  const records = new Uint8Array(labels.length * RECORD_LENGTH);
  for (const [index, label] of labels.entries()) {
    const record = index * RECORD_LENGTH;
    records[record] = label;
    for (let channel = 0; channel < CHANNELS; channel++) {
      const plane = record + 1 + channel * PIXELS;
      let source = index * IMAGE_LENGTH + channel;
      for (let pixel = 0; pixel < PIXELS; pixel++, source += CHANNELS)
        records[plane + pixel] = images[source] as number;
    }
  }
  return records;
}

/**
 * Takes records apart, the opposite of {@link toRecords}: TensorFlow.js convolves images whose channels lie side by side.
 *
 * @param records [count, 3073]
 * @param labels [count], written
 * @param images [count, 32, 32, 3], written
 */
export function fromRecords(records: Uint8Array, labels: Uint8Array, images: Uint8Array): void {
  for (let index = 0; index < labels.length; index++) {
    const record = index * RECORD_LENGTH;
    labels[index] = records[record] as number;
    for (let channel = 0; channel < CHANNELS; channel++) {
      const plane = record + 1 + channel * PIXELS;
      let target = index * IMAGE_LENGTH + channel;
      for (let pixel = 0; pixel < PIXELS; pixel++, target += CHANNELS)
        images[target] = records[plane + pixel] as number;
    }
  }
}
