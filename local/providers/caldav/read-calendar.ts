import ICAL from "ical.js";

/** Reads a calendar file. It is unfolded here: Cyrus writes empty continuations, of which ical.js makes characters. */
export function readCalendar(text: string): ICAL.Component {
  return new ICAL.Component(ICAL.parse(text.replace(/\r?\n[ \t]/g, "")));
}
