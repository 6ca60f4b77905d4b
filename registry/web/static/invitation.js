/* The code of an invitation's link: laid into the form, and out of the address line. */
(() => {
  "use strict";
  const field = document.querySelector("[data-from-link]");
  const code = decodeURIComponent(location.hash.slice(1));
  if (!field || !/^[a-z0-9-]{10,40}$/i.test(code)) return;
  field.value = code;
  history.replaceState(null, "", location.pathname);
  document.getElementById("fresh")?.focus();
})();
