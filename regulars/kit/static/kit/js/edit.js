/* A value that becomes its input on a click: Enter saves, Escape gives up. The server answers with the fragment anew. */
document.addEventListener("alpine:init", () => {
  Alpine.data("editable", () => ({
    editing: false,
    init() { if (this.$root.dataset.error) this.start(); },
    start() {
      this.editing = true;
      this.$nextTick(() => {
        const input = this.$root.querySelector("form :is(input:not([type=hidden]), select, textarea)");
        input?.focus();
        if (input?.select && input.type === "text") input.select();
      });
    },
    stop() {
      this.editing = false;
      this.$root.querySelector("form")?.reset();
      this.$nextTick(() => this.$root.querySelector("button.editable-face")?.focus());
    },
    leave(event) {
      const form = this.$root.querySelector("form");
      if (!event.relatedTarget || this.$root.contains(event.relatedTarget) || form.dataset.changed) return;
      this.editing = false;
    },
    touch() { this.$root.querySelector("form").dataset.changed = "yes"; },
    send() { this.$root.querySelector("form").requestSubmit(); },
  }));
});
