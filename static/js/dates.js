// Shows beside each date field how the typed text is understood, in words. It reads dates as the server does
// (clinic/typed/dates.py, patients/identity/birth.py) and uses the same words (clinic/typed/date_words.py,
// patients/identity/words.py); for text that the server would refuse it shows nothing.
window.dateWords = (() => {
  "use strict";
  const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
  const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
  const NAMES = [
    "january jan januar",
    "february feb februar",
    "march mar märz maerz",
    "april apr",
    "may mai",
    "june jun juni",
    "july jul juli",
    "august aug",
    "september sep sept",
    "october oct oktober okt",
    "november nov",
    "december dec dezember dez",
  ].map((names) => names.split(" "));
  const UNKNOWN = ["unknown", "not known", "?", "unbekannt", "不详", "未知"];
  const EARLIEST_BIRTH = 1900;
  const page = document.documentElement.lang || "en";
  const language = /^en/.test(page) ? "en-GB" : page;
  const words = (options) => new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" });
  const weekday = words({ weekday: "long" });
  const shortWeekday = words({ weekday: "short" });
  const month = words({ month: "short" });
  const longMonth = words({ month: "long" });
  const named = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  // "in 2 days", not the special words of some languages, because the server counts too.
  const counted = new Intl.RelativeTimeFormat(language, { numeric: "always" });

  // The server drops invisible characters and reads digits of any script.
  const seen = (text) => text.replace(/(?!\s)[\p{Cc}\p{Cf}\p{Cs}]/gu, "").trim();
  const digit = (sign) => {
    const code = sign.codePointAt(0);
    let before = 0;
    while (/\p{Nd}/u.test(String.fromCodePoint(code - before - 1))) before += 1;
    return String(before % 10);
  };
  const plain = (text) =>
    /[\p{No}\p{Nl}]/u.test(text) ? text : text.normalize("NFKC").replace(/\p{Nd}/gu, digit);

  const day = (year, monthNumber, dayNumber) => {
    const at = new Date(0);
    at.setUTCFullYear(Number(year), Number(monthNumber) - 1, Number(dayNumber));
    const isReal = at.getUTCMonth() === Number(monthNumber) - 1 && at.getUTCDate() === Number(dayNumber);
    // A year that is still being typed is not yet a date.
    return isReal && Number(year) >= 1000 ? at : null;
  };
  const inOrder = (first, second, year, order, isDotted) => {
    if (order === "" && !isDotted && first !== second && Math.max(first, second) <= 12) return null;
    const isMonthFirst = (order === "mdy" && !isDotted) || (order === "" && second > 12);
    return isMonthFirst ? day(year, first, second) : day(year, second, first);
  };
  const ofMonth = (year, name, dayNumber) => {
    const number = MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
    return number ? day(year, number, dayNumber) : null;
  };
  const weekdayOf = (word) => {
    const found = WEEKDAYS.filter((name) => name.startsWith(word.toLowerCase()));
    return found.length === 1 ? WEEKDAYS.indexOf(found[0]) : -1;
  };
  // A weekday before or after the date; for a wrong one, which the server refuses, nothing is shown.
  const read = (typed, order) => {
    const text = plain(typed);
    const before = /^(\p{L}{3,9})\.?,?\s+(.+)$/u.exec(text);
    const behind = /^(.+?),?\s+\(?(\p{L}{3,9})\.?\)?$/u.exec(text);
    const isBefore = before && weekdayOf(before[1]) >= 0;
    const named = isBefore ? weekdayOf(before[1]) : behind ? weekdayOf(behind[2]) : -1;
    if (named < 0) return readDay(text, order);
    const at = readDay(isBefore ? before[2] : behind[1], order);
    return at && at.getUTCDay() === named ? at : null;
  };
  const readDay = (text, order) => {
    let found = /^(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?$/u.exec(text);
    if (found) return day(found[1], found[2], found[3]);
    found = /^(\d{1,2})([-./])(\d{1,2})\2(\d{4})$/.exec(text);
    if (found) return inOrder(Number(found[1]), Number(found[3]), found[4], order, found[2] === ".");
    found = /^(\d{1,2})(?:st|nd|rd|th|\.)?\s*([\p{L}_]{3,9})\.?,?\s*(\d{4})$/u.exec(text);
    if (found && MONTHS.includes(found[2].slice(0, 3).toLowerCase())) return ofMonth(found[3], found[2], found[1]);
    found = /^([\p{L}_]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$/u.exec(text);
    return found ? ofMonth(found[3], found[1], found[2]) : null;
  };
  const readMoment = (typed, order) => {
    const found = /^(.+?)(?:T|,?\s+)(\d{1,2})[:.](\d{2})(?::\d{2}(?:\.\d+)?)?\s*([ap]\.?m\.?)?$/i.exec(
      plain(typed),
    );
    if (!found) return null;
    const isHalf = found[4] && Number(found[2]) >= 1 && Number(found[2]) <= 12;
    const hour = isHalf ? (Number(found[2]) % 12) + (/^p/i.test(found[4]) ? 12 : 0) : Number(found[2]);
    const at = hour < 24 && Number(found[3]) < 60 ? read(found[1].trim(), order) : null;
    return at && new Date(at.getTime() + (hour * 60 + Number(found[3])) * 60000);
  };
  // A day, a year, or unknown; null if it is no birth date.
  const readBirth = (typed, order, today) => {
    const text = plain(typed).toLowerCase().split(/\s+/).join(" ");
    if (UNKNOWN.includes(text)) return { isUnknown: true };
    if (/^\d{4}$/.test(text)) {
      const year = Number(text);
      return year >= EARLIEST_BIRTH && year <= today.getUTCFullYear() ? { year } : null;
    }
    const at = birthDay(text, order);
    return at && at.getUTCFullYear() >= EARLIEST_BIRTH && at <= today ? { at } : null;
  };
  const birthDay = (text, order) => {
    let found =
      /^(\d{4})[-./年 ](\d{1,2})[-./月 ](\d{1,2})日?$/u.exec(text) || /^(\d{4})(\d{2})(\d{2})$/.exec(text);
    if (found) return day(found[1], found[2], found[3]);
    found = /^(\d{1,2})([-./ ])(\d{1,2})\2(\d{4})$/.exec(text);
    if (found && found[2] === ".") return day(found[4], found[3], found[1]);
    if (found) return inOrder(Number(found[1]), Number(found[3]), found[4], order, false);
    found = /^(\d{1,2})(?:st|nd|rd|th|\.)? ?(\p{L}+)\.?,? ?(\d{4})$/u.exec(text);
    const [dayNumber, name] = found ? [found[1], found[2]] : [];
    if (found) return day(found[3], NAMES.findIndex((one) => one.includes(name)) + 1, dayNumber);
    found = /^(\p{L}+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$/u.exec(text);
    return found ? day(found[3], NAMES.findIndex((one) => one.includes(found[1])) + 1, found[2]) : null;
  };

  const wholeMonths = (first, last) =>
    (last.getUTCFullYear() - first.getUTCFullYear()) * 12 +
    last.getUTCMonth() -
    first.getUTCMonth() -
    (last.getUTCDate() < first.getUTCDate() ? 1 : 0);
  const distance = (at, today) => {
    const days = Math.round((at - today) / 86400000);
    const sign = days < 0 ? -1 : 1;
    const count = Math.abs(days);
    if (count < 2) return named.format(days, "day");
    if (count < 14) return counted.format(days, "day");
    if (count < 61) return counted.format(sign * Math.floor(count / 7), "week");
    const months = wholeMonths(days < 0 ? at : today, days < 0 ? today : at);
    return months < 24
      ? counted.format(sign * months, "month")
      : counted.format(sign * Math.floor(months / 12), "year");
  };
  // English writes "Sep" on every page; some browsers write "Sept".
  const monthName = (at) => (/^en/.test(language) ? month.format(at).slice(0, 3) : month.format(at));
  const two = (number) => String(number).padStart(2, "0");
  // What the letters of a format stand for, as the server's do (clinic/country/conventions.py).
  const LETTERS = {
    D: (at) => shortWeekday.format(at),
    l: (at) => weekday.format(at),
    j: (at) => at.getUTCDate(),
    d: (at) => two(at.getUTCDate()),
    n: (at) => at.getUTCMonth() + 1,
    m: (at) => two(at.getUTCMonth() + 1),
    M: monthName,
    F: (at) => longMonth.format(at),
    Y: (at) => at.getUTCFullYear(),
    G: (at) => at.getUTCHours(),
    H: (at) => two(at.getUTCHours()),
    g: (at) => at.getUTCHours() % 12 || 12,
    h: (at) => two(at.getUTCHours() % 12 || 12),
    i: (at) => two(at.getUTCMinutes()),
    A: (at) => (at.getUTCHours() < 12 ? "AM" : "PM"),
  };
  const written = (at, format) =>
    format.replace(/\\(.)|([A-Za-z])/g, (_all, plainSign, letter) => plainSign ?? LETTERS[letter](at));
  const filled = (sentence, values) => sentence.replace(/%\((\w+)\)s/g, (_all, name) => values[name]);

  const birthWords = (birth, today, sentences, format) => {
    if (birth.isUnknown) return sentences.unknown;
    const oldest = birth.at ? Math.floor(wholeMonths(birth.at, today) / 12) : today.getUTCFullYear() - birth.year;
    const youngest = birth.at ? oldest : Math.max(oldest - 1, 0);
    const age = youngest === oldest ? String(oldest) : filled(sentences.either, { one: youngest, other: oldest });
    return filled(sentences.born, { day: birth.at ? written(birth.at, format) : String(birth.year), age });
  };

  // The words beside a field: `kind` is day, moment or birth; `sentences` are the words for a birth date; `format`
  // is how the clinic writes it.
  const dateWords = (typed, { kind, order, today, sentences, format }) => {
    const text = seen(typed);
    const now = read(today, "dmy");
    if (kind === "birth") {
      const birth = readBirth(text, order, now);
      return birth ? birthWords(birth, now, sentences, format) : "";
    }
    const at = kind === "moment" ? readMoment(text, order) : kind === "day" && read(text, order);
    if (!at) return "";
    const itsDay = new Date(at.getTime() - (((at.getTime() % 86400000) + 86400000) % 86400000));
    return `${written(at, format)}, ${distance(itsDay, now)}`;
  };

  const say = (box) => {
    const output = box.querySelector(".date-said");
    const { kind, order, today, sentences, format } = box.dataset;
    const more = { kind, order, today, format, sentences: sentences ? JSON.parse(sentences) : {} };
    output.textContent = dateWords(box.querySelector("input").value, more);
  };
  const sayAll = () => document.querySelectorAll(".dated").forEach(say);
  document.addEventListener("input", (event) => {
    const box = event.target.closest?.(".dated");
    if (box) say(box);
  });
  // A draft, or the browser after Back, fills fields without typing.
  document.addEventListener("draft-restored", sayAll);
  window.addEventListener("pageshow", sayAll);
  return dateWords;
})();
