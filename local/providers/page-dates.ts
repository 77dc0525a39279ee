/**
 * The part of the emulators' page that writes dates: in the form of the reader's English, or of the reader's own language where
 * the browser names no English. The page's own script calls these functions.
 */
export const DATES_SCRIPT = `
const LOCALE = navigator.languages.find((language) => /^en\\b/.test(language)) ?? navigator.language;
const FORMATS = {
  month: new Intl.DateTimeFormat(LOCALE, { month: "long", year: "numeric" }),
  day: new Intl.DateTimeFormat(LOCALE, { weekday: "short", day: "numeric", month: "short", year: "numeric" }),
  time: new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit" }),
  weekday: new Intl.DateTimeFormat(LOCALE, { weekday: "short" }),
  longWeekday: new Intl.DateTimeFormat(LOCALE, { weekday: "long" }),
};
const weekInfo = new Intl.Locale(LOCALE);
/** 1 is Monday, 7 is Sunday. */
const FIRST_WEEKDAY = (weekInfo.getWeekInfo?.() ?? weekInfo.weekInfo)?.firstDay ?? 1;
/** From the first of the week on; 1 January 2024 was a Monday. */
const WEEKDAYS = Array.from({ length: 7 }, (_, index) => new Date(2024, 0, FIRST_WEEKDAY + index))
  .map((day) => ({ short: FORMATS.weekday.format(day), long: FORMATS.longWeekday.format(day) }));
const dateOf = (day) => new Date(day + "T00:00:00");
const keyOf = (date) => [String(date.getFullYear()).padStart(4, "0"), String(date.getMonth() + 1).padStart(2, "0"), String(date.getDate()).padStart(2, "0")].join("-");
function monthOf(day) {
  const begin = dateOf(day);
  begin.setDate(1);
  return begin;
}
const nameOfMonth = (begin) => FORMATS.month.format(begin);
function firstShown(begin) {
  const day = new Date(begin);
  day.setDate(1 - ((begin.getDay() - (FIRST_WEEKDAY % 7) + 7) % 7));
  return day;
}
const dayInWords = (day) => FORMATS.day.format(dateOf(day));
const timeInWords = (time) => FORMATS.time.format(new Date("2024-01-01T" + time + ":00"));
const labelOf = ({ time, title }) => (time === null ? "" : timeInWords(time) + " ") + title;
`;
