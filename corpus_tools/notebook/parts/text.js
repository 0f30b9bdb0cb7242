// The text of an article with its marks: one block a sentence, redrawn only when its own marks change, and above it a
// layer for cursor, selection and arcs, so that moving never touches the text.

const LANE = 5; // pixels: three of line, two of air

class TextView {
  constructor() {
    this.text = h("div", { class: "ctn-text" });
    this.under = h("div", { class: "ctn-layer", "aria-hidden": "true" });
    this.arcs = svg("svg", { class: "ctn-arcs", "aria-hidden": "true" });
    this.element = h("div", { class: "ctn-page" }, this.under, this.text, this.arcs);
    this.blocks = [];
    this.starts = new WeakMap(); // text node to its first unit
  }

  /** Show another article: `tokens` and `sentences` are flat lists of offsets in code points. */
  load(article) {
    this.source = article.text;
    this.codec = new CodePoints(article.text);
    this.tokens = toPairs(article.tokens);
    this.sentences = toPairs(article.sentences);
    if (this.tokens.length === 0) this.tokens = [[0, Math.max(1, this.codec.length)]];
    if (this.sentences.length === 0) this.sentences = [[0, this.codec.length]];
    const starts = this.sentences.map(([start], number) => (number === 0 ? 0 : start));
    this.blocks = starts.map((start, number) => ({
      start,
      end: number + 1 < starts.length ? starts[number + 1] : this.codec.length,
      element: h("span", { class: "ctn-sentence" }),
      drawn: null,
      pieces: [],
    }));
    if (article.language) this.text.setAttribute("lang", article.language);
    else this.text.removeAttribute("lang");
    this.tokenStarts = this.tokens.map(([start]) => start);
    this.blockStarts = this.blocks.map((block) => block.start);
    this.text.replaceChildren(...this.groupParagraphs());
  }

  /** Paragraphs are laid out apart, so that a mark in one does not move the others. */
  groupParagraphs() {
    const paragraphs = [];
    let open = null;
    for (const block of this.blocks) {
      if (!open) paragraphs.push((open = h("div", { class: "ctn-paragraph", dir: "auto" })));
      open.append(block.element);
      if (this.slice(block.start, block.end).endsWith("\n")) open = null;
    }
    return paragraphs;
  }

  slice(start, end) {
    return this.source.slice(this.codec.toUnits(start), this.codec.toUnits(end));
  }

  /** The token in which a code point lies, or the one before it. */
  tokenAt(point) {
    return Math.max(0, countBelow(this.tokenStarts, point + 1) - 1);
  }

  sentenceAt(point) {
    return Math.max(0, countBelow(this.blockStarts, point + 1) - 1);
  }

  /** Draw marks: ranges {start, end, kind, ...} in code points, each with a `key` that changes when its look does. */
  draw(ranges, needed) {
    const lanes = Math.max(2, needed); // the first marks do not move the lines
    this.text.style.setProperty("--ctn-lanes", lanes);
    const sorted = [...ranges].sort((a, b) => a.start - b.start || a.end - b.end);
    for (const block of this.blocks) {
      const own = sorted.filter((range) => range.start < block.end && range.end > block.start);
      const key = `${lanes}|${own.map((range) => `${range.start},${range.end},${range.key}`).join(";")}`;
      if (key !== block.drawn) {
        block.drawn = key;
        this.drawBlock(block, own, lanes);
      }
    }
  }

  drawBlock(block, ranges, lanes) {
    const cuts = new Set([block.start, block.end]);
    for (const range of ranges) {
      cuts.add(Math.max(block.start, range.start));
      cuts.add(Math.min(block.end, range.end));
    }
    const borders = [...cuts].sort((a, b) => a - b);
    block.pieces = [];
    const children = [];
    for (let number = 0; number + 1 < borders.length; number += 1) {
      const [start, end] = [borders[number], borders[number + 1]];
      const unit = this.codec.toUnits(start);
      const node = document.createTextNode(showText(this.source.slice(unit, this.codec.toUnits(end))));
      this.starts.set(node, unit);
      block.pieces.push({ start, end, node });
      const members = ranges.filter((range) => range.start < end && range.end > start);
      children.push(members.length === 0 ? node : drawPiece(node, start, end, members, lanes));
    }
    block.element.replaceChildren(...children);
  }

  /** The lines of [start, end) on the screen: of its text alone, not of the frames around it. */
  *lines(start, end) {
    for (let place = this.sentenceAt(start); place < this.blocks.length && this.blocks[place].start < end; place += 1) {
      for (const piece of this.blocks[place].pieces) {
        if (piece.start >= end || piece.end <= start) continue;
        const first = this.starts.get(piece.node);
        const range = document.createRange();
        range.setStart(piece.node, this.codec.toUnits(Math.max(start, piece.start)) - first);
        range.setEnd(piece.node, this.codec.toUnits(Math.min(end, piece.end)) - first);
        for (const rect of range.getClientRects()) if (rect.width > 0.5) yield rect;
      }
    }
  }

  /** Rectangles of [start, end) inside the page, one for each line. */
  boxes(start, end) {
    const origin = this.element.getBoundingClientRect();
    const rows = [];
    for (const rect of this.lines(start, end)) {
      const box = { left: rect.left - origin.left, top: rect.top - origin.top, right: rect.right - origin.left, bottom: rect.bottom - origin.top };
      const last = rows[rows.length - 1];
      const sameLine = last && Math.abs(last.top - box.top) < 4 && box.left <= last.right + 40 && box.right >= last.left - 40;
      if (sameLine) Object.assign(last, { left: Math.min(last.left, box.left), right: Math.max(last.right, box.right) });
      else rows.push(box);
    }
    return rows;
  }

  /** Fill the layer under the text: a list of {start, end, look}. */
  underlay(marks) {
    const boxes = marks.map(({ start, end, look }) => this.boxes(start, end).map((box) => ({ box, look })));
    this.under.replaceChildren(
      ...boxes.flat().map(({ box, look }) => {
        const element = h("div", { class: look });
        const style = { left: box.left, top: box.top, width: box.right - box.left, height: box.bottom - box.top };
        for (const [name, value] of Object.entries(style)) element.style[name] = `${value}px`;
        return element;
      }),
    );
  }

  /** Draw the arc of a stance from holder to target, over its cue, with the value on it. */
  arc(from, to, label, kind) {
    this.arcs.replaceChildren();
    const a = from && this.boxes(...from)[0];
    const b = to && this.boxes(...to)[0];
    if (!a || !b) return;
    const [x1, x2] = [(a.left + a.right) / 2, (b.left + b.right) / 2];
    const level = Math.min(a.top, b.top);
    const top = level - 18;
    const path = `M${x1},${a.top} C${x1},${top} ${x2},${top} ${x2},${b.top - 5}`;
    this.arcs.append(svg("path", { d: path, class: `ctn-arc ctn-${kind}` }));
    this.arcs.append(svg("path", { d: `M${x2 - 4},${b.top - 7} L${x2},${b.top - 1} L${x2 + 4},${b.top - 7} Z`, class: `ctn-tip ctn-${kind}` }));
    if (!label) return;
    const x = (x1 + x2) / 2; // the name stands between two lines of text, where it hides no word
    const width = 12 + 5.6 * Array.from(label).length;
    const pill = svg("rect", { x: x - width / 2, y: level - 14, width, height: 13, rx: 6.5 });
    this.arcs.append(svg("g", { class: `ctn-${kind}` }, pill, svg("text", { x, y: level - 4 }, label)));
  }

  /** The code point at a place of the page, or null outside the text. */
  pointOf(node, offset) {
    let unit = this.starts.get(node);
    if (unit !== undefined) return this.codec.fromUnits(unit + offset);
    if (!this.text.contains(node)) return null;
    const walker = document.createTreeWalker(this.text, NodeFilter.SHOW_TEXT);
    const limit = document.createRange();
    limit.setStart(node, offset);
    while (walker.nextNode()) {
      unit = this.starts.get(walker.currentNode);
      if (unit !== undefined && limit.comparePoint(walker.currentNode, 0) >= 0) return this.codec.fromUnits(unit);
    }
    return this.codec.length;
  }

  /** The code point nearest to a place that may lie beside the text or out of sight. */
  nearest(x, y) {
    const box = this.text.getBoundingClientRect();
    const pane = this.element.parentElement.getBoundingClientRect();
    const clamp = (value, low, high) => Math.max(low + 2, Math.min(value, high - 2));
    const [top, bottom] = [Math.max(box.top, pane.top), Math.min(box.bottom, pane.bottom)];
    return this.pointAt(clamp(x, box.left, box.right), clamp(y, top, bottom)) ?? 0;
  }

  pointAt(x, y) {
    const spot = document.caretPositionFromPoint?.(x, y);
    if (spot) return this.pointOf(spot.offsetNode, spot.offset);
    const range = document.caretRangeFromPoint?.(x, y); // Safari
    return range ? this.pointOf(range.startContainer, range.startOffset) : null;
  }
}

function toPairs(flat) {
  const pairs = [];
  for (let place = 0; place + 1 < flat.length; place += 2) pairs.push([flat[place], flat[place + 1]]);
  return pairs;
}

/** One piece between two borders: lines of its frames in their lanes, frames of its slots, codes where marks begin. */
function drawPiece(node, start, end, members, lanes) {
  const piece = h("span", { class: "ctn-piece" }, node);
  const frames = members.filter((member) => member.kind === "frame");
  if (frames.length > 0) drawLines(piece, frames, lanes);
  const signs = members.filter((member) => member.start === start && member.sign).map((member) => member.sign);
  if (signs.length > 0) piece.dataset.signs = [...new Set(signs)].join(" ");
  for (const slot of members.filter((member) => member.kind === "slot")) {
    piece.classList.add("ctn-slot", `ctn-${slot.role}`);
    if (slot.start === start) piece.classList.add("ctn-opens");
    if (slot.end === end) piece.classList.add("ctn-closes");
  }
  for (const look of ["pending", "fading", "suggested", "evidence", "flagged", "stale"]) {
    if (members.some((member) => member.look?.includes(look))) piece.classList.add(`ctn-${look}`);
  }
  return piece;
}

function drawLines(piece, frames, lanes) {
  const byLane = new Map(frames.map((frame) => [frame.lane, frame]));
  const images = [...byLane.values()].map((frame) => `var(--ct-u${frame.colour}-${frame.line})`);
  const places = [...byLane.keys()].map((lane) => `0 calc(100% - ${(lanes - 1 - lane) * LANE}px)`);
  piece.classList.add("ctn-framed");
  piece.style.setProperty("--ct-tint", `var(--ct-c${frames[0].colour})`);
  piece.style.backgroundImage = images.join(",");
  piece.style.backgroundPosition = places.join(",");
}
