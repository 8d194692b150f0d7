// Beside each field of a day: how the date was understood, in words, while it is typed. Text that the server may
// read in another way says nothing here; clinic/date_words.py and patients/identity/words.py say the same.
(() => {
  "use strict";
  const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
  const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang || "en-GB";
  const words = (options) => new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" });
  const weekday = words({ weekday: "long" });
  const month = words({ month: "short" });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

  const day = (year, monthNumber, dayNumber) => {
    const at = new Date(0);
    at.setUTCFullYear(Number(year), Number(monthNumber) - 1, Number(dayNumber));
    const isReal = at.getUTCMonth() === Number(monthNumber) - 1 && at.getUTCDate() === Number(dayNumber);
    // A year that is still being typed is not yet a date.
    return isReal && Number(year) >= 1000 ? at : null;
  };

  const inOrder = (first, second, year, order) => {
    if (order === "") {
      if (first !== second && Math.max(first, second) <= 12) return null;
      return second > 12 ? day(year, first, second) : day(year, second, first);
    }
    return order === "mdy" ? day(year, first, second) : day(year, second, first);
  };

  const read = (text, order) => {
    let found = /^(\d{4})[-./](\d{1,2})[-./](\d{1,2})$/.exec(text);
    if (found) return day(found[1], found[2], found[3]);
    found = /^(\d{1,2})([-./])(\d{1,2})\2(\d{4})$/.exec(text);
    if (found) return inOrder(Number(found[1]), Number(found[3]), found[4], found[2] === "." ? "dmy" : order);
    found = /^(\d{1,2})(?:st|nd|rd|th|\.)? ?([a-z]{3,9})\.?,? ?(\d{4})$/i.exec(text);
    if (found) return named(found[3], found[2], found[1]);
    found = /^([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$/i.exec(text);
    return found ? named(found[3], found[1], found[2]) : null;
  };
  const named = (year, name, dayNumber) => {
    const number = MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
    return number ? day(year, number, dayNumber) : null;
  };

  const wholeMonths = (first, last) =>
    (last.getUTCFullYear() - first.getUTCFullYear()) * 12 + last.getUTCMonth() - first.getUTCMonth() -
    (last.getUTCDate() < first.getUTCDate() ? 1 : 0);
  const distance = (at, today) => {
    const days = Math.round((at - today) / 86400000);
    const sign = days < 0 ? -1 : 1;
    const count = Math.abs(days);
    if (count < 14) return count > 1 ? relativeOf(sign * count, "day") : relative.format(days, "day");
    if (count < 61) return relativeOf(sign * Math.floor(count / 7), "week");
    const months = wholeMonths(days < 0 ? at : today, days < 0 ? today : at);
    return months < 24 ? relativeOf(sign * months, "month") : relativeOf(sign * Math.floor(months / 12), "year");
  };
  // "in 2 days", not the words some languages have for it: the server counts too.
  const counted = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  const relativeOf = (n, unit) => counted.format(n, unit);

  // English writes "Sep" on every page; some browsers write "Sept".
  const monthName = (at) => (language === "en-GB" ? month.format(at).slice(0, 3) : month.format(at));
  const plainDay = (at) => `${at.getUTCDate()} ${monthName(at)} ${at.getUTCFullYear()}`;
  const said = (input, box) => {
    const typed = input.value.trim().replace(/\s+/g, " ");
    const today = read(box.dataset.today || "", "dmy");
    if ("birth" in box.dataset) {
      const at = read(typed, box.dataset.order || "");
      if (!at || !today || at > today) return "";
      return `${plainDay(at)} (${Math.max(0, Math.floor(wholeMonths(at, today) / 12))})`;
    }
    const found = /^(.+?)(?:T|,? )(\d{1,2}:\d{2})$/.exec(typed);
    const at = read(found ? found[1] : typed, box.dataset.order || "");
    if (!at || !today) return "";
    const clock = found ? `, ${found[2].padStart(5, "0")}` : "";
    return `${weekday.format(at)} ${plainDay(at)}${clock}, ${distance(at, today)}`;
  };

  document.addEventListener("input", (event) => {
    const box = event.target.closest(".dated");
    const output = box?.querySelector(".date-said");
    if (output) output.textContent = said(event.target, box);
  });
})();
