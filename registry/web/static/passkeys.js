/*
 * Passkeys: asks the site for a challenge, the browser for its answer, and sends the answer with
 * the form. The form without it works for codes. Addresses stand in this script's own tag.
 */
(() => {
  "use strict";
  const here = document.currentScript.dataset;
  const said = document.getElementById("passkey-said");
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const words = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));

  async function ask(address) {
    const token = document.querySelector("meta[name=csrf-token]").content;
    const answer = await fetch(address, {
      method: "POST", headers: { "X-CSRFToken": token }, credentials: "same-origin",
    });
    if (!answer.ok) throw Object.assign(new Error(address), { name: "Refused" });
    const options = await answer.json();
    options.challenge = bytes(options.challenge);
    return options;
  }

  async function make() {
    const options = await ask(here.new);
    options.user.id = bytes(options.user.id);
    options.excludeCredentials = named(options.excludeCredentials);
    const made = await navigator.credentials.create({ publicKey: options });
    return {
      id: made.id, rawId: words(made.rawId), type: made.type,
      response: {
        clientDataJSON: words(made.response.clientDataJSON),
        attestationObject: words(made.response.attestationObject),
      },
    };
  }

  async function show() {
    const options = await ask(here.ask);
    options.allowCredentials = named(options.allowCredentials);
    const shown = await navigator.credentials.get({ publicKey: options });
    return {
      id: shown.id, rawId: words(shown.rawId), type: shown.type,
      response: {
        clientDataJSON: words(shown.response.clientDataJSON),
        authenticatorData: words(shown.response.authenticatorData),
        signature: words(shown.response.signature),
      },
    };
  }

  /* What the browser names (WebAuthn, 6.3): a key that is known already, an address that is not the
     one which keys are bound to; and no answer of the site. */
  const reasons = {
    InvalidStateError: "这台设备上已经有这个账号的通行密钥，不用再添加。",
    SecurityError: "网址不对：通行密钥只能在系统正式的网址上使用，请从收藏的网址重新打开。",
    Refused: "登录已超时或系统没有答复，请刷新页面后再试。",
    TypeError: "连不上服务器，请检查网络，然后再试一次。",
  };

  async function send(field, answer) {
    if (!window.PublicKeyCredential) {
      said.textContent = "这个浏览器不支持通行密钥，请换新版浏览器，或改用手机验证码。";
      return;
    }
    const password = field.form.querySelector("input[type=password]");
    if (password && !password.value) {
      said.textContent = "请先填写密码。";
      password.focus();
      return;
    }
    said.textContent = "请按浏览器的提示操作……";
    try {
      field.value = JSON.stringify(await answer());
    } catch (error) {
      said.textContent = reasons[error.name] || "没有完成，可以再试一次。";
      return;
    }
    said.textContent = "";
    field.form.submit();
  }

  const fresh = document.getElementById("passkey-new");
  fresh?.addEventListener("submit", (event) => {
    const field = fresh.elements.answer;
    if (!fresh.elements.label.value.trim() || field.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    send(field, make);
  }, true);
  for (const button of document.querySelectorAll("[data-passkey]")) {
    button.addEventListener("click", () => send(document.getElementById(button.dataset.passkey), show));
  }
})();
