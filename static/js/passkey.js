// Connects the button of a passkey page with allauth's script, because the page's policy permits no inline script.
(() => {
  const { act, button } = document.currentScript.dataset;
  const failed = document.getElementById("passkey-failed");
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    failed.hidden = false;
  });
  const start = () => {
    const form = document.getElementById(button).form;
    const credential = form.querySelector("[name=credential]");
    const passwordless = form.querySelector("[name=passwordless]");
    const ids = { credential: credential.id, data: "js_data" };
    if (act === "add") {
      window.allauth.webauthn.forms.addForm({
        ids: { ...ids, add: button, passwordless: passwordless?.id },
      });
    } else if (act === "login") {
      window.allauth.webauthn.forms.loginForm({ ids: { ...ids, login: button } });
    } else {
      window.allauth.webauthn.forms.authenticateForm({ ids: { ...ids, authenticate: button } });
    }
  };
  if (document.readyState === "complete") start();
  else window.addEventListener("DOMContentLoaded", start);
})();
