import type * as tf from '@tensorflow/tfjs';

/** Whether a tensor has four dimensions, as a batch of pictures has: [batch, rows, columns, channels]. */
export const isRank4 = (tensor: tf.Tensor): tensor is tf.Tensor4D => tensor.rank === 4;
