/* Menus, dialogs and drawers. */
(() => {
  "use strict";
  const { on } = Regulars;
  const reachable = "a[href]:not([hidden]), button:not([disabled]):not([hidden]), input:not([type=hidden]):not([disabled]), select:not([disabled]), textarea:not([disabled])";

  // --- Menus: a button and the list that follows it ------------------------------------------------------------
  const listOf = (menu) => menu.querySelector(".menu-list");
  const buttonOf = (menu) => menu.querySelector(":scope > [aria-haspopup]");
  const itemsOf = (menu) => [...listOf(menu).querySelectorAll("[role^=menuitem]:not([hidden]):not([disabled]), label.menu-item input")];

  function openMenu(menu, place = "first") {
    closeMenus(menu);
    listOf(menu).hidden = false;
    buttonOf(menu).setAttribute("aria-expanded", "true");
    keepInside(menu);
    const first = listOf(menu).querySelector("[autofocus]") ?? (place === "last" ? itemsOf(menu).at(-1) : itemsOf(menu)[0]);
    first?.focus();
  }
  function keepInside(menu) {
    const list = listOf(menu);
    menu.classList.remove("menu-up", "menu-flip");
    const box = list.getBoundingClientRect();
    if (box.bottom > innerHeight - 8 && box.height < buttonOf(menu).getBoundingClientRect().top) menu.classList.add("menu-up");
    if (box.right > innerWidth - 4) menu.classList.add("menu-end");
    if (box.left < 4) menu.classList.remove("menu-end");
  }
  function closeMenu(menu, refocus) {
    if (listOf(menu).hidden) return;
    listOf(menu).hidden = true;
    buttonOf(menu).setAttribute("aria-expanded", "false");
    if (refocus) buttonOf(menu).focus();
  }
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("[data-menu]")) if (menu !== except) closeMenu(menu);
  };
  on("click", "[data-menu] > [aria-haspopup]", (event, button) => {
    const menu = button.closest("[data-menu]");
    if (listOf(menu).hidden) openMenu(menu); else closeMenu(menu, true);
  });
  on("click", "[data-menu] [role^=menuitem]:not([data-stay])", (event, item) => closeMenu(item.closest("[data-menu]")));
  document.addEventListener("pointerdown", (event) => closeMenus(event.target.closest?.("[data-menu]")));
  on("focusout", "[data-menu]", (event, menu) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) closeMenu(menu);
  });
  on("keydown", "[data-menu]", (event, menu) => {
    const open = !listOf(menu).hidden;
    if (!open && (event.key === "ArrowDown" || event.key === "ArrowUp") && event.target === buttonOf(menu)) {
      event.preventDefault();
      openMenu(menu, event.key === "ArrowUp" ? "last" : "first");
    } else if (open) moveInMenu(event, menu);
  });
  function moveInMenu(event, menu) {
    const items = itemsOf(menu);
    const here = items.indexOf(document.activeElement);
    const typing = event.target.matches("input:not([type=checkbox]):not([type=radio]), select, textarea");
    const steps = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: items.length - 1 };
    if (event.key === "Escape") { event.stopPropagation(); event.preventDefault(); closeMenu(menu, true); }
    else if (event.key in steps && !(typing && event.key !== "ArrowDown" && event.key !== "ArrowUp")) {
      event.preventDefault();
      items[(steps[event.key] + items.length) % items.length]?.focus();
    } else if (!typing && event.key.length === 1 && /\S/.test(event.key)) {
      const found = [...items.slice(here + 1), ...items].find((item) => item.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()));
      if (found) { event.preventDefault(); event.stopPropagation(); found.focus(); }
    }
  }

  // --- Dialogs and drawers -------------------------------------------------------------------------------------
  function openDialog(dialog) {
    if (!dialog || dialog.open) return;
    dialog.showModal();
    const wanted = dialog.querySelector("[autofocus]") ?? dialog.querySelector(`[data-box-body] :is(${reachable})`);
    wanted?.focus();
    dialog.dispatchEvent(new CustomEvent("opened", { bubbles: true }));
  }
  on("click", "[data-open]", (event, button) => {
    event.preventDefault();
    openDialog(document.getElementById(button.dataset.open));
  });
  on("click", "dialog [data-close]", (event, button) => button.closest("dialog").close());
  document.addEventListener("mousedown", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLDialogElement) || !box.open) return;
    const { left, right, top, bottom } = box.getBoundingClientRect();
    const outside = event.clientX < left || event.clientX > right || event.clientY < top || event.clientY > bottom;
    if (outside && !box.dataset.stay) box.close();
  });

  // What htmx puts into the standing drawer or modal opens it; its first heading names it.
  const standing = (target) => target?.closest?.("#drawer, #modal");
  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail.ctx?.target;
    const dialog = target instanceof Element && target.matches("[data-box-body]") && standing(target);
    if (!dialog) return;
    if (!target.childElementCount) { dialog.close(); return; }
    const heading = target.querySelector("h1, h2");
    if (heading) dialog.setAttribute("aria-label", heading.textContent.trim());
    openDialog(dialog);
  });
  document.addEventListener("close-dialog", () => {
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  });
  document.addEventListener("close", (event) => {
    const body = event.target.matches?.("#drawer, #modal") && event.target.querySelector("[data-box-body]");
    if (body) body.replaceChildren();
  }, true);

  Object.assign(Regulars, { openDialog, closeMenus });
})();
