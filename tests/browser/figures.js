// Reads a page as its reader would, and works every figure out again from the document that the page carries.
() => {
  const held = JSON.parse(document.getElementById("document").textContent);

  const found = (steps) => {
    let items = [held];
    let several = false;
    for (const step of steps) {
      if (step === null) {
        items = items.flatMap((item) => (Array.isArray(item) ? item : Object.values(item)));
        several = true;
      } else if (typeof step === "object") {
        const fits = (part) => Object.entries(step).every(([key, value]) => part[key] === value);
        items = items.flatMap((item) => item.filter(fits));
        several = true;
      } else {
        items = items.map((item) => {
          if (!(step in item)) throw new Error(`nothing at ${JSON.stringify(steps)}`);
          return item[step];
        });
      }
    }
    return several ? items : items[0];
  };

  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const operations = {
    "+": (...values) => sum(values),
    "-": (a, b) => a - b,
    "*": (a, b) => a * b,
    "/": (a, b) => (b ? a / b : null),
    sum,
    min: (values) => (values.length ? Math.min(...values) : 0),
    max: (values) => (values.length ? Math.max(...values) : 0),
    count: (values) => values.length,
    at: (values, position) => values[position],
    dot: (a, b) => sum(a.map((value, index) => value * b[index])),
    cols: (rows) => (rows.length ? rows[0].map((_, index) => sum(rows.map((row) => row[index]))) : []),
    whole: (rows, divisor) => rows.map((row) => row.map((value) => Math.ceil(value / divisor))),
  };

  const worth = (formula) => {
    if (Array.isArray(formula)) {
      const values = formula.slice(1).map(worth);
      return values.some((value) => value === null) ? null : operations[formula[0]](...values);
    }
    return typeof formula === "object" ? found(formula.p) : formula;
  };

  const number = (text) => {
    const match = text.replace(/,/g, "").match(/^[+-]?\d+(\.\d+)?/);
    return match ? { value: Number(match[0]), digits: (match[1] || ".").length - 1 } : null;
  };

  // What is wrong with one figure: "" where it is what its formula comes to, rounded to the digits it is shown with.
  const fault = (element) => {
    const text = element.textContent;
    const exact = worth(JSON.parse(element.dataset.of));
    const shown = number(text);
    if (exact === null || exact === undefined) return shown === null ? "" : `${text} is shown for what is not known`;
    if (shown === null) return `${text} is no number, and ${exact} is known`;
    const unit = 10 ** -shown.digits;
    const off = shown.value - exact;
    const dust = 1e-9 * Math.max(1, Math.abs(exact));
    const round = element.dataset.round;
    if (round === "adds") return Math.abs(off) < unit + dust ? "" : `${text} for ${exact}`;
    if (round === "up") return off > -1e-6 - dust && off < unit + dust ? "" : `${text} for ${exact}, rounded up`;
    return Math.abs(off) <= unit / 2 + dust ? "" : `${text} for ${exact}`;
  };

  // Texts with digits that are no figures: each must be a text of the document, or a word of the page.
  const words = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const parent = node.parentElement;
      if (parent.closest("script, style, svg, [data-of]")) continue;
      if (/\d/.test(node.textContent)) texts.push(node.textContent.trim());
    }
    return [...new Set(texts)];
  };

  // Each mark of a chart with its length, and the figure that a table of its section has for it.
  const marks = () => {
    const all = [];
    document.querySelectorAll("figure").forEach((figure, chart) => {
      let next = figure.nextElementSibling;
      while (next && !next.matches("details.data")) next = next.nextElementSibling;
      const table = next.querySelector("table");
      const columns = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent);
      const rows = [...table.querySelectorAll("tbody tr")];
      figure.querySelectorAll("svg.wide title").forEach((title) => {
        const split = title.textContent.lastIndexOf(" · ");
        const colon = title.textContent.lastIndexOf(": ");
        const [row, column] = [title.textContent.slice(0, split), title.textContent.slice(split + 3, colon)];
        const said = number(title.textContent.slice(colon + 2));
        const line = rows.find((item) => item.cells[0].textContent === row);
        const cell = line && line.cells[columns.lastIndexOf(column)];
        const box = title.parentElement.getBBox();
        const value = cell ? worth(JSON.parse(cell.querySelector("[data-of]").dataset.of)) : null;
        const wrong = cell && Math.abs(said.value - value) > 0.5 * 10 ** -said.digits + 1e-9 * Math.abs(value);
        all.push({ chart, title: title.textContent, value, wrong, width: box.width, height: box.height });
      });
    });
    return all;
  };

  // Tables that are seen and must be moved sideways to be read, and labels of charts that lie on each other.
  const cut = () =>
    [...document.querySelectorAll(".scroll")]
      .filter((frame) => frame.checkVisibility() && frame.scrollWidth > frame.clientWidth + 1)
      .map((frame) => frame.getAttribute("aria-label"));
  const crossing = () =>
    [...document.querySelectorAll("svg")]
      .filter((svg) => svg.checkVisibility())
      .flatMap((svg) => {
        const labels = [...svg.querySelectorAll("text")].filter((label) => getComputedStyle(label).opacity > 0);
        const boxes = labels.map((label) => label.getBoundingClientRect()).filter((box) => box.width);
        return boxes.flatMap((box, number) => boxes.slice(number + 1).map((other) => [box, other]));
      })
      .filter(
        ([a, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3,
      ).length;

  window.fleetopt = {
    cut,
    crossing,
    figures: () => document.querySelectorAll("[data-of]").length,
    faults: () => [...document.querySelectorAll("[data-of]")].map(fault).filter((text) => text),
    words,
    marks,
  };
}
