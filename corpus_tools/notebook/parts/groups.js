// Groups: what several coders said about one thing, as cards side by side and as lines under the text.

const RANKS = { conflict: 0, incomplete: 1, complete: 2 };

class GroupDesk extends Desk {
  drawText() {
    const ranges = this.groups.filter((group) => !this.isSettled(group)).flatMap((group) => group.items.flatMap((item) => this.rangesOf(item)));
    this.page.draw(ranges, this.model.get("status").coders.length);
  }

  rangesOf(item) {
    const lane = this.model.get("status").coders.indexOf(item.coder);
    const { code, colour, line } = item.type === "frame" ? this.look(item.label) : { code: this.value(item.label).sign, colour: 3, line: "dotted" };
    const spans = item.type === "frame" ? item.spans : item.cue;
    return spans.map(([start, end]) => ({ start, end, kind: "frame", lane, colour, line, sign: `${lane + 1}${code}`, key: `${lane}${item.label}` }));
  }

  drawList() {
    const cards = this.groups.map((group) => this.drawGroup(group));
    this.list.replaceChildren(...cards);
    this.list.querySelector(".ctn-active")?.scrollIntoView({ block: "nearest" });
  }

  drawGroup(group) {
    const settled = this.isSettled(group);
    const words = { conflict: `differ in ${group.differs.join(", ")}`, incomplete: "not coded by all", complete: "all agree" }[group.state];
    const coders = this.model.get("status").coders;
    const columns = coders.map((coder, place) => this.drawVersion(group, group.items.find((item) => item.coder === coder), coder, place));
    const gold = group.gold === null ? null : group.gold.map((item) => h("p", { class: "ctn-gold" }, h("b", {}, "Decided "), ...this.describeVersion(item)));
    const actions = [["both", "b", () => this.takeAll()], ["all wrong", "x", () => this.reject()], ["edit", "e", () => this.startEdit()]];
    return h(
      "li",
      { class: `ctn-card ctn-group${this.isCurrent(group) ? " ctn-active" : ""}${settled ? " ctn-settled" : ""}`, "aria-current": this.isCurrent(group) ? "true" : null },
      h("button", { type: "button", class: "ctn-goto", onclick: () => { this.go(group); this.focus(); } }, h("span", { class: `ctn-badge ctn-${group.state}` }, settled ? "✓ decided" : group.state), ` ${words}`),
      h("div", { class: "ctn-versions" }, ...columns),
      ...(gold ?? []),
      this.isCurrent(group) ? this.drawRules(group) : null,
      gold && gold.length === 0 ? h("p", { class: "ctn-gold" }, h("b", {}, "Decided: "), "nobody was right") : null,
      h("span", { class: "ctn-actions" }, ...actions.map(([name, key, action]) => button(name, () => { this.go(group); action(); this.focus(); }, { title: `${name} (${key})` }))),
    );
  }

  /** What the codebook says of the labels between which is decided. */
  drawRules(group) {
    const labels = [...new Set(group.items.map((item) => item.label))];
    const rules = labels.map((label) => (group.items[0].type === "frame" ? drawDefinition(this.look(label)) : h("p", { class: "ctn-part" }, drawValue(this.value(label)), ` ${spell(this.value(label).definition ?? "")}`)));
    const toggle = (event) => { this.showRules = event.target.open; };
    return h("details", { class: "ctn-rules", open: Boolean(this.showRules), ontoggle: toggle }, h("summary", { onclick: () => requestAnimationFrame(() => this.focus()) }, "Codebook"), ...rules);
  }

  drawVersion(group, item, coder, place) {
    const who = h("span", { class: "ctn-who" }, h("kbd", {}, String(place + 1)), ` ${spell(coder)}`);
    if (!item) return h("div", { class: "ctn-version" }, who, h("p", { class: "ctn-hint" }, "nothing here"));
    const take = () => { this.go(group); this.take(place); this.focus(); };
    return h("div", { class: "ctn-version" }, h("button", { type: "button", class: "ctn-goto", onclick: take, title: `take (${place + 1})` }, who, ...this.describeVersion(item, group.differs)));
  }

  /** What a coder said, the parts in which the coders differ in bold. */
  describeVersion(item, differs = []) {
    const part = (name, ...content) => h("span", { class: `ctn-fact${differs.includes(name) ? " ctn-differs" : ""}` }, ...content);
    const quote = (spans) => (spans.length ? `“${shorten(spans.map((span) => this.page.slice(...span)).join(" … "), 120)}”` : "");
    const common = [item.comment ? part("comment", `note: ${shorten(item.comment, 120)}`) : null];
    if (item.type === "frame") {
      return [
        part("label", drawSwatch(this.look(item.label)), " ", spell(this.look(item.label).name)),
        item.spans.length ? part("spans", quote(item.spans)) : part("salience", `whole article, ${item.salience}`),
        item.voice ? part("voice", `voice: ${this.nameSlot(item.voice.implicit ? { implicit: "author" } : item.voice)}`) : null,
        ...common,
      ].filter(Boolean);
    }
    return [
      part("label", drawValue(this.value(item.label))),
      part("holder", `holder: ${shorten(this.nameSlot(item.holder), 70)}`),
      part("target", `target: ${shorten(this.nameSlot(item.target), 70)}`),
      item.cue.length ? part("cue", `cue: ${quote(item.cue)}`) : null,
      item.expression ? part("expression", spell(item.expression)) : null,
      ...common,
    ].filter(Boolean);
  }

  nameOf(group) {
    return group ? group.items.map((item) => item.id).join("|") : null;
  }

  find(name) {
    return this.groups.find((group) => this.nameOf(group) === name);
  }

  isCurrent(group) {
    return this.nameOf(group) === this.current;
  }

  /** Decided, or with a decision under way. */
  isSettled(group) {
    const name = this.nameOf(group);
    return group.gold !== null || this.outbox.operations.some((op) => op.group?.join("|") === name);
  }

  go(group) {
    if (!group) return;
    this.current = this.nameOf(group);
    this.editing = null;
    this.drawList();
    this.show();
  }

  show() {
    this.drawCursor();
    const group = this.find(this.current);
    const place = group ? firstPlace(group) : -1;
    if (place >= 0) {
      this.cursor.collapse(this.page.tokenAt(place));
      this.follow();
    } else {
      this.pane.scrollTop = 0;
    }
    this.keep();
  }

  step(by) {
    const now = this.groups.findIndex((group) => this.isCurrent(group));
    this.go(this.groups[(now + by + this.groups.length) % this.groups.length]);
  }

  /** After a decision: the next group that is open. */
  next() {
    const now = this.groups.findIndex((group) => this.isCurrent(group));
    const ahead = [...this.groups.slice(now + 1), ...this.groups.slice(0, now + 1)];
    const open = ahead.find((group) => !this.isSettled(group));
    if (open) this.go(open);
    else this.say("Everything in this article is decided: Enter goes on.");
  }
}

function firstPlace(group) {
  return Math.min(...group.items.map(firstOf));
}
