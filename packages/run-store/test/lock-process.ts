// Locks a folder and holds it as long as its standard input is open (`hold`), ends without a release (`leave`), or prints who holds
// the lock (`ask`).
import { assertUnlocked, lockFolder } from '../src/lock.js';

const [action, folder] = process.argv.slice(2) as [string, string];
if (action === 'ask') {
  console.log(await assertUnlocked(folder).then(() => 'unlocked', String));
} else {
  await lockFolder(folder);
  console.log('locked');
  if (action === 'hold') process.stdin.resume();
}
