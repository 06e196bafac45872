/** A measured number in four significant digits: `1.055`, `3.251e-5`, `NaN`. */
export function measured(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || value === 0) return String(value);
  return size >= 1e5 || size < 1e-3 ? value.toExponential(3).replace('e+', 'e') : value.toPrecision(4);
}

/** A chosen number, as short as it gets in four significant digits: `0.1`, `0.0729`. */
export function chosen(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** A fraction as percent: `97.12 %`. */
export function percent(fraction: number): string {
  return Number.isFinite(fraction) ? `${(100 * fraction).toFixed(2)} %` : String(fraction);
}

/** Seconds as `0:07`, `12:34`, `1:02:03`, `5 d`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '?';
  const whole = Math.round(seconds);
  if (whole >= 100 * 3600) return `${Math.round(whole / 86400)} d`;
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [hours = 0, minutes = 0, rest = 0] = parts;
  const two = (part: number) => String(part).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
