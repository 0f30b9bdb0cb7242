// The annotator: one view of a session. Python owns the state; this shows it, turns keys and clicks into commands, and
// says "saved" only when Python has said so. The parts in parts/*.js are put before this file to make one module.

class AnnotatorView extends MarkingDesk {
  constructor(model, outbox, el) {
    super(model, outbox, ["article", "marks", "scheme", "status"]);
    Object.assign(this, { active: null, draft: null, whole: false, editing: null, lastMade: null, items: [], number: null });
    this.announce = debounce((text) => this.live.replaceChildren(text), 120);
    this.build(el);
    this.update();
  }

  build(el) {
    const tool = (label, action, title) => button(label, () => { action(); this.focus(); }, { title });
    this.place = h("span", { class: "ctn-place" });
    this.pace = h("span", { class: "ctn-hint" });
    this.saved = h("span", { class: "ctn-saved", role: "status" });
    this.bar = h("span", { class: "ctn-done" });
    this.snapButton = button("Snap: words", () => this.switchSnap(), { title: "The mouse selects whole words (m)", "aria-pressed": "true" });
    const tools = h("div", { class: "ctn-tools", role: "toolbar", "aria-label": "Commands" },
      tool("Queue", () => this.openQueue(), "Search and jump (q)"),
      tool("Undo", () => this.send({ op: "undo" }), "Undo (u)"),
      tool("Redo", () => this.send({ op: "redo" }), "Redo (Shift+u)"),
      this.snapButton,
      tool("Stance", () => this.startStance(), "Stance from the selection (s)"),
      this.acceptButton = tool("Accept visible", () => this.acceptVisible(), "Accept all suggestions that are visible (Shift+y)"),
      tool("Comment", () => this.comment(null), "Comment on the article (c where nothing is marked)"),
      tool("Skip", () => this.skip(), "Skip with a reason (k)"),
      tool("Done", () => this.finish(), "Done, next unfinished (Enter)"),
      tool("Keys", () => this.help(), "All keys (?)"),
    );
    this.head = h("div", { class: "ctn-head" });
    this.strip = h("div", { class: "ctn-strip", hidden: true });
    this.pane = h("div", {
      class: "ctn-pane", tabindex: "0", role: "application", "aria-roledescription": "text to annotate",
      "aria-label": "Article. Arrows move, Shift selects, digits label, question mark shows all keys, Escape leaves.",
      "data-lm-suppress-shortcuts": "true",
    }, this.head, this.page.element);
    this.side = h("aside", { class: "ctn-side", "aria-label": "Codebook and marks" });
    this.message = h("span", { class: "ctn-message", role: "status", "aria-live": "polite" });
    this.live = h("span", { class: "ctn-hidden", "aria-live": "polite" });
    this.root = h("div", { class: "ct ctn", "data-lm-suppress-shortcuts": "true" },
      h("div", { class: "ctn-top" }, this.place, h("span", { class: "ctn-progress", "aria-hidden": "true" }, this.bar), this.pace, this.saved, tools),
      h("div", { class: "ctn-main" }, h("div", { class: "ctn-column" }, this.pane, this.strip), this.side),
      h("div", { class: "ctn-foot" }, this.message, this.live),
    );
    this.dialogs = new Dialogs(this.root, () => this.focus());
    this.buildSide();
    this.listen();
    el.replaceChildren(this.root);
  }

  buildSide() {
    const part = (name) => {
      const body = h("div", {});
      this.side.append(h("section", {}, h("h3", {}, name), body));
      return body;
    };
    this.notice = h("div", { class: "ctn-notice", hidden: true });
    this.side.append(this.notice);
    this.labels = part("Frames");
    this.here = part("At the cursor");
    this.definition = part("Codebook");
    this.definition.previousSibling.append(button("read again", () => { this.send({ op: "reload" }); this.focus(); }, { title: "Read the codebook's file again (r)" }));
    this.all = h("ul", { class: "ctn-cards" });
    this.allName = h("summary", {});
    this.allBox = h("details", { ontoggle: () => this.drawAll() }, this.allName, this.all);
    this.side.append(this.allBox);
  }

  // --- showing the state -------------------------------------------------------------------------------------------

  update() {
    const article = this.model.get("article");
    const fresh = article.number !== this.number || article.text !== this.page.source;
    if (fresh) this.loadArticle(article);
    this.loadScheme(this.model.get("scheme"));
    this.drawMarks();
    this.drawStatus();
    if (fresh) this.restorePlace();
    this.drawCursor();
  }

  loadArticle(article) {
    this.number = article.number;
    this.page.load(article);
    this.cursor = new Cursor(this.page);
    Object.assign(this, { active: null, draft: null, whole: false, editing: null, lastMade: null });
    this.pane.scrollTop = 0;
    this.place.replaceChildren(`Article ${article.place + 1} of ${article.total}`);
    const facts = [article.date, article.source, article.name].filter(Boolean).map(spell).join(" · ");
    const title = article.title ? h("h2", { dir: "auto" }, showText(article.title)) : null;
    this.wholeLabels = h("div", { class: "ctn-whole" });
    this.head.replaceChildren(...[title, facts ? h("p", { class: "ctn-hint" }, facts) : null, this.wholeLabels].filter(Boolean));
  }

  drawMarks() {
    const marks = this.model.get("marks");
    this.items = foldPending(marks, this.outbox.operations, this.number);
    const drawn = toRanges(this.items, marks.lanes ?? {}, (label) => this.look(label));
    this.numbers = drawn.numbers;
    this.page.draw(drawn.ranges, drawn.lanes);
    if (this.active && !this.find(this.active)) this.active = null;
    this.acceptButton.hidden = !this.items.some((item) => item.key !== undefined);
    const used = new Map();
    for (const item of this.items) if (item.type === "frame" && item.key === undefined) used.set(item.label, 1 + (used.get(item.label) ?? 0));
    const key = JSON.stringify([...used]) + this.scheme.version;
    if (key !== this.labelsKey) {
      this.labelsKey = key;
      this.labels.replaceChildren(drawLabels(this.scheme, { choose: (id) => { this.label(id); this.focus(); }, look: (id) => this.define(id), used }));
    }
    this.drawWhole();
    this.drawAll();
  }

  drawWhole() {
    const whole = this.items.filter((item) => item.type === "frame" && item.spans.length === 0);
    const chips = whole.map((item) => h("button", { type: "button", class: "ctn-chip", onclick: () => { this.activate(item); this.focus(); } }, drawSwatch(this.look(item.label)), ` ${spell(this.look(item.label).name)} `, h("span", { class: "ctn-hint" }, item.key === undefined ? (item.salience ?? "") : "suggested")));
    const key = JSON.stringify(whole) + this.scheme.version;
    if (key === this.wholeKey && this.wholeLabels.childNodes.length > 0) return;
    this.wholeKey = key;
    const more = h("button", { type: "button", class: "ctn-chip", title: "Then a label (d)", onclick: () => { this.startWhole(); this.focus(); } }, whole.length ? "+" : "+ frame (d)");
    this.wholeLabels.replaceChildren(h("span", { class: "ctn-hint" }, "Whole article:"), ...chips, more);
  }

  drawAll() {
    this.allName.replaceChildren(`All ${this.items.length} marks of this article`);
    const cards = this.allBox.open ? this.items.map((item) => drawCard(item, this)) : [];
    this.all.replaceChildren(...cards);
  }

  drawStatus() {
    const status = this.model.get("status");
    this.bar.style.width = `${(100 * status.done) / Math.max(1, status.total)}%`;
    const pace = [`${status.done} of ${status.total} done`, status.pace ? `${status.pace} an hour` : null, status.state === "done" ? "this one is done" : status.state === "skipped" ? "this one was skipped" : null];
    this.pace.replaceChildren(pace.filter(Boolean).join(" · "));
    this.drawSaved();
    const old = Object.entries(status.old ?? {});
    this.notice.hidden = !(old.length || status.ended || status.fault || status.notice || status.orphans);
    this.notice.replaceChildren(...this.describeNotice(status, old));
  }

  describeNotice(status, old) {
    if (status.ended) return [status.ended];
    const list = old.map(([label, count]) => `${count} × ${spell(label)}`).join(", ");
    const older = old.length ? [`Coded under an older codebook than ${spell(this.scheme.version)}: ${list}. The queue shows in which articles.`] : [];
    const orphans = status.orphans ? `${status.orphans} annotations were made on another version of this text and are not shown; they stay in the log.` : null;
    return [...[status.fault, status.notice, orphans].filter(Boolean).map((text) => h("p", {}, text)), ...older];
  }

  drawCursor() {
    if (!this.cursor || !this.root.isConnected) return;
    const [start, end] = this.cursor.span;
    const block = this.page.blocks[this.cursor.sentence];
    const marks = [{ start: block.start, end: block.end, look: "ctn-now" }];
    if (this.cursor.explicit) marks.push({ start, end, look: "ctn-selected" });
    const [first, last] = this.page.tokens[this.cursor.focus];
    marks.push({ start: first, end: last, look: "ctn-cursor" });
    const item = this.active && this.find(this.active);
    for (const [a, b] of item ? spansOf(item) : []) marks.push({ start: a, end: b, look: "ctn-chosen" });
    this.page.underlay([...marks, ...this.draftMarks()]);
    this.drawArc(item);
    this.drawHere();
    this.drawStrip();
  }

  drawHere() {
    const items = this.atCursor();
    const key = JSON.stringify([items, this.active, this.numbers && [...this.numbers].length, this.scheme.version]);
    if (key !== this.hereKey) {
      this.hereKey = key;
      const cards = items.map((item) => drawCard(item, this));
      this.here.replaceChildren(cards.length ? h("ul", { class: "ctn-cards" }, ...cards) : h("p", { class: "ctn-hint" }, "Nothing is marked here."));
    }
    const frame = items.find((item) => item.type === "frame" && this.isActive(item)) ?? items.find((item) => item.type === "frame");
    if (frame) this.define(frame.label);
    else if (this.shownLabel === null) this.define(null);
  }

  define(label) {
    if (label === this.shownLabel && this.definition.hasChildNodes()) return;
    this.shownLabel = label;
    this.definition.replaceChildren(drawDefinition(label ? this.frames.get(label) : null));
  }

  // --- dialogs -----------------------------------------------------------------------------------------------------

  openQueue() {
    this.dialogs.queue((search) => this.outbox.ask("queue", { search }), (number) => this.send({ op: "open", article: number }));
  }

  switchSnap() {
    this.exact = !this.exact;
    this.snapButton.replaceChildren(this.exact ? "Snap: off" : "Snap: words");
    this.snapButton.setAttribute("aria-pressed", String(!this.exact));
    this.say(this.exact ? "The mouse selects single characters." : "The mouse selects whole words.");
  }

  help() {
    const labels = this.scheme.frames.map((frame) => [[frame.key, frame.letter].filter(Boolean), spell(frame.name)]).filter(([keys]) => keys.length);
    this.dialogs.help([...KEY_MAP, ["Labels", labels]]);
  }

  // --- keys and mouse ----------------------------------------------------------------------------------------------

  press(event, name) {
    const action = this.movement(name) ?? (this.draft ? this.stanceKey(name) : this.baseKey(name));
    if (!action) return;
    event.preventDefault();
    action();
  }

  baseKey(name) {
    const label = this.byKey.get(name);
    return {
      "/": () => this.findLabel(), "?": () => this.help(), "+": () => this.addPiece(),
      d: () => this.startWhole(), v: () => this.voice(false), "Shift+v": () => this.voice(true),
      s: () => this.startStance(), "Shift+s": () => this.startStance(this.lastStance),
      Tab: () => this.cycle(1), "Shift+Tab": () => this.cycle(-1),
      y: () => this.accept(), n: () => this.reject(), "Shift+y": () => this.acceptVisible(),
      e: () => this.edit(), Delete: () => this.remove(), Backspace: () => this.remove(),
      f: () => this.flag(), c: () => this.comment(), p: () => this.properties(),
      u: () => this.send({ op: "undo" }), "Shift+u": () => this.send({ op: "redo" }),
      Enter: () => (this.editing ? this.keepEdit() : this.finish()),
      k: () => this.skip(), q: () => this.openQueue(), r: () => this.send({ op: "reload" }), m: () => this.switchSnap(),
      F6: () => this.side.querySelector("button")?.focus(), Escape: () => this.cancel(),
    }[name] ?? (label && (() => this.label(label)));
  }

  /** One step back: out of a mode, then out of a selection, then out of the widget. */
  cancel() {
    if (this.draft || this.whole || this.editing || this.expressing) {
      Object.assign(this, { draft: null, whole: false, editing: null, expressing: false });
      this.say("Nothing was changed.");
    } else if (this.cursor.explicit || this.active) {
      this.active = null;
      this.cursor.collapse(this.cursor.focus);
    } else {
      this.leave();
    }
    this.afterMove();
  }

  afterMove() {
    const [start, end] = this.cursor.span;
    const item = this.active && this.find(this.active);
    if (item && !this.draft && !this.editing && spansOf(item).length > 0 && !covers(item, start, end)) this.active = null;
    this.drawCursor();
    this.follow();
    this.keep();
    const marks = this.atCursor().map((found) => this.describe(found)).join("; ");
    this.announce(`${shorten(this.page.slice(start, end), 80)}${marks ? ` — ${marks}` : ""}`);
  }

  click(point) {
    if (point === null) return;
    this.cursor.collapse(this.page.tokenAt(point));
    const under = this.items.filter((item) => covers(item, point, point + 1));
    const now = under.findIndex((item) => this.isActive(item));
    this.active = under.length > 0 && !this.draft ? this.nameOf(under[(now + 1) % under.length]) : null;
    if (this.active) this.say(this.describe(this.find(this.active)));
  }

  // --- the place, kept in the model so that it outlives the view ---------------------------------------------------

  savePlace() {
    if (!this.cursor) return;
    const { number, active, draft, exact } = this;
    this.model.set("place", { number, cursor: this.cursor.save(), scroll: this.pane.scrollTop, active, draft: draft && { ...draft }, exact: Boolean(exact) });
    this.model.save_changes();
  }

  restorePlace() {
    const saved = this.model.get("place");
    if (!saved || saved.number !== this.number) return;
    this.cursor.restore(saved.cursor);
    this.active = saved.active ?? null;
    this.draft = saved.draft ? new Draft(saved.draft) : null;
    if (saved.exact && !this.exact) this.switchSnap();
    requestAnimationFrame(() => {
      this.pane.scrollTop = saved.scroll ?? 0;
      this.drawCursor();
    });
  }
}

export default present(AnnotatorView);
