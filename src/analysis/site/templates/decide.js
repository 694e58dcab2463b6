"use strict";
// Adds up the tallies of this page as a reader chooses. Without it the page shows the definitions that were tried.
(() => {
  const all = JSON.parse(document.getElementById("tallies").textContent);
  const find = id => document.getElementById(id);
  const said = number => number.toLocaleString("en");
  const groups = [...document.querySelectorAll("[data-group]")], MIXED = 1 << groups.length;
  const scope = () => (find("scope") ? find("scope").value : "all");

  const count = (choice, named) => {
    const owner = all.owners.indexOf(choice.scope), agencies = new Map(), weeks = new Map();
    let total = 0;
    for (const cell of all.cells) {
      let rows = 0;
      for (let at = 3; at < cell.length; at += 3) {
        const mask = cell[at + 1];
        if ((owner < 0 || cell[at] === owner) && mask & choice.groups && !(choice.mixed && mask & MIXED)) rows += cell[at + 2];
      }
      if (!rows) continue;
      const counted = choice.distinct ? cell[2] : cell[2] * rows;
      total += counted;
      agencies.set(cell[0], (agencies.get(cell[0]) || 0) + counted);
      if (named) weeks.set(`${cell[1]} ${cell[0]}`, (weeks.get(`${cell[1]} ${cell[0]}`) || 0) + counted);
    }
    const order = [...agencies].filter(([at]) => at >= 0).sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    const without = choice.largest && order.length ? order.shift() : null;
    if (without) total -= without[1];
    const byWeek = new Map();
    for (const [key, counted] of weeks) {
      const [week, agency] = key.split(" ").map(Number);
      if (!without || agency !== without[0]) byWeek.set(week, (byWeek.get(week) || 0) + counted);
    }
    return { total, order, without, byWeek };
  };

  const chosen = () => ({
    groups: groups.reduce((mask, box, at) => mask | (box.checked ? 1 << at : 0), 0),
    mixed: find("mixed").checked, largest: find("largest").checked, distinct: find("distinct").checked, scope: scope(),
  });

  // every choice with its total, for one scope: what a published number would need is looked up in it
  const every = new Map();
  const choices = where => {
    if (!every.has(where)) {
      const found = [];
      for (let bits = 0; bits < MIXED * 8; bits++) {
        const choice = {
          groups: bits % MIXED, mixed: !!(bits & MIXED), largest: !!(bits & MIXED * 2), distinct: !!(bits & MIXED * 4), scope: where,
        };
        if (choice.groups && !(choice.distinct && find("distinct").disabled)) found.push([choice, count(choice).total]);
      }
      every.set(where, found);
    }
    return every.get(where);
  };

  const steps = (from, to) => [
    ...groups.flatMap((box, at) => (from.groups ^ to.groups) & 1 << at ? [`${to.groups & 1 << at ? "count" : "do not count"} ${all.groups[at]}`] : []),
    ...(from.mixed !== to.mixed ? [`${to.mixed ? "leave out" : "keep"} reasons that name another crime too`] : []),
    ...(from.largest !== to.largest ? [`${to.largest ? "leave out" : "keep"} the agency with most of them`] : []),
    ...(from.distinct !== to.distinct ? [to.distinct ? "count each search once" : "count rows"] : []),
  ];

  const needs = (choice, total) => all.published.map(([text, value]) => {
    if (choice.scope !== all.published_scope) return `Published (${all.published_scope}): ${text}.`;
    const first = `Published: ${text}. Your choice gives ${total === value ? "exactly that" : `${said(Math.abs(total - value))} ${total > value ? "more" : "fewer"}`}.`;
    const tried = choices(choice.scope), fit = tried.filter(([, counted]) => counted === value);
    if (!fit.length) {
      const near = tried.reduce((best, one) => Math.abs(one[1] - value) < Math.abs(best[1] - value) ? one : best);
      return `${first} None of ${said(tried.length)} choices gives it; the nearest gives ${said(near[1])}.`;
    }
    const ways = `${said(fit.length)} of ${said(tried.length)} choices give it`;
    if (total === value) return `${first} ${ways}.`;
    const least = fit.map(([other]) => steps(choice, other)).reduce((best, one) => one.length < best.length ? one : best);
    return `${first} ${ways}; the nearest to yours: ${least.join("; ")}.`;
  }).join(" ");

  const line = (body, ...cells) => {
    const row = body.insertRow();
    cells.forEach((cell, at) => {
      const made = row.appendChild(document.createElement(at ? "td" : "th"));
      if (at) made.className = typeof cell === "string" ? "number" : ""; else made.scope = "row";
      made.append(cell);
    });
  };

  const show = () => {
    const choice = chosen(), found = count(choice, true), [rows, searches] = all.of[choice.scope] || [null, null];
    const of = choice.distinct ? searches : rows;
    const percent = (part, whole) => {  // as wording.percent says it
      const share = 100 * part / whole;
      let decimals = share && share < 1 ? 1 - Math.floor(Math.log10(share)) : 1;
      while (share < 100 && Number(share.toFixed(decimals)) === 100) decimals++;
      return share ? `${share.toFixed(decimals)}%` : "0%";
    };
    find("total").textContent = `${said(found.total)}${of ? ` of ${said(of)}` : ""} ${choice.distinct ? "different searches" : "rows"} ` +
      `${of ? `(${percent(found.total, of)}) ` : ""}count, from ${all.agencies.length ? `${said(found.order.length)} agencies` : "agencies that the log does not name"}` +
      `${found.without ? `, without ${all.agencies[found.without[0]]} (${said(found.without[1])})` : ""}.`;
    find("needs").textContent = needs(choice, found.total);
    const agencies = find("by-agency"), weeks = find("by-week");
    agencies.replaceChildren();
    weeks.replaceChildren();
    found.order.slice(0, 10).forEach(([at, counted]) => line(agencies, all.agencies[at], said(counted), percent(counted, found.total)));
    const most = Math.max(...found.byWeek.values(), 1);
    all.weeks.forEach((week, at) => {
      const counted = found.byWeek.get(at) || 0, bar = document.createElement("span");
      bar.className = "bar";
      bar.style.width = `${100 * counted / most}%`;
      line(weeks, week.slice(0, 10), said(counted), bar);
    });
  };

  const preset = mask => groups.forEach((box, at) => { box.checked = !!(mask & 1 << at); });
  document.querySelectorAll("[data-preset]").forEach(button =>
    button.addEventListener("click", () => { preset(all.presets[button.dataset.preset]); show(); }));
  find("decide").addEventListener("change", show);
  preset(all.presets.Core);
  if (find("scope") && all.owners.includes(all.published_scope)) find("scope").value = all.published_scope;
  find("decide").hidden = false;
  show();
})();
