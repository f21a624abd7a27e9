/**
 * Reads the `Retry-After` header.
 *
 * @module
 */

/**
 * The forms of an HTTP date, which are all in GMT (https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7): the usual one
 * with its elder, which has dashes and a short year, and that of C's `asctime`.
 */
const HTTP_DATES = [
  /^[A-Z][a-z]{2,8}, (?<day>\d{2})[ -](?<month>[A-Z][a-z]{2})[ -](?<year>\d{2}|\d{4}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/,
  /^[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) (?<time>\d{2}:\d{2}:\d{2}) (?<year>\d{4})$/,
] as const;

/**
 * How long a server asks to wait.
 *
 * @param value The header's value: whole seconds or an HTTP date (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after).
 * @param now The current time, in milliseconds since the epoch.
 * @returns Milliseconds from now, `Infinity` for what is more than any number, 0 for a date already past, `undefined` when the value is missing or neither form.
 */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = parseHttpDate(text, now);
  return date === undefined ? undefined : Math.max(0, date - now);
}

function parseHttpDate(text: string, now: number): number | undefined {
  for (const form of HTTP_DATES) {
    const { day = "", month = "", year = "", time = "" } = form.exec(text)?.groups ?? {};
    const written = `${day.replace(" ", "0")} ${month} ${fullYear(year, now)} ${time} GMT`;
    const date = Date.parse(written);
    // What is no date, such as 31 February, is either refused or read as another one.
    if (new Date(date).toUTCString().endsWith(written)) return date;
  }
  return undefined;
}

/** A two-digit year more than 50 years ahead means the last one that ended so (RFC 9110, section 5.6.7). */
function fullYear(year: string, now: number): number | string {
  if (year.length === 4) return year;
  const current = new Date(now).getUTCFullYear();
  const guess = current - current % 100 + Number(year);
  return guess > current + 50 ? guess - 100 : guess;
}
