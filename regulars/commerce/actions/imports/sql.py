"""The statements that merge a staged chunk of orders: one for each noun.

`import_customer` says whom each customer row means, `import_known` which orders were there before, `import_fresh` which are
made now; what cannot be taken in is deleted from the staging tables once its rows are refused.
"""

from regulars.commerce.engine.order_rows import LINE_COLUMNS, ORDER_COLUMNS

_TYPES = {
    "first_row": "integer", "customer_row": "integer", "placed_at": "timestamptz", "row_number": "integer", "again": "integer",
    "quantity": "numeric", "unit_price": "numeric", "custom": "jsonb", **dict.fromkeys(
        ("shipping_minor", "discount_minor", "tax_minor", "total_minor", "refund_minor"), "bigint"),
}  # fmt: skip


def _columns(names: tuple[str, ...]) -> str:
    return ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in names)


STAGING = f"""
CREATE TEMP TABLE IF NOT EXISTS import_order ({_columns(ORDER_COLUMNS)}, PRIMARY KEY (number)) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS import_line ({_columns(LINE_COLUMNS)}, PRIMARY KEY (row_number)) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS import_customer (customer_row integer PRIMARY KEY, person_id bigint) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS import_known
    (number text PRIMARY KEY, order_id bigint, is_seen boolean, line_count integer) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS import_fresh (number text PRIMARY KEY, order_id bigint) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS import_more (row_number integer, order_id bigint) ON COMMIT DELETE ROWS;
TRUNCATE import_order, import_line, import_customer, import_known, import_fresh, import_more;
"""
COPY_ORDERS = f"COPY import_order ({', '.join(ORDER_COLUMNS)}) FROM STDIN"
COPY_LINES = f"COPY import_line ({', '.join(LINE_COLUMNS)}) FROM STDIN"
ANALYSE = "ANALYZE import_order (number); ANALYZE import_line (number, sku)"
# After the people of the chunk are merged; scalar look-ups, so that the planner cannot choose to read a whole table.
CUSTOMERS = """
INSERT INTO import_customer
SELECT row_number, min(person_id) FROM (
    SELECT x.row_number, (SELECT i.person_id FROM people_identity i WHERE i.kind = x.kind AND i.value = x.value
                          AND i.ended_at IS NULL AND NOT i.is_shared) AS person_id
    FROM import_identity x) AS found
WHERE person_id IS NOT NULL GROUP BY row_number
"""
DROP_LINES = """
WITH gone AS (DELETE FROM import_order WHERE number = ANY(%(numbers)s))
DELETE FROM import_line WHERE number = ANY(%(numbers)s)
"""
KNOWN = """
INSERT INTO import_known
SELECT number, order_id, number = ANY(%(seen)s), (SELECT o.line_count FROM commerce_order o WHERE o.id = found.order_id)
FROM (SELECT s.number, (SELECT o.id FROM commerce_order o WHERE o.source = %(source)s AND o.number = s.number
                        AND o.deleted_at IS NULL) AS order_id FROM import_order s) AS found
WHERE order_id IS NOT NULL
"""
LOCK_KNOWN = """
SELECT count(*) FROM (SELECT o.id FROM commerce_order o WHERE o.id IN (SELECT order_id FROM import_known) ORDER BY o.id FOR UPDATE) AS held
"""
NO_RATE = """
SELECT s.number, s.currency FROM import_order s WHERE s.currency <> %(base)s AND (
    SELECT r.rate FROM commerce_exchangerate r WHERE r.currency = s.currency
    AND r.day <= (s.placed_at AT TIME ZONE %(zone)s)::date ORDER BY r.day DESC LIMIT 1) IS NULL
"""
PRODUCTS = """
WITH sold AS MATERIALIZED (SELECT DISTINCT l.sku FROM import_line l WHERE l.kind = 'product' AND l.sku <> ''),
fresh AS MATERIALIZED (
    SELECT s.sku FROM sold s
    WHERE NOT EXISTS (SELECT FROM commerce_product p WHERE p.sku = s.sku AND p.deleted_at IS NULL OFFSET 0))
INSERT INTO commerce_product (sku, name, price_minor, currency, is_active, custom, is_demo, created_at, updated_at)
SELECT l.sku, coalesce((array_agg(l.name ORDER BY l.name = l.sku, l.row_number))[1], l.sku),
    round((array_agg(l.unit_price ORDER BY l.row_number DESC))[1] * 10 ^ %(exponent)s)::bigint, %(currency)s, true, '{}',
    %(is_demo)s, %(at)s, %(at)s
FROM fresh f JOIN import_line l ON l.sku = f.sku AND l.kind = 'product'
GROUP BY l.sku ORDER BY l.sku ON CONFLICT (sku) WHERE deleted_at IS NULL DO NOTHING
"""
FRESH = """
INSERT INTO import_fresh
SELECT number, nextval((SELECT pg_get_serial_sequence('commerce_order', 'id'))::regclass) FROM (
    SELECT s.number FROM import_order s
    WHERE NOT EXISTS (SELECT FROM import_known k WHERE k.number = s.number) ORDER BY s.first_row) AS unknown
"""
_WORTH = """
    CASE WHEN s.currency = %(base)s THEN 1 ELSE (
        SELECT r.rate FROM commerce_exchangerate r WHERE r.currency = s.currency
        AND r.day <= (s.placed_at AT TIME ZONE %(zone)s)::date ORDER BY r.day DESC LIMIT 1)
        * 10::numeric ^ (%(base_exponent)s - coalesce((%(exponents)s::jsonb ->> s.currency)::int, 2)) END
"""
NEW_ORDERS = f"""
INSERT INTO commerce_order (
    id, source, number, person_id, placed_at, status, currency, total_minor, refunded_minor, shipping_minor, discount_minor,
    tax_minor, base_minor, base_refunded_minor, line_count, channel, campaign, coupon, country, custom, is_demo, created_at,
    updated_at, version)
SELECT f.order_id, %(source)s, s.number, c.person_id, s.placed_at, s.status, s.currency, t.total, 0,
    coalesce(s.shipping_minor, 0), coalesce(s.discount_minor, 0), coalesce(s.tax_minor, 0), round(t.total * ({_WORTH})), 0, t.lines,
    s.channel, s.campaign, s.coupon, coalesce(nullif(s.country, ''), p.country, ''), coalesce(s.custom, '{{}}'), %(is_demo)s, %(at)s, %(at)s, 1
FROM import_fresh f JOIN import_order s ON s.number = f.number
JOIN (SELECT o.number, count(l.row_number) AS lines,
        coalesce(o.total_minor, sum(l.total_minor) + coalesce(o.shipping_minor, 0) - coalesce(o.discount_minor, 0)) AS total
      FROM import_order o JOIN import_line l ON l.number = o.number GROUP BY o.number) AS t ON t.number = f.number
LEFT JOIN import_customer c ON c.customer_row = s.customer_row LEFT JOIN people_person p ON p.id = c.person_id
ORDER BY f.order_id
"""
NEW_LINES = """
INSERT INTO commerce_orderline (
    order_id, product_id, kind, position, sku, name, quantity, unit_price, total_minor, refunded_quantity, refunded_minor)
SELECT f.order_id, p.id, l.kind, row_number() OVER (PARTITION BY f.order_id ORDER BY l.row_number) - 1, l.sku,
    coalesce(nullif(nullif(l.name, l.sku), ''), p.name, l.sku), l.quantity, l.unit_price, l.total_minor, 0, 0
FROM import_fresh f JOIN import_line l ON l.number = f.number
LEFT JOIN commerce_product p ON p.sku = l.sku AND p.deleted_at IS NULL AND l.kind = 'product' AND l.sku <> ''
ORDER BY f.order_id, l.row_number
"""
# Lines of orders known before that are not among those written down: the same code, quantity and price, as often as before.
MORE = """
INSERT INTO import_more
SELECT l.row_number, k.order_id FROM import_line l JOIN import_known k ON k.number = l.number
LEFT JOIN (
    SELECT w.order_id, w.sku, w.quantity, w.unit_price, w.total_minor, count(*) AS times FROM commerce_orderline w
    WHERE w.order_id = ANY(ARRAY(SELECT order_id FROM import_known)) GROUP BY 1, 2, 3, 4, 5) AS written
    ON written.order_id = k.order_id AND written.sku = l.sku AND written.quantity = l.quantity
    AND written.unit_price = l.unit_price AND written.total_minor = l.total_minor
WHERE coalesce(written.times, 0) < l.again
"""
# What would change of an order that was given back in part, or was made elsewhere, is for a person to decide.
HELD = """
SELECT m.row_number FROM import_more m JOIN import_known k ON k.order_id = m.order_id JOIN commerce_order o ON o.id = m.order_id
WHERE NOT k.is_seen AND o.refunded_minor <> 0
"""
FORGET_HELD = """
DELETE FROM import_more m USING import_known k, commerce_order o
WHERE k.order_id = m.order_id AND o.id = m.order_id AND NOT k.is_seen AND o.refunded_minor <> 0
"""
REPLACED = """
DELETE FROM commerce_orderline w USING import_known k
WHERE w.order_id = k.order_id AND NOT k.is_seen AND k.order_id IN (SELECT order_id FROM import_more)
"""
# An order seen for the first time in this file gets all its lines anew; a later chunk adds to what an earlier one wrote.
MORE_LINES = """
INSERT INTO commerce_orderline (
    order_id, product_id, kind, position, sku, name, quantity, unit_price, total_minor, refunded_quantity, refunded_minor)
SELECT k.order_id, p.id, l.kind, CASE WHEN k.is_seen THEN k.line_count ELSE 0 END
        + row_number() OVER (PARTITION BY k.order_id ORDER BY l.row_number) - 1, l.sku,
    coalesce(nullif(nullif(l.name, l.sku), ''), p.name, l.sku), l.quantity, l.unit_price, l.total_minor, 0, 0
FROM import_known k JOIN import_line l ON l.number = k.number
LEFT JOIN commerce_product p ON p.sku = l.sku AND p.deleted_at IS NULL AND l.kind = 'product' AND l.sku <> ''
WHERE k.order_id IN (SELECT order_id FROM import_more)
    AND (NOT k.is_seen OR l.row_number IN (SELECT row_number FROM import_more))
ORDER BY k.order_id, l.row_number
"""
MORE_TOTALS = f"""
UPDATE commerce_order o SET total_minor = t.total, base_minor = round(t.total * ({_WORTH.replace("s.", "o.")})),
    line_count = t.lines, updated_at = %(at)s, version = o.version + 1
FROM (SELECT w.order_id, count(*) AS lines, coalesce(max(s.total_minor), sum(w.total_minor)
        + max(h.shipping_minor) - max(h.discount_minor)) AS total
      FROM commerce_orderline w JOIN commerce_order h ON h.id = w.order_id JOIN import_known k ON k.order_id = h.id
      JOIN import_order s ON s.number = k.number
      WHERE w.order_id IN (SELECT order_id FROM import_more) GROUP BY w.order_id) AS t
WHERE o.id = t.order_id
"""
# What an order says of itself besides its lines: how it stands, and who it was.
_OWN = "CASE WHEN %(fills)s THEN coalesce(s.custom, '{}') || o.custom ELSE o.custom || coalesce(s.custom, '{}') END"
HEADS = f"""
UPDATE commerce_order o SET status = s.status, channel = coalesce(nullif(s.channel, ''), o.channel),
    campaign = coalesce(nullif(s.campaign, ''), o.campaign), coupon = coalesce(nullif(s.coupon, ''), o.coupon),
    person_id = coalesce(o.person_id, c.person_id), custom = {_OWN}, updated_at = %(at)s, version = o.version + 1
FROM import_known k JOIN import_order s ON s.number = k.number
LEFT JOIN import_customer c ON c.customer_row = s.customer_row
WHERE o.id = k.order_id AND NOT k.is_seen AND (s.status, coalesce(nullif(s.channel, ''), o.channel),
    coalesce(nullif(s.campaign, ''), o.campaign), coalesce(nullif(s.coupon, ''), o.coupon), coalesce(o.person_id, c.person_id), {_OWN})
    IS DISTINCT FROM (o.status, o.channel, o.campaign, o.coupon, o.person_id, o.custom)
RETURNING s.number
"""
NEW_REFUNDS = """
WITH given AS (
    SELECT o.id, o.person_id, o.currency, least(s.refund_minor, o.total_minor) - o.refunded_minor AS amount,
        o.total_minor, o.base_minor, o.placed_at, o.number
    FROM import_order s JOIN commerce_order o ON o.source = %(source)s AND o.number = s.number AND o.deleted_at IS NULL
    WHERE s.refund_minor > 0 AND s.status <> 'cancelled'),
written AS (
    INSERT INTO commerce_refund (source, number, order_id, person_id, refunded_at, amount_minor, base_minor, currency, reason,
        is_demo, created_at)
    SELECT %(source)s, left(number, 70) || '-refund', id, person_id, placed_at, amount,
        round(base_minor::numeric * amount / nullif(total_minor, 0)), currency, '', %(is_demo)s, %(at)s
    FROM given WHERE amount > 0 ORDER BY id RETURNING id, order_id, amount_minor, base_minor),
settled AS (
    UPDATE commerce_order o SET refunded_minor = o.refunded_minor + w.amount_minor,
        base_refunded_minor = o.base_refunded_minor + w.base_minor
    FROM written w WHERE o.id = w.order_id)
SELECT array_agg(id) FROM written
"""
PLACED = """
SELECT o.person_id, NULL::bigint, o.placed_at, left(o.channel, 30), 'order', o.id,
    o.number || ' · ' || to_char(o.total_minor / 10::numeric ^ coalesce((%s::jsonb ->> o.currency)::int, 2), 'FM999,999,999,990.00') || ' ' || o.currency, NULL::text,
    jsonb_strip_nulls(jsonb_build_object('order_id', o.id, 'number', o.number, 'total_minor', o.total_minor,
        'currency', o.currency, 'line_count', o.line_count, 'order_channel', nullif(o.channel, ''),
        'campaign', nullif(o.campaign, ''), 'coupon', nullif(o.coupon, '')))
FROM import_fresh f JOIN commerce_order o ON o.id = f.order_id
"""
LAST_TOUCH = """
UPDATE people_person p SET last_touch_at = latest.at FROM (
    SELECT o.person_id, max(o.placed_at) AS at FROM import_fresh f JOIN commerce_order o ON o.id = f.order_id
    WHERE o.person_id IS NOT NULL GROUP BY o.person_id) AS latest
WHERE p.id = latest.person_id AND (p.last_touch_at IS NULL OR p.last_touch_at < latest.at)
"""
CONCERNED = """
SELECT DISTINCT o.person_id FROM commerce_order o WHERE o.person_id IS NOT NULL AND o.id IN (
    SELECT order_id FROM import_fresh UNION ALL SELECT order_id FROM import_known)
"""
COUNT_CREATED = """
SELECT (SELECT count(*) FROM import_line l JOIN import_fresh f ON f.number = l.number)
    + (SELECT count(*) FROM import_more m JOIN import_known k ON k.order_id = m.order_id WHERE k.is_seen)
"""
COUNT_UPDATED = """
SELECT count(*) FROM import_line l JOIN import_known k ON k.number = l.number
WHERE l.number = ANY(%(heads)s) OR (NOT k.is_seen AND k.order_id IN (SELECT order_id FROM import_more))
"""
