// "None of these" and the ticks of its group exclude each other. Nothing essential needs this.
(() => {
  "use strict";
  document.addEventListener("change", (event) => {
    const group = event.target.closest(".screening-group");
    if (!group || !event.target.checked) return;
    const isNone = /^no(ne)?_/.test(event.target.name);
    group.querySelectorAll("input[type=checkbox]").forEach((box) => {
      if (box !== event.target && (isNone || /^no(ne)?_/.test(box.name))) box.checked = false;
    });
  });
  const errors = document.getElementById("form-errors");
  if (errors) errors.focus();
})();
