// What the pages do beside htmx. Without this file they show the same; they only do not refresh by themselves.
"use strict";

// A refresh must not take away what a person reads, marks or types. A table that was only clicked is no such thing.
function isInUse(region) {
  const selection = document.getSelection();
  const isMarked = selection && !selection.isCollapsed && region.contains(selection.anchorNode);
  return Boolean(isMarked || region.querySelector(":focus-visible, input:focus, select:focus, input:checked, details[open]"));
}

function show(id, isShown) {
  document.getElementById(id).hidden = !isShown;
}

// Before the request, and again before its answer is shown: a person may have begun meanwhile.
for (const moment of ["htmx:beforeRequest", "htmx:beforeSwap"]) {
  document.addEventListener(moment, (event) => {
    const region = event.detail.elt;
    if (region.matches("[data-live]")) {
      const isPaused = isInUse(region);
      show("paused", isPaused);
      if (isPaused || document.hidden) {
        event.preventDefault();
      }
    }
  });
}
document.addEventListener("htmx:sendError", () => show("connection", true));
document.addEventListener("htmx:timeout", () => show("connection", true));
document.addEventListener("htmx:responseError", (event) => {
  // The session is over, or what the page showed is gone: the page itself says so.
  if (event.detail.xhr.status < 500) {
    window.location.reload();
  } else {
    show("connection", true);
  }
});

// A table that was scrolled sideways stays where it was. Its label is the same before and after a refresh.
const scrolled = new Map();
document.addEventListener("htmx:beforeSwap", (event) => {
  for (const part of event.detail.elt.querySelectorAll(".scroll")) {
    scrolled.set(part.ariaLabel, part.scrollLeft);
  }
});
document.addEventListener("htmx:afterSwap", () => {
  show("connection", false);
  for (const part of document.querySelectorAll(".scroll")) {
    part.scrollLeft = scrolled.get(part.ariaLabel) || part.scrollLeft;
  }
});

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
