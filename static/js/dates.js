// Beside each picker of a day: how the date was understood, in words, while it is typed.
(() => {
  "use strict";
  const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang || "en-GB";
  const day = new Intl.DateTimeFormat(language, {
    weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC",
  });
  const said = (input) => {
    const found = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}:\d{2}))?/.exec(input.value);
    if (!found) return "";
    const at = new Date(Date.UTC(found[1], found[2] - 1, found[3]));
    // A year that is still being typed is not yet a date.
    if (Number(found[1]) < 1000 || Number.isNaN(at.getTime())) return "";
    return day.format(at).replace(",", "") + (found[4] ? `, ${found[4]}` : "");
  };
  document.addEventListener("input", (event) => {
    if (!event.target.matches("input[type=date], input[type=datetime-local]")) return;
    const words = event.target.closest(".dated")?.querySelector(".date-said");
    if (words) words.textContent = said(event.target);
  });
})();
