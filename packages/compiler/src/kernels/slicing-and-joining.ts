import * as tf from '@tensorflow/tfjs';
import { normalizedAxis, input, withAttributes, type KernelTable } from './kernel.js';

/** Tensors joined from others, slices of tensors, and padding. */
export const slicingAndJoining: KernelTable = {
  Concat: withAttributes<tf.ConcatAttrs>(({ recorder, inputs, attributes }) => {
    const tensors = Object.values(inputs);
    const first = input({ inputs }, '0');
    const axis = normalizedAxis(attributes.axis, first.shape.length);
    const shape = tf.backend_util.computeOutShape(
      tensors.map((tensor) => tensor.shape),
      axis,
    );
    const joined = recorder.graph.emit(
      'Concat',
      tensors.map((tensor) => recorder.operand(tensor)),
      { axis },
    );
    return recorder.node(joined, shape, first.dtype);
  }),
  Pack: withAttributes<tf.PackAttrs>(({ recorder, inputs, attributes }) => {
    const tensors = Object.values(inputs);
    const first = input({ inputs }, '0');
    const axis = normalizedAxis(attributes.axis, first.shape.length + 1);
    const unsqueezed = [...first.shape.slice(0, axis), 1, ...first.shape.slice(axis)];
    const shape = unsqueezed.map((size, i) => (i === axis ? tensors.length : size));
    const joined = recorder.graph.emit(
      'Concat',
      tensors.map((tensor) => recorder.operand(recorder.reshape(tensor, unsqueezed))),
      { axis },
    );
    return recorder.node(joined, shape, first.dtype);
  }),
  Unpack: withAttributes<tf.UnpackAttrs>(({ recorder, inputs, attributes }) => {
    const value = input({ inputs }, 'value');
    const axis = normalizedAxis(attributes.axis, value.shape.length);
    const shape = value.shape.filter((_, i) => i !== axis);
    const name = recorder.operand(value);
    return Array.from({ length: value.shape[axis] ?? 0 }, (_, index) => {
      const position = recorder.graph.constant([index], [], 'int64');
      return recorder.node(recorder.graph.emit('Gather', [name, position], { axis }), shape, value.dtype);
    });
  }),
  SplitV: withAttributes<{ axis: number; numOrSizeSplits: number | number[] }>(({ recorder, inputs, attributes }) => {
    const x = input({ inputs }, 'x');
    const axis = normalizedAxis(attributes.axis, x.shape.length);
    const sizes = tf.backend_util.prepareSplitSize(x, attributes.numOrSizeSplits, axis);
    const { graph } = recorder;
    let begin = 0;
    return sizes.map((size) => {
      const range = [graph.integers([begin]), graph.integers([begin + size]), graph.integers([axis])];
      begin += size;
      const shape = x.shape.map((full, i) => (i === axis ? size : full));
      return recorder.node(graph.emit('Slice', [recorder.operand(x), ...range]), shape, x.dtype);
    });
  }),
  Slice: withAttributes<tf.SliceAttrs>(({ recorder, inputs, attributes }) => {
    const x = input({ inputs }, 'x');
    const [begin = [], size = []] = tf.slice_util.parseSliceParams(x, attributes.begin, attributes.size);
    const end = begin.map((from, axis) => from + (size[axis] ?? 0));
    const { graph } = recorder;
    const sliced = graph.emit('Slice', [recorder.operand(x), graph.integers(begin), graph.integers(end)]);
    return recorder.node(sliced, size, x.dtype);
  }),
  PadV2: withAttributes<tf.PadV2Attrs>(({ recorder, inputs, attributes: { paddings, constantValue } }) => {
    const x = input({ inputs }, 'x');
    const shape = x.shape.map((size, axis) => size + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0));
    const pads = recorder.graph.integers([
      ...paddings.map(([before]) => before),
      ...paddings.map(([, after]) => after),
    ]);
    const fill = recorder.graph.constant(
      [constantValue],
      [],
      recorder.element(x) === 'uint8' ? 'int32' : recorder.element(x),
    );
    return recorder.node(recorder.graph.emit('Pad', [recorder.operand(x), pads, fill]), shape, x.dtype);
  }),
};
