"use strict";
// Makes the tables of a page sortable, filterable and copyable. Without it the page is complete.
(() => {
  const FEW = 8, SHORT = 3;
  const make = (name, more, ...inside) => {
    const made = Object.assign(document.createElement(name), more);
    made.append(...inside);
    return made;
  };
  const value = cell => {
    const text = cell.textContent.trim(), number = Number(text.replace(/[,%\s]/g, "").replace("−", "-"));
    return text === "" ? null : cell.classList.contains("number") && !Number.isNaN(number) ? number : text;
  };
  // a spreadsheet takes text that begins like a formula for one
  const plain = cell => {
    const text = cell.textContent.trim().replace(/\s+/g, " ");
    return /^[=+@-]/.test(text) && !/^-?[\d,.]+%?$/.test(text) ? `'${text}` : text;
  };
  const words = new Intl.Collator("en", { numeric: true });
  const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : words.compare(a, b);

  const sortable = (table, body, heads) => heads.forEach((head, at) => {
    const button = make("button", { type: "button", className: "sort" }, ...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const first = head.classList.contains("number") ? "descending" : "ascending";
      const second = first === "ascending" ? "descending" : "ascending";
      const order = head.getAttribute("aria-sort") === first ? second : first;
      heads.forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", order);
      const turn = order === "ascending" ? 1 : -1;
      const keyed = [...body.rows].map(row => [value(row.cells[at]), row]);
      keyed.sort(([a], [b]) => a === null || b === null ? (a === null) - (b === null) : turn * compare(a, b));
      body.append(...keyed.map(([, row]) => row));
    });
  });

  const filterable = (body, heads, bar) => {
    const rows = [...body.rows], said = make("output", {});
    const typed = make("input", { type: "search", autocomplete: "off" });
    bar.append(make("label", {}, "Find rows with ", typed));
    const chosen = heads.filter(head => head.classList.contains("choose")).flatMap(head => {
      const at = head.cellIndex, name = head.textContent.trim();
      const values = [...new Set(rows.map(row => row.cells[at].textContent.trim()))].sort(words.compare);
      if (values.length < 2) return [];
      const select = make("select", { ariaLabel: name }, make("option", { value: "*" }, "all"), ...values.map(one =>
        make("option", { value: one }, one || "(none)")));
      bar.append(make("label", {}, `${name} `, select));
      return [[at, select]];
    });
    bar.append(said);
    const show = () => {
      const wanted = typed.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !wanted.every(word => text.includes(word)) ||
          chosen.some(([at, select]) => select.value !== "*" && row.cells[at].textContent.trim() !== select.value);
        count += !row.hidden;
      }
      said.textContent = `${count.toLocaleString("en")} of ${rows.length.toLocaleString("en")} rows`;
    };
    // a link to the first row of a group, such as a state, shows the group alone
    const follow = () => {
      const group = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (!group || !body.contains(group)) return;
      typed.value = "";
      chosen.forEach(([at, select]) => {
        const own = group.closest("td, th"), row = group.closest("tr");
        select.value = own && own.cellIndex === at && group !== row ? row.cells[at].textContent.trim() : "*";
      });
      show();
      if (group.closest("tr") === group) group.scrollIntoView({ block: "center" });
      else bar.scrollIntoView();
    };
    typed.addEventListener("input", show);
    chosen.forEach(([, select]) => select.addEventListener("change", show));
    addEventListener("hashchange", follow);
    show();
    follow();
  };

  const copied = (table, bar) => {
    const button = make("button", { type: "button" }, "Copy");
    bar.append(button);
    button.addEventListener("click", async () => {
      const text = [...table.rows].filter(row => !row.hidden).map(row =>
        [...row.cells].map(plain).join("\t")).join("\n");
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
      } catch {
        button.textContent = "The browser does not allow it";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  };

  for (const table of document.querySelectorAll("main table")) {
    const body = table.tBodies[0], head = table.tHead && table.tHead.rows[0];
    if (!head || table.tBodies.length > 1 || body.rows.length < SHORT) continue;
    const heads = [...head.cells];
    if ([...body.rows].some(row => row.cells.length !== heads.length)) continue;
    const bar = make("div", { className: "tools" });
    if (body.rows.length >= FEW) filterable(body, heads, bar);
    copied(table, bar);
    sortable(table, body, heads.filter(one => one.textContent.trim()));
    table.closest(".scroll").before(bar);
  }
})();
