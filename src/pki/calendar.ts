/** Milliseconds since 1970 as "2026-01-31 12:00:00 UTC", for messages. */
export function formatUtc(time: number): string {
  const seconds = Math.floor(time / 1000);
  const days = Math.floor(seconds / 86_400);
  const rest = seconds - days * 86_400;
  const { year, month, day } = civilDate(days);
  const clock = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map(twoDigits).join(":");
  return `${String(year).padStart(4, "0")}-${twoDigits(month)}-${twoDigits(day)} ${clock} UTC`;
}

/**
 * Days from 1970-01-01 to a Gregorian date. A year is counted from March, so that the leap day comes last, and 719,468
 * days lie between 0000-03-01 and 1970-01-01.
 */
export function daysSince1970(year: number, month: number, day: number): number {
  const shiftedYear = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return daysBeforeYear(shiftedYear) + dayOfYear - 719_468;
}

function civilDate(daysSinceEpoch: number): { year: number; month: number; day: number } {
  const days = daysSinceEpoch + 719_468;
  let shiftedYear = Math.floor(days / 365.2425);
  while (daysBeforeYear(shiftedYear) > days) shiftedYear--;
  while (daysBeforeYear(shiftedYear + 1) <= days) shiftedYear++;
  const dayOfYear = days - daysBeforeYear(shiftedYear);
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = ((shiftedMonth + 2) % 12) + 1;
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  return { year: month > 2 ? shiftedYear : shiftedYear + 1, month, day };
}

function daysBeforeYear(shiftedYear: number): number {
  return (
    shiftedYear * 365 + Math.floor(shiftedYear / 4) - Math.floor(shiftedYear / 100) + Math.floor(shiftedYear / 400)
  );
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
