/** A moment in local time: the clock alone for today, with its date for any other day. */
export function localTime(wallMs: number, nowMs: number): string {
  const [date, time] = parts(wallMs);
  return parts(nowMs)[0] === date ? time : `${date} ${time}`;
}

function parts(wallMs: number): readonly [date: string, time: string] {
  const moment = new Date(wallMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  return [
    `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`,
    `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`,
  ];
}
