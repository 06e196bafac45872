// The paper's adaptive schedule in a LayersModel's own `fit`: three lines, marked below.
import * as tf from '@tensorflow/tfjs';
import { equilibriumSchedule, sgd, tfOptimizer } from '@fdr/core'; // 1

// Sums of three numbers, under noise.
const x = tf.randomNormal([200, 3], 0, 1, 'float32', 1);
const y = tf.tidy(() => tf.add(tf.sum(x, 1, true), tf.randomNormal([200, 1], 0, 1, 'float32', 2)));

const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] });
const optimizer = tfOptimizer(sgd({ momentum: 0.5 }), { learningRate: 0.05, weightDecay: 0.1 }); // 2
model.compile({ optimizer, loss: 'meanSquaredError' });

const { history } = await model.fit(x, y, {
  epochs: 35,
  batchSize: 10,
  callbacks: equilibriumSchedule({
    threshold: 0.2,
    decay: 0.5,
    minimumSteps: 200,
    onChange: ({ epoch, to, reason }) => {
      console.log('after epoch', epoch, 'eta becomes', to, reason.message);
    },
  }), // 3
});

// Beside the loss, `fit` has recorded eta and O_L / O_R, in total and of each tensor.
console.log('eta', history['learningRate']?.at(-1), 'ratio', history['ratio']?.at(-1));
console.log('recorded', Object.keys(history));

model.dispose();
optimizer.dispose();
tf.dispose([x, y]);
