import { type Figure, type Finding, isFigure, isKept, median, worst } from './figure.js';

/** The findings as a table for people. */
export function reportText(findings: readonly Finding[]): string {
  const figures = findings.filter(isFigure);
  const rows = [
    ['', 'median', 'worst', 'at most', 'values', ''],
    ...figures.map((figure) => [
      figure.name,
      `${rounded(median(figure.values))} ${figure.unit}`,
      `${rounded(worst(figure.values))} ${figure.unit}`,
      bound(figure),
      String(figure.values.length),
      isKept(figure) ? 'kept' : 'MISSED',
    ]),
  ];
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const lines = rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths?.[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const notes = figures.flatMap(({ name, note }) =>
    note === undefined ? [] : [`${name}: ${note}`],
  );
  const omitted = findings.flatMap((one) =>
    isFigure(one) ? [] : [`${one.name}: not measured: ${one.why}`],
  );
  return [...lines, '', ...notes, ...omitted].map((line) => `${line}\n`).join('');
}

/** The same for programs. */
export function reportJson(findings: readonly Finding[]): string {
  const entries = findings.map((finding) =>
    isFigure(finding)
      ? {
          ...finding,
          median: median(finding.values),
          worst: worst(finding.values),
          kept: isKept(finding),
        }
      : finding,
  );
  return `${JSON.stringify(entries, null, 2)}\n`;
}

function bound({ medianMax, worstMax, unit }: Figure): string {
  return worstMax === undefined
    ? `${medianMax} ${unit}`
    : `${medianMax}, worst ${worstMax} ${unit}`;
}

function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
