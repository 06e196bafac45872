/** Two passes over plain numbers: the mean, then the mean squared distance from it. Fractions of full scale. */
export function normalizationReference(bytes: Uint8Array): { mean: number; deviation: number } {
  const values = Array.from(bytes, (byte) => byte / 255);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}
