/**
 * What a person would see go wrong in the layout, as short lines; runs in the page. A text that ends in
 * "…" and a place that scrolls are no faults: they are how a page says that there is more.
 */
export function layoutFaults(): string[] {
  const found = new Set<string>();
  /** Rounding, and the half pixel of a border. */
  const slack = 1.5;
  const words = (element: Element) => (element.textContent ?? "").trim().slice(0, 40);
  const named = (element: Element) =>
    `${element.tagName.toLowerCase()} ${JSON.stringify(words(element))} .${String(element.getAttribute("class")).slice(0, 60)}`;
  const say = (fault: string, element: Element) => found.add(`${fault}: ${named(element)}`);

  const scrolls = (style: CSSStyleDeclaration) => /auto|scroll/.test(style.overflowX);
  const shortens = (style: CSSStyleDeclaration) =>
    style.overflowX !== "visible" &&
    ((style.textOverflow === "ellipsis" && !/flex|grid/.test(style.display)) ||
      style.webkitLineClamp !== "none");
  /** What is there for those who hear the page is clipped to a pixel. */
  const isClipped = (element: Element) => {
    const { position, clipPath, overflowX } = getComputedStyle(element);
    return position === "absolute" && overflowX === "hidden" && clipPath !== "none";
  };
  const isUnseen = (element: Element) => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return true;
    if (element.closest("svg, option, [hidden]") !== null) return true;
    for (let at: Element | null = element; at !== null; at = at.parentElement)
      if (isClipped(at)) return true;
    return false;
  };
  const isInline = (style: CSSStyleDeclaration) => /^(inline|contents)$/.test(style.display);
  const isFlowing = (style: CSSStyleDeclaration) => /^(static|relative)$/.test(style.position);

  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth)
    found.add(`the page is ${root.scrollWidth - root.clientWidth} px wider than the window`);

  const ancestor = (element: Element, fits: (style: CSSStyleDeclaration) => boolean) => {
    for (let at = element.parentElement; at !== null; at = at.parentElement)
      if (fits(getComputedStyle(at))) return at;
    return root;
  };
  const isWithin = (inner: DOMRect, outer: DOMRect) =>
    inner.left >= outer.left - slack &&
    inner.right <= outer.right + slack &&
    inner.top >= outer.top - slack &&
    inner.bottom <= outer.bottom + slack;

  for (const element of document.body.querySelectorAll("*")) {
    if (isUnseen(element)) continue;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;

    // What a box cuts off without a word.
    if (
      /hidden|clip/.test(style.overflowX) &&
      !shortens(style) &&
      !/^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) &&
      (element.scrollWidth > element.clientWidth + slack ||
        element.scrollHeight > element.clientHeight + slack)
    )
      say("cuts off what is in it", element);

    // A box outside the one that holds it.
    const parent = element.parentElement;
    if (parent !== null && !isInline(style) && isFlowing(style)) {
      const holder = ancestor(element, (one) => !isInline(one));
      const around = getComputedStyle(holder);
      if (!scrolls(around) && !shortens(around) && !isWithin(box, holder.getBoundingClientRect()))
        say("is outside of its box", element);
    }

    // Two that stand in one another's way.
    const children = [...element.children].filter((child) => {
      const own = getComputedStyle(child);
      return !isUnseen(child) && !isInline(own) && own.pointerEvents !== "none";
    });
    const kinds = new Map<string, Element[]>();
    for (const child of children) {
      const { position } = getComputedStyle(child);
      const kind = /^(static|relative)$/.test(position) ? "flow" : position;
      kinds.set(kind, [...(kinds.get(kind) ?? []), child]);
    }
    for (const alike of kinds.values())
      alike.forEach((one, index) => {
        const a = one.getBoundingClientRect();
        for (const other of alike.slice(index + 1)) {
          const b = other.getBoundingClientRect();
          const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
          const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
          if (across > slack && down > slack) say(`overlaps ${named(other)}`, one);
        }
      });
  }

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const element = node.parentElement;
    if (element === null || node.textContent?.trim() === "" || isUnseen(element)) continue;
    if (element.closest("script, style, noscript, textarea") !== null) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const lines = [...range.getClientRects()].filter(({ width }) => width > 0);
    const style = getComputedStyle(element);
    const block = isInline(style) ? ancestor(element, (one) => !isInline(one)) : element;
    const around = getComputedStyle(block);

    // Letters that run over the border of their box.
    const isMovable = ancestor(block, scrolls) !== root;
    if (!isMovable && !scrolls(around) && !shortens(around)) {
      const { left, right } = block.getBoundingClientRect();
      if (lines.some((line) => line.left < left - slack || line.right > right + slack))
        say("its text runs over", block);
    }

    // What is read at a glance stands on one line.
    const glance = element.closest(
      'button, h1, h2, h3, th, nav a, [role="tab"], span[class*="rounded"]',
    );
    const tops = new Set(lines.map(({ top }) => Math.round(top)));
    const isShown = getComputedStyle(block).webkitLineClamp === "none";
    if (glance !== null && isShown && tops.size > 1 && element.closest("p, dd") === null)
      say("stands on more than one line", glance);
  }
  return [...found];
}
