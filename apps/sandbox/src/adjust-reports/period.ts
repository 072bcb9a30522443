import { DAY, parseDay } from '../world/calendar.js';
import { invalid } from './refusal.js';

/** Wall-clock midnights, both included. */
export interface Days {
  firstDay: number;
  lastDay: number;
}

const NAMED: Record<string, (today: number) => Days> = {
  today: (today) => ({ firstDay: today, lastDay: today }),
  yesterday: (today) => ({ firstDay: today - DAY, lastDay: today - DAY }),
  this_week: (today) => ({ firstDay: monday(today), lastDay: today }),
  last_week: (today) => ({ firstDay: monday(today) - 7 * DAY, lastDay: monday(today) - DAY }),
  this_month: (today) => ({ firstDay: monthStart(today, 0), lastDay: today }),
  last_month: (today) => ({ firstDay: monthStart(today, -1), lastDay: monthStart(today, 0) - DAY }),
  this_month_until_yesterday: (today) => ({ firstDay: monthStart(today, 0), lastDay: today - DAY }),
};

function monday(day: number): number {
  return day - ((new Date(day).getUTCDay() + 6) % 7) * DAY;
}

function monthStart(day: number, months: number): number {
  const date = new Date(day);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
}

/** `YYYY-MM-DD`, the same with a time of day behind it that clients send, or `-Nd` before today. */
function readEnd(text: string, today: number): number {
  const back = /^-(\d{1,4})d$/.exec(text);
  if (back) return today - Number(back[1]) * DAY;
  const day = parseDay(text.replace(/T\d{2}:\d{2}:\d{2}(\.\d+)?Z?$/, ''));
  if (day === undefined) throw invalid('date_period', `'${text}' is neither a date as YYYY-MM-DD nor relative as -7d`);
  return day;
}

/** Two ends, parted by the colon that belongs to no time of day. */
const ENDS = /^(-\d+d|\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?):(-\d+d|\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?)$/;

/**
 * Reads `date_period` (FACTS §3.1).
 * @param today wall-clock midnight in the report's offset.
 */
export function readPeriod(text: string, today: number): Days {
  if (Object.hasOwn(NAMED, text)) return (NAMED[text] as (today: number) => Days)(today);
  const ends = ENDS.exec(text);
  if (!ends) throw invalid('date_period', `'${text}' is no period that is known`);
  const [firstDay, lastDay] = [readEnd(ends[1] as string, today), readEnd(ends[2] as string, today)];
  if (firstDay > lastDay) throw invalid('date_period', `'${text}' ends before it starts`);
  return { firstDay, lastDay };
}
