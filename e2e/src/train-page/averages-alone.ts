// The averages without anything else of the package.
import { halfRunningAverage } from '@fdr/core/relations';

const average = halfRunningAverage();
for (const value of [4, 8, 6]) average.push(value);
console.log(average.value());
