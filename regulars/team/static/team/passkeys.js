/* Passkeys: hide their buttons where the browser has none, and say what went wrong in words. */
(() => {
  "use strict";
  const trouble = (kind) => {
    for (const box of document.querySelectorAll("[data-passkey-trouble]")) {
      box.hidden = false;
      for (const text of box.querySelectorAll("[data-trouble]")) text.hidden = text.dataset.trouble !== kind;
    }
  };
  document.addEventListener("DOMContentLoaded", () => {
    if (window.PublicKeyCredential && window.isSecureContext) return;
    for (const part of document.querySelectorAll("[data-passkey-optional]")) part.hidden = true;
    if (document.querySelector("[data-passkey-only]")) trouble("none");
  });
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    trouble(event.detail.exception?.name === "SecurityError" ? "none" : "stopped");
  });
})();
