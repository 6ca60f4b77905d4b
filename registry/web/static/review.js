/*
 * The reviewer's keyboard, beyond what every table knows (tables.js): the rows are found again from
 * anywhere on the page, A R D without a selection mean the row itself, ? shows the keys. Never
 * while somebody writes or an input method composes, and never behind an open dialog.
 */
(() => {
  "use strict";
  const $ = (selector, scope = document) => scope.querySelector(selector);
  const ROWS = "[data-keys] tbody tr";
  let last = null;

  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.(ROWS);
    if (row) last = row;
  });

  /* A click into a row, on its box too, leaves the row ready for the next key. */
  document.addEventListener("click", (event) => {
    const row = event.detail > 0 && event.target.closest?.(ROWS);
    if (row && !event.target.closest("a, button")) row.focus();
  });

  const writing = (one) => one.matches?.("textarea, select, input:not([type=checkbox])") || one.isContentEditable;
  const present = () => (last?.isConnected ? last : $(ROWS));

  function selectAlone(row) {
    const scope = row.closest("[data-selection]");
    const box = $("[data-select]", row);
    if (!scope || !box || $("[data-select]:checked", scope)) return;
    box.click();
  }

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing || event.keyCode === 229) return;
    if (writing(event.target) || $("dialog[open]")) return;
    const key = event.key.toLowerCase();
    const row = event.target.closest?.(ROWS);
    if (event.key === "?" && $("#keys")) {
      event.preventDefault();
      $("#keys").showModal();
    } else if (row && event.target === row && ["a", "r", "d"].includes(key)) {
      selectAlone(row); // tables.js presses the button
    } else if (!row && ["j", "k"].includes(key) && present()) {
      event.preventDefault();
      present().focus();
    } else if (["n", "g"].includes(key)) {
      const button = $(`[data-key="${key}"]`);
      if (!button) return;
      event.preventDefault();
      event.stopPropagation();
      button.click();
    }
  }, true);

  /* The whole part, rows on other pages too: the count is the server's. */
  const whole = $("[data-whole]");
  if (whole) {
    const scope = whole.closest("[data-selection]");
    const boxes = () => [...scope.querySelectorAll("[data-select]")];
    const say = () => {
      const text = Number(whole.dataset.whole).toLocaleString("en");
      for (const place of document.querySelectorAll(`[data-selection] [data-selected], [data-selected-of="${scope.id}"]`)) {
        place.textContent = text;
      }
    };
    const take = () => {
      for (const box of boxes()) box.checked = whole.checked;
      boxes()[0]?.dispatchEvent(new Event("change", { bubbles: true }));
    };
    document.addEventListener("change", (event) => {
      if (event.target === whole) take();
      else if (event.target.matches?.("[data-select], [data-select-all]") && boxes().some((box) => !box.checked)) {
        whole.checked = false;
      }
      if (whole.checked) say();
    });
    if (whole.checked) say();
  }

  /* What could not be taken is shown again where it was written. */
  const reopen = $("[data-reopen]");
  if (reopen) document.getElementById(reopen.dataset.reopen)?.showModal();
})();
