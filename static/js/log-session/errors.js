// Errors: marked, reached by their links even in a folded section, and focused at once if there is only one.
const CONTROL = "input, select, textarea";

const controlOf = (link) => {
  const place = document.getElementById(link.hash.slice(1));
  return place && (place.matches(CONTROL) ? place : place.querySelector(CONTROL));
};
const unfold = (control) => {
  for (let fold = control.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
};

export const markErrors = () => {
  const links = [...document.querySelectorAll("#form-errors a")];
  links.forEach((link) => {
    const control = controlOf(link);
    if (!control) return;
    control.setAttribute("aria-invalid", "true");
    unfold(control);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      control.focus();
    });
  });
  const errors = document.getElementById("form-errors");
  if (errors && !document.querySelector(".instruction-screen")) {
    ((links.length === 1 && controlOf(links[0])) || errors).focus();
  }
};
