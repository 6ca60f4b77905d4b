/* The code of an invitation's link: laid into the form, and out of the address line. */
(() => {
  "use strict";
  const field = document.querySelector("[data-from-link]");
  if (!field) return;
  const take = () => {
    const code = decodeURIComponent(location.hash.slice(1));
    if (!/^[a-z0-9-]{10,40}$/i.test(code)) return;
    field.value = code;
    history.replaceState(null, "", location.pathname);
    document.getElementById("fresh")?.focus();
  };
  take();
  // Another link opened over this page changes what stands behind the # and nothing else.
  addEventListener("hashchange", take);
})();
