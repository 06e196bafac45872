/**
 * A number for people: at most `digits` significant digits, no trailing zeros, an exponent only below 1e-3 and from
 * 1e6 on; `NaN`, `∞` and `−∞` where it is none.
 * @param digits 1 to 15.
 * @example numberText(0.0081000001) // '0.0081'
 */
export function numberText(value: number, digits = 4): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) {
    const [mantissa = '', exponent = ''] = value.toExponential(digits - 1).split('e');
    return `${Number(mantissa)}e${Number(exponent)}`;
  }
  return String(Number(value.toPrecision(digits)));
}

/** A share of one as a percentage with two decimals. */
export function percentText(share: number): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(2)} %` : numberText(share);
}
