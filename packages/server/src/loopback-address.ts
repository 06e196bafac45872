import { networkInterfaces } from 'node:os';

/** The address by which this machine alone reaches itself: 127.0.0.1, or ::1 where there is IPv6 alone. */
export function loopbackAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  const has = (address: string): boolean => addresses.some((entry) => entry.address === address);
  return has('::1') && !has('127.0.0.1') ? '::1' : '127.0.0.1';
}
