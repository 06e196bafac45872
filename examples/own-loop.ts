// A training loop of one's own, by tensors and variables, that asks how far it is from its stationary state.
import * as tf from '@tensorflow/tfjs';
import { monitor } from '@fdr/core';

const [LEARNING_RATE, MOMENTUM, WEIGHT_DECAY] = [0.04, 0.5, 0.1];

const x = tf.randomNormal([200, 3], 0, 1, 'float32', 1);
const y = tf.tidy(() => tf.add(tf.sum(x, 1, true), tf.randomNormal([200, 1], 0, 1, 'float32', 2)));
const weights = tf.tidy(() => tf.variable(tf.fill([3, 1], 5), true, 'weights'));
const velocity = tf.tidy(() => tf.variable(tf.zeros([3, 1]), false));

const watch = monitor({ momentum: MOMENTUM, threshold: 0.3 });

function step(first: number): void {
  tf.tidy(() => {
    const [inputs, targets] = [tf.slice(x, [first, 0], [10, 3]), tf.slice(y, [first, 0], [10, 1])];
    // f^B, with its L2 term: the gradient must contain lambda theta.
    const loss = () => {
      const error = tf.losses.meanSquaredError(targets, tf.matMul(inputs, weights));
      return tf.add(error, tf.mul(WEIGHT_DECAY / 2, tf.sum(tf.square(weights)))).asScalar();
    };
    const { grads } = tf.variableGrads(loss, [weights]);
    const gradient = grads['weights'] ?? tf.zerosLike(weights);
    const next = tf.sub(tf.mul(MOMENTUM, velocity), gradient);
    watch.observe({
      parameters: { weights },
      gradients: { weights: gradient },
      velocity: { weights: next },
      learningRate: LEARNING_RATE,
    });
    velocity.assign(next);
    weights.assign(tf.add(weights, tf.mul(LEARNING_RATE, next)));
  });
}

for (let done = 1; done <= 2000; done++) {
  step((10 * done) % 200);
  if (done !== 20 && done !== 2000) continue;
  const { ratio, interval, verdict } = await watch.relation();
  console.log(`step ${done}: O_L / O_R = ${ratio.toFixed(3)}, ${interval.low.toFixed(3)} to ${interval.high.toFixed(3)}:`, verdict); // prettier-ignore
}

watch.dispose();
tf.dispose([x, y, weights, velocity]);
