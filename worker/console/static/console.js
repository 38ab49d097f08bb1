// What the pages do beside htmx. Without this file they show the same; they only do not refresh by themselves.
"use strict";

// A refresh must not take away what a person reads, marks or types.
function isBusy(region) {
  const selection = document.getSelection();
  const marked = selection && !selection.isCollapsed && region.contains(selection.anchorNode);
  return document.hidden || marked || region.contains(document.activeElement) || region.querySelector("input:checked, details[open]");
}

function showConnection(isBroken) {
  document.getElementById("connection").hidden = !isBroken;
}

// Before the request, and again before its answer is shown: a person may have begun meanwhile.
for (const moment of ["htmx:beforeRequest", "htmx:beforeSwap"]) {
  document.addEventListener(moment, (event) => {
    const region = event.detail.elt;
    if (region.matches("[data-live]") && isBusy(region)) {
      event.preventDefault();
    }
  });
}
document.addEventListener("htmx:sendError", () => showConnection(true));
document.addEventListener("htmx:timeout", () => showConnection(true));
document.addEventListener("htmx:responseError", (event) => {
  // The session is over, or what the page showed is gone: the page itself says so.
  if (event.detail.xhr.status < 500) {
    window.location.reload();
  } else {
    showConnection(true);
  }
});
document.addEventListener("htmx:afterSwap", () => showConnection(false));

// A box with data-all="NAME" ticks all boxes of that name in its form.
document.addEventListener("change", (event) => {
  const name = event.target.dataset.all;
  if (name) {
    for (const box of event.target.form.querySelectorAll("input[type=checkbox]")) {
      if (box.name === name) {
        box.checked = event.target.checked;
      }
    }
  }
});

// A second click on a button that acts does nothing while the first one runs.
document.addEventListener("submit", (event) => {
  if (event.target.method === "post") {
    for (const button of event.target.querySelectorAll("button")) {
      window.setTimeout(() => { button.disabled = true; }, 0);
    }
  }
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form button:disabled")) {
    button.disabled = false;
  }
});
