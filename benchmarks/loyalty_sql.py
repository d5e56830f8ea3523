"""The Loyalty dashboard as somebody would write it by hand in DuckDB's SQL: one query for each metric, over the month files.

Fields: `purchase_days`, `people`, `touchpoints` (lists of files), `since` and `until` (days), `z`. Told apart by period and by cohort the step
is a month. Each gives `n` with `k` or `value`, and what else a figure of ours holds by the same names; checked in the benchmark.
"""

from __future__ import annotations

from collections.abc import Mapping

BOUGHT = "read_parquet({purchase_days}) WHERE day < DATE '{until}'"

COMING_BACK = f"""
    SELECT person_id, count(*) AS days FROM {BOUGHT} AND day >= DATE '{{since}}' GROUP BY 1"""
REPURCHASE = f"SELECT count(*) AS n, count(*) FILTER (days >= 2) AS k FROM ({COMING_BACK})"
REPURCHASE_BY_COUNTRY = f"""
    SELECT coalesce(country, '') AS "group", count(*) AS n, count(*) FILTER (days >= 2) AS k
    FROM ({COMING_BACK}) JOIN read_parquet({{people}}) USING (person_id) GROUP BY 1"""

HABITS = f"""
    SELECT person_id, count(*) AS days FROM {BOUGHT} GROUP BY 1 HAVING max(day) >= DATE '{{since}}'"""
FIVE_TIMES = f"SELECT count(*) AS n, count(*) FILTER (days >= 5) AS k FROM ({HABITS})"
FIVE_TIMES_BY_CHANNEL = f"""
    SELECT coalesce(acquired_channel, '') AS "group", count(*) AS n, count(*) FILTER (days >= 5) AS k
    FROM ({HABITS}) JOIN read_parquet({{people}}) USING (person_id) GROUP BY 1"""

DAYS = f"SELECT person_id, day FROM {BOUGHT}"
# The median's interval lies between two order statistics, which the counts of each pause give without sorting all of them.
PAUSES = f"""
    WITH pauses AS (
        SELECT day, day - lag(day) OVER (PARTITION BY person_id ORDER BY day) AS gap FROM ({DAYS})),
    ended AS (SELECT gap FROM pauses WHERE gap IS NOT NULL AND day >= DATE '{{since}}'),
    told AS (
        SELECT count(*) AS n, median(gap) AS value, quantile_cont(gap, 0.9) AS p90, avg(gap) AS mean FROM ended),
    counts AS (SELECT gap, sum(count(*)) OVER (ORDER BY gap) AS up_to FROM ended GROUP BY gap)
    SELECT n, value, p90, mean,
        (SELECT min(gap) FROM counts WHERE up_to >= greatest(floor(n / 2 - sqrt(n) * {{z}} / 2), 1)) AS low,
        (SELECT min(gap) FROM counts WHERE up_to >= least(ceil(n / 2 + 1 + sqrt(n) * {{z}} / 2), n)) AS high
    FROM told"""

ENGAGEMENT = f"""
    WITH deeds AS (
        SELECT person_id, day, 10.0::DOUBLE * orders AS weight FROM {BOUGHT}
        UNION ALL
        SELECT person_id, day, CASE kind WHEN 'referral.made' THEN 8 WHEN 'message.received' THEN 4 WHEN 'link.clicked' THEN 1 ELSE 5 END
        FROM read_parquet({{touchpoints}}) WHERE person_id IS NOT NULL AND day < DATE '{{until}}' AND kind IN (
            'referral.made', 'review.given', 'satisfaction.given', 'chat.rated', 'message.received', 'link.clicked')),
    sums AS (
        SELECT person_id, sum(weight * pow(0.5, (DATE '{{until}}' - day) / 30.0)) AS raw FROM deeds GROUP BY 1),
    indexes AS (
        SELECT 100 * (1 - pow(10, -raw / (SELECT quantile_cont(raw, 0.9) FROM sums))) AS index FROM sums)
    SELECT count(*) AS n, avg(index) AS value, median(index) AS median, quantile_cont(index, 0.25) AS lower_quartile,
        quantile_cont(index, 0.75) AS upper_quartile, quantile_cont(index, 0.9) AS p90,
        avg(index) - {{z}} * stddev_samp(index) / sqrt(count(*)) AS low,
        avg(index) + {{z}} * stddev_samp(index) / sqrt(count(*)) AS high
    FROM indexes"""

KEPT = f"""
    WITH days AS ({DAYS}),
    paused AS (
        SELECT person_id, day, day - lag(day) OVER one AS gap, lead(day) OVER one AS next_on
        FROM days WINDOW one AS (PARTITION BY person_id ORDER BY day)),
    limits AS (
        SELECT person_id, CASE WHEN count(gap) >= 3 THEN quantile_cont(gap, 0.9)
            ELSE (SELECT quantile_cont(gap, 0.9) FROM paused) END AS pause
        FROM paused GROUP BY 1),
    held AS (
        SELECT person_id, day AS bought_on, least(day + floor(pause)::INTEGER + 1, next_on + 1) AS lost_on
        FROM paused JOIN limits USING (person_id)),
    months AS (
        SELECT DISTINCT date_trunc('month', day)::DATE AS first_on, least(first_on + INTERVAL 1 MONTH, DATE '{{until}}')::DATE AS last_on
        FROM days WHERE day >= DATE '{{since}}'),
    customers AS (
        SELECT first_on, bool_or(bought_on < last_on AND last_on < lost_on) AS is_kept
        FROM held JOIN months ON bought_on < last_on AND first_on < lost_on
        GROUP BY person_id, first_on HAVING bool_or(bought_on < first_on AND first_on < lost_on))
    SELECT strftime(first_on, '%Y-%m') AS "group", count(*) AS n, count(*) FILTER ({{{{flag}}}}) AS k FROM customers GROUP BY first_on"""

# The delta method's interval of a ratio of two sums over customers.
RATIO = """
    SELECT strftime(month, '%Y-%m') AS "group", n, y / x AS value, y AS {top}, x AS {bottom}, greatest(y / x - {{z}} * error, 0) AS low,
        y / x + {{z}} * error AS high
    FROM (
        SELECT month, count(*) AS n, sum({top})::DOUBLE AS y, sum({bottom})::DOUBLE AS x,
            sqrt(greatest(sum({top} * {top}) - 2 * y / x * sum({top} * {bottom}) + y / x * y / x * sum({bottom} * {bottom}), 0)
                * n / nullif(n - 1, 0)) / x AS error
        FROM amounts GROUP BY 1)"""
REPEATED = f"""
    WITH first AS (
        SELECT person_id, min(day) AS first_on FROM read_parquet({{purchase_days}}) GROUP BY 1),
    amounts AS (
        SELECT date_trunc('month', day) AS month, sum(net_minor)::DOUBLE AS sales,
            coalesce(sum(net_minor) FILTER (day > first_on), 0)::DOUBLE AS repeat
        FROM (SELECT person_id, day, net_minor FROM {BOUGHT} AND day >= DATE '{{since}}') JOIN first USING (person_id)
        GROUP BY person_id, month)
    {RATIO.format(top="repeat", bottom="sales")}"""
# Months that begin within the period.
SPENDING = f"""
    WITH months AS (
        SELECT person_id, date_trunc('month', day)::DATE AS month, sum(net_minor)::DOUBLE AS spent FROM {BOUGHT} GROUP BY 1, 2),
    amounts AS (
        SELECT (earlier.month + INTERVAL 1 MONTH)::DATE AS month, earlier.spent AS before, coalesce(later.spent, 0) AS now
        FROM months AS earlier LEFT JOIN months AS later
            ON later.person_id = earlier.person_id AND later.month = (earlier.month + INTERVAL 1 MONTH)::DATE
        WHERE earlier.spent > 0 AND (earlier.month + INTERVAL 1 MONTH)::DATE >= DATE '{{since}}'
            AND (earlier.month + INTERVAL 1 MONTH)::DATE < DATE '{{until}}')
    {RATIO.format(top="now", bottom="before")}"""

COHORTS = f"""
    WITH members AS (
        SELECT person_id, date_trunc('month', min(day))::DATE AS begun FROM read_parquet({{purchase_days}}) GROUP BY 1
        HAVING min(day) >= DATE '{{since}}' AND min(day) < DATE '{{until}}'),
    sizes AS (SELECT begun, count(*) AS n FROM members GROUP BY 1),
    cells AS (
        SELECT begun, n, unnest(range(0, date_diff('month', begun, DATE '{{until}}' - 1) + 1)) AS step FROM sizes),
    active AS (
        SELECT begun, date_diff('month', begun, day) AS step, count(DISTINCT person_id) AS k
        FROM (SELECT person_id, day FROM {BOUGHT}) JOIN members USING (person_id) GROUP BY 1, 2)
    SELECT strftime(begun, '%Y-%m') AS "group", step, n, coalesce(k, 0) AS k,
        begun + to_months(step::INTEGER + 1) <= DATE '{{until}}' AS is_whole
    FROM cells LEFT JOIN active USING (begun, step)"""

LOYALTY: Mapping[tuple[str, str], str] = {
    ("repurchase_rate", ""): REPURCHASE,
    ("five_purchase_loyalty", ""): FIVE_TIMES,
    ("time_between_orders", ""): PAUSES,
    ("engagement_index", ""): ENGAGEMENT,
    ("customer_retention", "period"): KEPT.replace("{{flag}}", "is_kept"),
    ("repeat_share", "period"): REPEATED,
    ("cohort_retention", "cohort"): COHORTS,
    ("five_purchase_loyalty", "channel"): FIVE_TIMES_BY_CHANNEL,
    ("repurchase_rate", "country"): REPURCHASE_BY_COUNTRY,
    ("net_revenue_retention", "period"): SPENDING,
    ("customer_churn", "period"): KEPT.replace("{{flag}}", "NOT is_kept"),
}
