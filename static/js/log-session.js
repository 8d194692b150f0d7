// On the session form: 0 on the red-flag box ticks "none of these"; the points have a list to choose from.
(() => {
  "use strict";
  const form = document.getElementById("log-session");
  const none = form.querySelector("[name=no_red_flag]");
  none.addEventListener("keydown", (event) => {
    if (event.key !== "0") return;
    event.preventDefault();
    none.checked = true;
  });
  form.querySelectorAll("input[name$=-where]").forEach((input) => input.setAttribute("list", "points"));
  const errors = document.getElementById("form-errors");
  if (errors) errors.focus();
})();
