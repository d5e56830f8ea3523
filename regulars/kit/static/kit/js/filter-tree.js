/* A filter between its JSON and what the builder holds, and in words. No page needed: this part is pure. */
(() => {
  "use strict";
  const JOINS = ["and", "or"];
  const TIMES = ["at_least", "at_most", "exactly"];
  const group = (join = "and", parts = []) => ({ kind: "group", join, parts });
  const filled = (value) => value != null && value !== "" && !(Array.isArray(value) && value.length === 0) && !(typeof value === "object" && !Array.isArray(value) && (value.amount == null || value.amount === ""));

  /** Read JSON into a group of parts. */
  function read(tree) {
    const made = tree && Object.keys(tree).length ? part(tree) : group();
    return made.kind === "group" ? made : group("and", [made]);
  }
  function part(node) {
    const join = JOINS.find((name) => name in node);
    if (join) return group(join, node[join].map(part));
    if ("not" in node) {
      const inner = part(node.not);
      return group("none", inner.kind === "group" && inner.join === "or" ? inner.parts : [inner]);
    }
    if ("did" in node) return did(node);
    return { kind: "test", field: node.field, op: node.op, value: node.value };
  }
  function did(node) {
    const times = node.never ? "never" : TIMES.find((name) => node[name] != null) ?? "at_least";
    const span = node.between ? "between" : node.within_days != null ? "within" : "ever";
    return { kind: "did", did: node.did, times, count: node[times] === true ? 1 : node[times] ?? 1, most: times === "at_least" ? node.at_most : undefined, span, days: node.within_days ?? 90, from: node.between?.[0] ?? "", to: node.between?.[1] ?? "", where: node.where ? read(node.where) : null };
  }

  /** Write JSON; parts that are not finished are left out. */
  function write(made, catalogue) {
    if (made.kind === "group") return writeGroup(made, catalogue);
    return made.kind === "did" ? writeDid(made, catalogue) : writeTest(made, catalogue);
  }
  function writeGroup(made, catalogue) {
    const parts = made.parts.map((one) => write(one, catalogue)).filter(Boolean);
    if (!parts.length) return null;
    if (made.join === "none") return { not: { or: parts } };
    return parts.length === 1 ? parts[0] : { [made.join]: parts };
  }
  function writeTest({ field, op, value }, catalogue) {
    const operator = find(find(catalogue.fields, field)?.operators, op);
    if (!operator) return null;
    if (operator.arity === "none") return { field, op };
    const whole = operator.arity !== "two" || (value?.length === 2 && value.every(filled));
    return filled(value) && whole ? { field, op, value } : null;
  }
  function writeDid(made, catalogue) {
    const behaviour = find(catalogue.behaviours, made.did);
    if (!behaviour) return null;
    const node = { did: made.did, [made.times]: made.times === "never" ? true : Number(made.count) || (made.times === "at_least" ? 1 : 0) };
    if (made.most != null && made.times === "at_least") node.at_most = made.most;
    if (made.span === "within") node.within_days = Number(made.days) || 0;
    if (made.span === "between" && made.from && made.to) node.between = [made.from, made.to];
    const where = made.where && writeGroup(made.where, { fields: behaviour.where ?? [], behaviours: [] });
    if (where) node.where = where;
    return node;
  }
  const find = (list, name) => list?.find((one) => one.name === name);

  /** Say a part in words. */
  function say(made, catalogue, words, labels) {
    if (made.kind === "group") {
      const glue = { and: words.and, or: words.or, none: words.nor }[made.join];
      const said = made.parts.map((one) => say(one, catalogue, words, labels)).filter(Boolean).join(` ${glue} `);
      return made.join === "none" ? `${words.none} ${said}` : said;
    }
    return made.kind === "did" ? sayDid(made, catalogue, words) : sayTest(made, catalogue, words, labels);
  }
  function sayTest({ field, op, value }, catalogue, words, labels) {
    const known = find(catalogue.fields, field);
    const operator = find(known?.operators, op);
    if (!known || !operator) return field ?? "";
    return [known.label, operator.label, operator.arity === "none" ? "" : sayValue(value, known, operator, words, labels)].filter(Boolean).join(" ");
  }
  function sayValue(value, known, operator, words, labels) {
    if (Array.isArray(value)) return value.map((one) => sayValue(one, known, { ...operator, arity: "one" }, words, labels)).join(operator.arity === "two" ? " – " : ", ");
    if (operator.value_type === "days") return `${value} ${words.days}`;
    if (value && typeof value === "object") return `${value.amount} ${value.currency ?? ""}`.trim();
    if (typeof value === "boolean") return value ? words.yes : words.no;
    if (value === "me") return words.me;
    return known.choices?.find((choice) => String(choice.value) === String(value))?.label ?? labels?.get(`${field(known)}:${value}`) ?? String(value ?? "…");
  }
  const field = (known) => known.refers_to ?? known.name;
  function sayDid(made, catalogue, words) {
    const behaviour = find(catalogue.behaviours, made.did);
    const label = behaviour?.label ?? made.did;
    const span = made.span === "within" ? ` ${words.in_the_last} ${made.days} ${words.days}` : made.span === "between" ? ` ${made.from} – ${made.to}` : "";
    if (made.times === "never") return `${words.never} ${label}${span}`;
    const times = made.times === "at_least" && Number(made.count) === 1 ? "" : ` ${words[made.times]} ${made.count} ${words.times}`;
    return `${label}${times}${span}${made.where ? " …" : ""}`;
  }

  (globalThis.Regulars ??= {}).filterTree = { read, write, say, group, filled };
})();
