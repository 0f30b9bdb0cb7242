// The desk: what every view of a session has, whatever is done at it.

class Desk {
  constructor(model, outbox, traits) {
    Object.assign(this, { model, outbox, traits });
    this.page = new TextView();
    this.refresh = once(() => this.update());
    this.keep = debounce(() => this.savePlace(), 250);
    for (const name of traits) model.on(`change:${name}`, this.refresh);
    this.listener = (event) => this.hear(event);
    outbox.listeners.add(this.listener);
    this.watcher = new ResizeObserver(() => this.drawCursor());
    this.watcher.observe(this.page.element);
  }

  close() {
    this.savePlace();
    for (const name of this.traits) this.model.off(`change:${name}`, this.refresh);
    this.outbox.listeners.delete(this.listener);
    this.watcher.disconnect();
  }

  focus() {
    if (this.dialogs.open) return; // a button opened it: the next keys are for what it asks
    this.pane.focus({ preventScroll: true });
  }

  say(text, kind = "") {
    this.message.className = `ctn-message ${kind}`;
    this.message.replaceChildren(text);
  }

  hear({ note, error }) {
    if (error) this.say(error, "ctn-error");
    else if (note) this.say(note);
    this.drawSaved();
    this.refresh();
  }

  drawSaved() {
    const count = this.outbox.pending.length;
    const [sign, words] = {
      saved: ["✓", "Saved"],
      saving: ["…", `Saving ${count}`],
      late: ["!", `Not connected, or the kernel is busy: ${count} not saved yet`],
      stopped: ["!", `${count} not saved: ${this.outbox.problem}`],
    }[this.outbox.state];
    if (this.savedWords === words) return;
    this.savedWords = words;
    this.saved.dataset.state = this.outbox.state;
    const again = this.outbox.state === "late" || this.outbox.state === "stopped" ? button("Try again", () => this.outbox.resend()) : "";
    this.saved.replaceChildren(h("span", { "aria-hidden": "true" }, `${sign} `), words, again);
  }

  look(label) {
    return this.frames.get(label) ?? { id: label, name: label, code: "??", colour: 3, line: "dotted" };
  }

  value(label) {
    return this.values.get(label) ?? { id: label ?? "?", sign: "•", kind: "other" };
  }

  nameSlot(slot) {
    if (!slot) return "?";
    if (slot.implicit) return slot.implicit === "author" ? "the author" : "nobody named";
    const entity = slot.entity && slot.entity !== "?" ? (this.entities.get(slot.entity)?.name ?? slot.entity) : null;
    const words = slot.span ? this.page.slice(...slot.span) : null;
    return words && entity ? `${words} (${entity})` : (words ?? entity ?? "?");
  }

  describe(item) {
    const kind = item.key !== undefined ? "Suggestion: " : "";
    if (item.type === "frame") return `${kind}${spell(this.look(item.label).name)}`;
    return `${kind}${shorten(this.nameSlot(item.holder), 40)} ${this.value(item.label).sign} ${spell(item.label)} → ${shorten(this.nameSlot(item.target), 40)}`;
  }

  leave() {
    this.pane.blur();
    this.root.parentElement?.closest(".jp-Notebook, [tabindex]")?.focus({ preventScroll: true });
    this.say("The keys belong to the notebook again; click the text to come back.");
  }

  /** Scroll so that the cursor stays in sight. */
  follow() {
    const box = this.page.boxes(...this.page.tokens[this.cursor.focus])[0];
    if (!box) return;
    const top = box.top + this.page.element.offsetTop;
    const [low, high] = [this.pane.scrollTop + 28, this.pane.scrollTop + this.pane.clientHeight - 56];
    if (top < low) this.pane.scrollTop = Math.max(0, top - 48);
    else if (top > high) this.pane.scrollTop = top - this.pane.clientHeight + 96;
  }

  /** JupyterLab listens above: what is typed here ends here. */
  listen() {
    this.root.addEventListener("keydown", (event) => this.guard(event), true);
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    for (const kind of ["keyup", "keypress"]) this.root.addEventListener(kind, (event) => event.stopPropagation());
    this.pane.addEventListener("mousedown", (event) => this.onPress(event));
    this.pane.addEventListener("scroll", () => this.keep(), { passive: true });
    this.root.addEventListener("copy", (event) => this.onCopy(event));
  }

  /** A key that is held down does its work once; only what moves repeats, and only where the key went down. */
  guard(event) {
    if (!event.repeat) this.downAt = event.target;
    else if (event.target !== this.downAt || (event.target === this.pane && !this.repeats(nameKey(event)))) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  repeats(name) {
    return name.endsWith("Tab") || Boolean(this.movement(name));
  }

  /** A drag that begins at the text may end anywhere, also beside the text or outside of the widget. */
  onPress(event) {
    if (event.button !== 0 || event.target.closest("button")) return;
    const from = [event.clientX, event.clientY];
    document.addEventListener("mouseup", (up) => this.onMouse(up, from), { once: true });
  }

  onMouse(event, from) {
    const chosen = window.getSelection();
    const inside = (node) => this.page.text.contains(node);
    const drawn = chosen && !chosen.isCollapsed && (inside(chosen.anchorNode) || inside(chosen.focusNode));
    if (event.detail === 3) {
      this.cursor.collapse(this.page.tokenAt(this.page.nearest(...from)));
      this.cursor.growSentence(1);
    } else if (drawn) {
      const anchor = inside(chosen.anchorNode) ? this.page.pointOf(chosen.anchorNode, chosen.anchorOffset) : this.page.nearest(...from);
      const focus = inside(chosen.focusNode) ? this.page.pointOf(chosen.focusNode, chosen.focusOffset) : this.page.nearest(event.clientX, event.clientY);
      if (anchor !== focus) this.selectByMouse(Math.min(anchor, focus), Math.max(anchor, focus));
    } else if (this.page.element.contains(event.target)) {
      this.click(this.page.pointAt(event.clientX, event.clientY));
    }
    chosen?.removeAllRanges(); // the layer shows it from now on
    this.focus();
    this.afterMove();
  }

  selectByMouse(start, end) {
    const words = this.page.slice(start, end);
    const before = Array.from(words).length - Array.from(words.trimStart()).length;
    const after = Array.from(words).length - Array.from(words.trimEnd()).length;
    if (start + before < end - after) this.cursor.select(start + before, end - after, !this.exact);
  }

  onCopy(event) {
    if (event.target.closest?.("input")) return;
    event.clipboardData.setData("text/plain", this.page.slice(...this.cursor.span));
    event.preventDefault();
  }

  loadScheme(scheme) {
    if (scheme === this.scheme) return;
    this.scheme = scheme;
    this.frames = new Map(scheme.frames.map((frame) => [frame.id, frame]));
    this.values = new Map(scheme.stances.map((value) => [value.id, value]));
    this.entities = new Map(scheme.entities.map((entity) => [entity.id, entity]));
    const keys = scheme.frames.flatMap((frame) => [frame.key, frame.letter].filter(Boolean).map((key) => [key, frame.id]));
    this.byKey = new Map(keys);
    this.shownLabel = null;
  }

  onKey(event) {
    event.stopPropagation();
    if (event.isComposing || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey) {
      if (event.getModifierState("AltGraph")) this.press(event, nameKey(event).replace("Alt+", ""));
      else if (event.key.toLowerCase() === "s") {
        event.preventDefault();
        this.say(this.outbox.state === "saved" ? "Every mark is on disk already." : "Not everything is saved yet.");
      }
      return;
    }
    if (this.dialogs.open) return;
    if (event.target === this.pane) {
      this.root.scrollIntoView({ block: "nearest" }); // what the keys do is said in the last line
      this.press(event, nameKey(event));
    }
    else this.pressBeside(event);
  }

  /** Keys while the focus is on a button of the column or the bar. */
  pressBeside(event) {
    if (event.key !== "F6" && event.key !== "Escape") return;
    event.preventDefault();
    this.focus();
  }

  movement(name) {
    const extend = name.startsWith("Shift+");
    const { cursor } = this;
    const forward = this.page.blocks[cursor.sentence].element.matches(":dir(rtl)") ? -1 : 1;
    const act = {
      ArrowRight: () => cursor.move(forward, extend),
      ArrowLeft: () => cursor.move(-forward, extend),
      ArrowDown: () => cursor.moveSentence(1, extend),
      ArrowUp: () => cursor.moveSentence(-1, extend),
      Home: () => cursor.edge(false, extend),
      End: () => cursor.edge(true, extend),
      PageDown: () => cursor.moveSentence(5, extend),
      PageUp: () => cursor.moveSentence(-5, extend),
    }[extend ? name.slice(6) : name] ?? {
      "Alt+ArrowRight": () => cursor.nudge(forward, false),
      "Alt+ArrowLeft": () => cursor.nudge(-forward, false),
      "Alt+Shift+ArrowRight": () => cursor.nudge(forward, true),
      "Alt+Shift+ArrowLeft": () => cursor.nudge(-forward, true),
      "[": () => cursor.growSentence(-1),
      "]": () => cursor.growSentence(1),
    }[name];
    return act && (() => {
      act();
      this.afterMove();
    });
  }
}

/** The widget's definition: one outbox for each model, one view for each place where it is displayed. */
function present(View) {
  return () => {
    let outbox = null;
    return {
      initialize({ model }) {
        outbox = new Outbox(model);
        return () => outbox.close();
      },
      render({ model, el }) {
        const view = new View(model, outbox, el);
        return () => view.close();
      },
    };
  };
}
