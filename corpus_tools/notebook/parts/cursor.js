// The cursor: a token, or tokens from an anchor to a focus, whose two ends can be nudged by single characters.

class Cursor {
  constructor(page) {
    this.page = page;
    this.collapse(0);
  }

  collapse(token) {
    this.anchor = this.focus = Math.max(0, Math.min(token, this.page.tokens.length - 1));
    this.nudges = [0, 0];
    this.explicit = false; // whether words were selected, and not only passed
    this.moved = true;
  }

  /** The code points that are meant: the selected ones, or those of the token. */
  get span() {
    const [first, last] = [Math.min(this.anchor, this.focus), Math.max(this.anchor, this.focus)];
    return [this.page.tokens[first][0] + this.nudges[0], this.page.tokens[last][1] + this.nudges[1]];
  }

  get sentence() {
    return this.page.sentenceAt(this.page.tokens[this.focus][0]);
  }

  move(steps, extend) {
    if (extend) this.extend(this.focus + steps);
    else this.collapse(steps > 0 ? Math.max(this.anchor, this.focus) + steps : Math.min(this.anchor, this.focus) + steps);
  }

  extend(token) {
    const to = Math.max(0, Math.min(token, this.page.tokens.length - 1));
    const backward = to < this.anchor;
    this.focus = to;
    this.nudges = backward ? [0, this.nudges[1]] : [this.nudges[0], 0];
    this.explicit = this.moved = true;
  }

  /** Select [start, end) whatever the tokens are; `snap` widens it to whole tokens. */
  select(start, end, snap = false) {
    this.anchor = this.page.tokenAt(start);
    this.focus = Math.max(this.anchor, this.page.tokenAt(Math.max(start, end - 1)));
    if (this.page.tokens[this.anchor][1] <= start && this.anchor < this.focus) this.anchor += 1; // began in the space before
    const [first, last] = [this.page.tokens[this.anchor][0], this.page.tokens[this.focus][1]];
    this.nudges = snap ? [0, 0] : [start - first, end - last];
    this.explicit = this.moved = true;
  }

  /** Move one end by a character: the last one, or with `start` the first. A nudge never empties the selection. */
  nudge(step, start) {
    const [low, high] = this.span;
    const [a, b] = start ? [low + step, high] : [low, high + step];
    if (a < 0 || b > this.page.codec.length || a >= b) return;
    this.nudges = start ? [this.nudges[0] + step, this.nudges[1]] : [this.nudges[0], this.nudges[1] + step];
    this.explicit = this.moved = true;
  }

  moveSentence(steps, extend) {
    const to = Math.max(0, Math.min(this.sentence + steps, this.page.blocks.length - 1));
    const atStart = this.focus === this.firstOf(this.sentence);
    const goal = steps < 0 && !atStart && !extend ? this.sentence : to;
    const token = extend && steps > 0 ? this.lastOf(goal) : this.firstOf(goal);
    if (extend) this.extend(token);
    else this.collapse(token);
  }

  /** Select the sentence; when it is selected already, the next (1) or previous (-1) one with it. */
  growSentence(direction) {
    const [first, last] = [Math.min(this.anchor, this.focus), Math.max(this.anchor, this.focus)];
    const [from, to] = [this.sentenceOf(first), this.sentenceOf(last)];
    const whole = this.explicit && first === this.firstOf(from) && last === this.lastOf(to);
    const low = Math.max(0, whole && direction < 0 ? from - 1 : from);
    const high = Math.min(this.page.blocks.length - 1, whole && direction > 0 ? to + 1 : to);
    this.collapse(this.firstOf(low));
    this.extend(this.lastOf(high));
  }

  edge(end, extend) {
    const token = end ? this.lastOf(this.sentence) : this.firstOf(this.sentence);
    if (extend) this.extend(token);
    else this.collapse(token);
  }

  sentenceOf(token) {
    return this.page.sentenceAt(this.page.tokens[token][0]);
  }

  firstOf(sentence) {
    const { start } = this.page.blocks[sentence];
    const token = this.page.tokenAt(start);
    return this.page.tokens[token][0] < start && token + 1 < this.page.tokens.length ? token + 1 : token;
  }

  lastOf(sentence) {
    return Math.max(this.firstOf(sentence), this.page.tokenAt(this.page.blocks[sentence].end - 1));
  }

  save() {
    return { anchor: this.anchor, focus: this.focus, nudges: this.nudges, explicit: this.explicit };
  }

  restore(saved) {
    const count = this.page.tokens.length;
    if (!saved || !(saved.anchor < count) || !(saved.focus < count)) return;
    Object.assign(this, { anchor: saved.anchor, focus: saved.focus, nudges: [...saved.nudges], explicit: saved.explicit });
  }
}
