// The chat page's own script: what Gradio has no event for. It shows nothing by itself; every word
// in the page is rendered by the server, escaped there, and sanitised by Gradio.
(() => {
  "use strict";
  // Gradio's page has a <base> element. With it a link within the page leads to the page's address
  // without its query: whoever came by /?lang=en would load the page anew by clicking a marker, and
  // lose the conversation. The element says nothing else that the address itself does not say.
  document.querySelector("base")?.remove();

  const KEPT = "research-center-chat.conversation";
  const LANGUAGE = "research-center-chat.language";
  const THEME = "research-center-chat.theme";
  const NARROW = matchMedia("(max-width: 1023px)");
  const DARK = matchMedia("(prefers-color-scheme: dark)");
  const find = (selector) => document.querySelector(selector);
  let trigger = () => {};
  let copied = "";
  let readings = 0;
  let drawerOpener = null;
  let readerOpener = null;

  // A browser may forbid storage, or have none left: the page works without.
  const stored = (area, key) => {
    try { return area().getItem(key); } catch { return null; }
  };
  const store = (area, key, value) => {
    try {
      if (value) area().setItem(key, value);
      else area().removeItem(key);
    } catch { /* nothing is kept then */ }
  };
  const tab = () => sessionStorage;
  const browser = () => localStorage;

  // ---- arriving ----
  const query = () => new URLSearchParams(location.search);
  const arrival = () => {
    const asked = query();
    const language = asked.get("lang") || stored(browser, LANGUAGE) || navigator.language || "en";
    // A link is asked in a conversation of its own. What this tab had comes before what the
    // browser had last.
    const kept = asked.get("ask") ? "" : stored(tab, KEPT) || stored(browser, KEPT) || "";
    return JSON.stringify({
      language,
      kept,
      ask: asked.get("ask") || "",
      center: asked.get("center") || "",
      index: asked.get("index") || "",
    });
  };

  // ---- what the server says ----
  const heard = (message) => {
    if (message.language) {
      document.documentElement.lang = message.language;
      document.title = message.title;
      copied = message.copied;
    }
    if ("keep" in message) {
      store(tab, KEPT, message.keep);
      store(browser, KEPT, message.keep);
      if (query().get("ask")) history.replaceState(null, "", location.pathname);
    }
  };
  const connect = (send, watch, props) => {
    trigger = send;
    watch("value", () => props.value && heard(JSON.parse(props.value)));
  };

  // ---- light and dark ----
  const inked = () => document.body.classList.contains("dark");
  const dress = () => {
    const theme = stored(browser, THEME);
    if (theme && inked() !== (theme === "dark")) document.body.classList.toggle("dark");
  };
  const redress = () => {
    const theme = inked() ? "light" : "dark";
    store(browser, THEME, theme === (DARK.matches ? "dark" : "light") ? "" : theme);
    document.body.classList.toggle("dark");
  };
  new MutationObserver(dress).observe(document.body, { attributeFilter: ["class"] });
  dress();

  // ---- copying ----
  const announce = (words) => {
    const region = find("#said [role=status]");
    if (region) region.textContent = words;
  };
  const put = async (text) => {
    if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
    // Without https there is only the old way.
    const area = document.createElement("textarea");
    area.value = text;
    (find("dialog[open]") || document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  };
  const copy = async (button, name) => {
    const bar = button.closest(".actions");
    const address = new URL(bar.querySelector(".as-link").textContent, location.href);
    address.hash = "";
    const text = name === "link" ? "" : `${bar.querySelector(".as-markdown").textContent}\n`;
    await put(text + address.href);
    button.classList.add("did");
    setTimeout(() => button.classList.remove("did"), 2000);
    button.focus();
    announce(copied);
  };

  // ---- the drawer of sources on a narrow screen ----
  const behind = () => ["#masthead", "#talk", "#foot"].map(find).filter(Boolean);
  const drawn = () => find("#page")?.dataset.drawer === "open";
  const draw = (target, opener) => {
    const pane = find("#sources-pane");
    if (!drawn()) drawerOpener = opener;
    find("#page").dataset.drawer = "open";
    pane.setAttribute("role", "dialog");
    pane.setAttribute("aria-modal", "true");
    pane.setAttribute("aria-labelledby", "sources-title");
    for (const element of behind()) element.inert = true;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "start" });
  };
  const shut = (target) => {
    if (!drawn()) return;
    const pane = find("#sources-pane");
    delete find("#page").dataset.drawer;
    for (const name of ["role", "aria-modal", "aria-labelledby"]) pane.removeAttribute(name);
    for (const element of behind()) element.inert = false;
    const back = target || drawerOpener;
    drawerOpener = null;
    (back?.isConnected ? back : find("#question textarea"))?.focus();
  };
  NARROW.addEventListener("change", () => shut());

  // ---- a document in full ----
  const show = (dialog) => {
    const number = dialog.id.split("-").pop();
    dialog.setAttribute("aria-labelledby", `document-title-${number}`);
    readerOpener ||= document.activeElement;
    dialog.addEventListener("close", () => {
      const back = readerOpener;
      readerOpener = null;
      dialog.remove();
      if (back?.isConnected) back.focus();
    });
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.showModal();
    const text = dialog.querySelector(".text");
    text.setAttribute("role", "region");
    text.setAttribute("aria-labelledby", `document-title-${number}`);
    text.focus({ preventScroll: true });
    const mark = dialog.querySelector("mark");
    if (mark) mark.scrollIntoView({ block: "center" });
    else text.scrollTop = 0;
  };
  const read = (place) => {
    readings += 1;
    trigger("read", { place, number: readings });
  };
  new MutationObserver((changes) => {
    for (const change of changes)
      for (const node of change.addedNodes)
        if (node.nodeType === 1)
          for (const dialog of [node, ...node.querySelectorAll("dialog.document")])
            if (dialog.matches("dialog.document") && !dialog.open) show(dialog);
  }).observe(document.body, { childList: true, subtree: true });

  // ---- buttons ----
  const rate = (turn, helpful, reason, note) => {
    trigger("rate", { turn: Number(turn), helpful, reason, note });
    focusLater(`#rated-${turn}`);
  };
  const focusLater = (selector) => {
    const found = find(selector);
    if (found) return found.focus();
    const watcher = new MutationObserver(() => {
      if (!find(selector)) return;
      watcher.disconnect();
      find(selector).focus();
      announce(find(selector).textContent);
    });
    watcher.observe(find("#conversation"), { childList: true, subtree: true });
    setTimeout(() => watcher.disconnect(), 10000);
  };
  const act = {
    ask: (button) => trigger("ask", { question: button.textContent }),
    edit: (button, number) => {
      trigger("edit", { number: Number(number) });
      find("#question textarea").focus();
    },
    speak: (button, language) => {
      store(browser, LANGUAGE, language);
      trigger("speak", { language });
    },
    theme: redress,
    copy: (button) => copy(button, "copy"),
    link: (button) => copy(button, "link"),
    sources: (button, turn) => draw(find(`#group-${turn}`), button),
    shut: () => shut(),
    close: (button) => button.closest("dialog").close(),
    helpful: (button, turn) => rate(turn, true, "", ""),
    read: (button) => read(button.value),
    near: (button) => read(button.value),
    fact: (button) => read(button.value),
    part: (button) => read(button.value),
  };
  const ours = (element) => element.closest("#page") !== null;
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[value]");
    if (button && ours(button) && button.type === "button") {
      const [verb, ...rest] = button.value.split("-");
      act[verb]?.(button, ...rest);
      return;
    }
    const link = event.target.closest?.("a[href^='#']");
    if (!link || !ours(link) || !NARROW.matches) return;
    const target = find(link.getAttribute("href"));
    if (target && link.matches(".marker")) draw(target, link);
    else if (target && link.matches(".back")) shut(target);
    else return;
    event.preventDefault();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.closest("#conversation .rate")) return;
    event.preventDefault();
    const turn = form.querySelector("[type=submit]").value.split("-")[1];
    const reason = form.querySelector("[type=radio]:checked")?.value || "";
    rate(turn, false, reason, form.querySelector("[name=note]").value);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || find("dialog[open]")) return;
    const open = event.target.closest?.(".rate details[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    } else shut();
  });

  // Brings the newest exchange into view when it starts and when it grows. Gradio has no event for
  // "is in the page now", hence the short wait.
  const latest = () => setTimeout(() => {
    find("#conversation .turn:last-of-type")?.scrollIntoView({ block: "nearest" });
  }, 80);

  window.chat = { arrival, connect, latest };
})();
