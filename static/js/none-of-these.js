// "None of these" and the ticks of its group exclude each other. Nothing essential needs this.
(() => {
  "use strict";
  document.addEventListener("change", (event) => {
    const group = event.target.closest(".screening-group");
    if (!group || !event.target.checked) return;
    const isNone = event.target.name.startsWith("none_");
    group.querySelectorAll("input[type=checkbox]").forEach((box) => {
      if (box !== event.target && (isNone || box.name.startsWith("none_"))) box.checked = false;
    });
  });
  const errors = document.getElementById("form-errors");
  if (errors) errors.focus();
})();
