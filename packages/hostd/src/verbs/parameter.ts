// Parameters of verbs come from outside: what a handler relies on is checked here.

import { VDSM_CODE, VdsmError } from '@hosted-engine/vdsm';

/** Seconds as a number; clients send numbers and decimal text alike. */
export function secondsParameter(name: string, value: unknown, preset: number): number {
  if (value === undefined || value === null) return preset;
  const seconds = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0) return seconds;
  throw invalid(name, 'is no number of seconds');
}

/** A whole number of at least 1; clients send numbers and decimal text alike. */
export function countParameter(name: string, value: unknown, preset: number): number {
  if (value === undefined || value === null) return preset;
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 1) return number;
  throw invalid(name, 'is no whole number of at least 1');
}

export function textParameter(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw invalid(name, 'is no text');
}

export function flagParameter(name: string, value: unknown, preset: boolean): boolean {
  if (value === undefined || value === null) return preset;
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw invalid(name, 'is neither true nor false');
}

export function textListParameter(name: string, value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw invalid(name, 'is no list of texts');
}

export function invalid(name: string, what: string): VdsmError {
  return new VdsmError(VDSM_CODE.invalidParameter, `Invalid parameter: ${name} ${what}`);
}
